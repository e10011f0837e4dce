use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::vehicle::VehicleClass;
use gate_vision::BodyColor;
use serde_json::json;

use super::source::{Source, sources, without_secrets};
use super::*;

fn words(line: &str) -> Vec<String> {
    let start = sets::HELP.find(line).unwrap() + line.len();
    sets::HELP[start..]
        .split('\n')
        .enumerate()
        .take_while(|(n, l)| *n == 0 || l.starts_with("                 "))
        .flat_map(|(_, l)| l.split_whitespace())
        .map(str::to_owned)
        .collect()
}

fn names<T: serde::Serialize>(all: &[T]) -> Vec<String> {
    all.iter().map(|v| serde_json::to_value(v).unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_help_lists_the_closed_sets_as_the_types_have_them() {
    use PlateKind::{
        CnArmy, CnDiplomatic, CnHongKongMacao, CnLearner, CnNewEnergyLarge, CnNewEnergySmall, CnOrdinary, CnPolice,
        CnTest, CnTrailer, VnArmy, VnCar, VnCarOld, VnDiplomatic, VnMotorcycle, VnSpecial, VnTemporary, VnTrailer,
    };
    use VehicleClass::{Bus, Car, ContainerLorry, Lorry, Motorcycle, Person, Tractor, Van};
    assert_eq!(words("country "), names(&[Country::Vn, Country::Cn]));
    let kinds = [
        VnCar,
        VnCarOld,
        VnMotorcycle,
        VnTrailer,
        VnSpecial,
        VnTemporary,
        VnDiplomatic,
        VnArmy,
        CnOrdinary,
        CnNewEnergySmall,
        CnNewEnergyLarge,
        CnTrailer,
        CnLearner,
        CnPolice,
        CnHongKongMacao,
        CnDiplomatic,
        CnTest,
        CnArmy,
    ];
    assert_eq!(words("kind "), names(&kinds));
    use PlateColor::{Black, Blue, Green, Red, White, Yellow, YellowGreen};
    assert_eq!(words("plate color "), names(&[White, Yellow, Blue, Red, Green, YellowGreen, Black]));
    assert_eq!(words("class "), names(&[Car, Van, Bus, Lorry, ContainerLorry, Tractor, Motorcycle, Person]));
    assert_eq!(words("vehicle color "), names(&BodyColor::ALL));
}

#[test]
fn a_word_is_a_picture_a_folder_a_video_or_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.JPG", "a.png", "c.mp4", "notes.txt"] {
        std::fs::write(folder.path().join(name), b"x").unwrap();
    }
    let found = sources(&folder.path().display().to_string());
    let names: Vec<String> = found
        .iter()
        .map(|s| match s {
            Source::Picture(p) => format!("picture {}", p.file_name().unwrap().to_string_lossy()),
            Source::Video(v) => format!("video {}", v.rsplit('/').next().unwrap()),
            Source::Bad { why, .. } => why.clone(),
        })
        .collect();
    assert_eq!(names, ["picture a.png", "picture b.JPG", "video c.mp4"]);
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(sources(&empty.path().display().to_string())[0], Source::Bad { .. }));
    assert_eq!(sources("rtsp://camera/1"), [Source::Video("rtsp://camera/1".to_owned())]);
    assert!(matches!(sources("ftp://a/b")[0], Source::Bad { .. }));
    assert!(matches!(sources("/nowhere.mp4")[0], Source::Picture(_)));
}

#[test]
fn passwords_of_addresses_are_not_printed() {
    assert_eq!(without_secrets("rtsp://admin:p@ss@10.0.0.5:554/live"), "rtsp://***@10.0.0.5:554/live");
    assert_eq!(without_secrets("rtsp://10.0.0.5/a@b"), "rtsp://10.0.0.5/a@b");
    assert_eq!(without_secrets("/pictures/a@b.jpg"), "/pictures/a@b.jpg");
}

#[test]
fn the_json_line_has_the_fields_of_the_contract() {
    let picture = Picture::from_bgr(4, 2, vec![0; 24]).unwrap();
    let shot = Shot { source: "a.jpg".to_owned(), frame: 0, media_ms: None, picture };
    let area = gate_vision::Area { x: 1.04, y: 2.0, width: 3.0, height: 4.0 };
    let vehicle = gate_vision::VehicleBox {
        class: VehicleClass::Lorry,
        confidence: 0.912_34,
        area,
        color: Some(BodyColor::White),
    };
    let look = Look {
        vehicles: vec![vehicle],
        plates: vec![],
        containers: vec![],
        time: std::time::Duration::from_micros(12_345),
        networks: std::time::Duration::from_micros(10_123),
    };
    let line = serde_json::to_value(Line::of(&shot, &look, false)).unwrap();
    assert_eq!(
        line,
        json!({
            "source": "a.jpg", "frame": 0, "media_ms": null, "time_ms": 12.35, "width": 4, "height": 2,
            "vehicles": [{"class": "lorry", "confidence": 0.9123, "box": [1.0, 2.0, 3.0, 4.0], "color": "white"}],
            "plates": [], "containers": []
        })
    );
    let with_times = serde_json::to_value(Line::of(&shot, &look, true)).unwrap();
    assert_eq!(with_times["networks_ms"], 10.12);
}
