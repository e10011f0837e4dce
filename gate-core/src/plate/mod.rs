//! Number plates of both countries: a plate is text **plus** country, kind, colour and rows, never
//! the string alone (`CN_CORE` and `VN_ARMY` overlap, an old motorcycle plate looks like a car's).

pub mod china;
pub mod confusion;
pub mod template;
pub mod text;
pub mod vietnam;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The country that issued a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    /// Vietnam.
    Vn,
    /// China.
    Cn,
}

/// What sort of plate it is; decides the grammar that its text obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlateKind {
    /// `24C12345`: cars, lorries, buses.
    VnCar,
    /// `24C1234`: the older four digits, valid for ever.
    VnCarOld,
    /// `59P166480`: motorcycles.
    VnMotorcycle,
    /// `24R12345`, `24RM12345`: trailers.
    VnTrailer,
    /// `KT LD DA HC CD TĐ MK`: special series.
    VnSpecial,
    /// `24T12345`: temporary.
    VnTemporary,
    /// `80123NG45`: diplomatic and foreign organisations.
    VnDiplomatic,
    /// `TM1234`: army, white on red.
    VnArmy,
    /// `云G12345`: ordinary, small and large vehicles.
    CnOrdinary,
    /// `云AD12345`: new energy, small.
    CnNewEnergySmall,
    /// `云A12345D`: new energy, large.
    CnNewEnergyLarge,
    /// `云G1234挂`: trailers.
    CnTrailer,
    /// `云G1234学`: driving schools.
    CnLearner,
    /// `云G1234警`: police.
    CnPolice,
    /// `粤Z1234港`, `粤Z1234澳`: Hong Kong and Macao.
    CnHongKongMacao,
    /// `云A1234领` and `使12345`: consulates and embassies.
    CnDiplomatic,
    /// `云G1234试`, `云G1234超`: test and oversize vehicles.
    CnTest,
    /// `VA12345`: army, with red unit letters.
    CnArmy,
}

/// The colour of a plate's ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlateColor {
    /// White ground.
    White,
    /// Yellow ground: transport business (VN), large vehicles (CN).
    Yellow,
    /// Blue ground: state (VN), small vehicles (CN).
    Blue,
    /// Red ground: army (VN).
    Red,
    /// Green ground: small new-energy vehicles (CN).
    Green,
    /// Yellow and green ground: large new-energy vehicles (CN).
    YellowGreen,
    /// Black ground: embassies, Hong Kong and Macao (CN).
    Black,
}
