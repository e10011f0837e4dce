//! The places of a new site, as Kim Thành has them (`domain.md` section 1): the yard, the inspection
//! place, the place for dangerous goods, the bridge. Configuration afterwards.

use gate_core::routing::{Channel, Place, RoutingRules};
use gate_core::vehicle::Direction;

/// Places and rules that `central-server init` writes down.
#[must_use]
pub fn of_a_new_site() -> RoutingRules {
    use Channel::{Dangerous, Empty, Green, Inspection, Ordinary};
    let place = |name: &str, direction, channels: &[Channel], sign: &str| Place {
        name: name.to_owned(),
        direction,
        channels: channels.to_vec(),
        sign: sign.to_owned(),
    };
    RoutingRules {
        places: vec![
            place("yard-kb1", Some(Direction::Entry), &[Ordinary, Green, Empty], "BAI KB1"),
            place("inspection", None, &[Inspection], "LUONG KIEM TRA"),
            place("dangerous", None, &[Dangerous, Inspection], "BAI HANG NGUY HIEM"),
            place("bridge", Some(Direction::Exit), &[Ordinary, Green, Empty], "CAU KIM THANH"),
        ],
        ..RoutingRules::default()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_rules_are_good() {
        assert_eq!(super::of_a_new_site().problems(), []);
    }
}
