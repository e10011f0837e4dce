//! The sight of a lane through the real worker of this binary: pictures from a folder and from a real
//! RTSP stream, looked at by eyes that tell a plate by its colour, so that the test knows what is true.
//! (Real models look in `tests/chain.rs`.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod sight_common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use edge_agent::sight::{Looks, Seen};
use gate_core::vehicle::VehicleClass;
use gate_vision::plate::{Facts, Heads, Slots};
use gate_vision::{Area, Look, Picture, PlateLook, PlateText, Quad, VehicleBox};
use sight_common::{Lane, Server, ready};

const ALPHABET: &str = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ云挂";
const RED: [u8; 3] = [40, 40, 200];
const BLUE: [u8; 3] = [200, 40, 40];

/// Reads "24C12345" in red pictures and "29H67812" in blue ones; counts its looks.
struct ByColour(Arc<AtomicU32>);

fn middle(picture: &Picture) -> [u8; 3] {
    let at = ((picture.height / 2 * picture.width + picture.width / 2) * 3) as usize;
    [picture.bgr[at], picture.bgr[at + 1], picture.bgr[at + 2]]
}

impl Looks for ByColour {
    fn look(&mut self, picture: &Picture) -> Result<Look, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let [blue, _, red] = middle(picture);
        let text = match (red > 120, blue > 120) {
            (true, false) => Some("24C12345"),
            (false, true) => Some("29H67812"),
            _ => None,
        };
        let area = Area { x: 0.0, y: 0.0, width: 300.0, height: 200.0 };
        let vehicles = vec![VehicleBox { class: VehicleClass::Lorry, confidence: 0.9, area, color: None }];
        let plates = text.map(|t| plate(t, picture)).into_iter().collect();
        Ok(Look { vehicles, plates, containers: Vec::new(), time: Duration::from_millis(1), networks: Duration::ZERO })
    }
}

fn plate(text: &str, picture: &Picture) -> PlateLook {
    let alphabet: Vec<char> = ALPHABET.chars().collect();
    let facts = Facts::new(ALPHABET, 1.0, 0.9, "0123456789ab".to_owned()).unwrap();
    let mut values = vec![0.00001; 12 * alphabet.len()];
    for n in 0..12 {
        let c = text.chars().nth(n).unwrap_or('-');
        values[n * alphabet.len() + alphabet.iter().position(|&a| a == c).unwrap()] = 0.999;
    }
    let slots = Slots::new(Arc::new(facts), values).unwrap();
    let heads = Heads { kind: [0.99, 0.01, 0.0, 0.0], ..Heads::NEUTRAL };
    PlateLook {
        corners: Quad::of(Area { x: 100.0, y: 100.0, width: 80.0, height: 20.0 }),
        score: 0.9,
        sharpness: 0.4,
        height_px: 20.0,
        weight: 0.8,
        vehicle: Some(0),
        on_motorcycle: Some(false),
        crop: picture.clone(),
        read: PlateText::of(&slots, &heads, Some(false)),
        slots,
        heads,
        fate: None,
    }
}

fn painted(path: &Path, bgr: [u8; 3]) {
    let pixels: Vec<u8> = bgr.into_iter().cycle().take(320 * 180 * 3).collect();
    std::fs::write(path, Picture::from_bgr(320, 180, pixels).unwrap().to_jpeg(92).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_vehicle_is_told_with_the_frame_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    painted(&folder.path().join("a.jpg"), RED);
    let looks = Arc::new(AtomicU32::new(0));
    let eyes = Box::new(ByColour(Arc::clone(&looks)));
    let mut lane = Lane::new(folder.path().to_str().unwrap(), eyes).await;
    lane.until_it_sees().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(looks.load(Ordering::Relaxed), 0, "nobody looks while no vehicle is watched");
    assert!(lane.sight.sights.try_recv().is_err());

    let begun = Instant::now();
    let passage = lane.watch(1);
    let (id, first) = tokio::time::timeout(Duration::from_secs(5), lane.sight.sights.recv()).await.unwrap().unwrap();
    assert_eq!(id, passage);
    println!("told first: {first:?}");
    let reading = lane.next("a ready plate", ready).await;
    println!("ready {:.0} ms after the word", begun.elapsed().as_secs_f64() * 1000.0);
    assert_eq!((reading.text.as_str(), reading.view), ("24C12345", Some(gate_core::vehicle::View::Front)));
    let evidence = reading.evidence.expect("with its evidence");
    assert!(middle(&lane.kept(&evidence.frame))[2] > 120, "the frame is the red one that was read");
    lane.kept(&evidence.plate);

    // A new track of the same passage is read anew.
    lane.watch(2);
    assert_eq!(lane.next("the plate again", ready).await.text, "24C12345");
    lane.sight.watch.send_replace(None);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let before = looks.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(looks.load(Ordering::Relaxed) <= before + 1, "the eyes rest when the vehicle is gone");
    let preview = lane.sight.preview.borrow().clone().expect("a preview");
    assert!(Picture::decode(&preview).unwrap().width <= 640);
    lane.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_vehicle_in_the_stream_is_noticed_and_the_old_one_is_told_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (red, blue) = (folder.path().join("red.jpg"), folder.path().join("blue.jpg"));
    painted(&red, RED);
    painted(&blue, BLUE);
    let Some(server) = Server::start("another_vehicle_in_the_stream", &red) else { return };
    let mut lane = Lane::new(&server.url, Box::new(ByColour(Arc::default()))).await;
    lane.until_it_sees().await;
    lane.watch(1);
    assert_eq!(lane.next("the first plate", ready).await.text, "24C12345");
    server.show(&blue);
    let begun = Instant::now();
    let other = |seen: &Seen| {
        assert!(ready(seen).is_none_or(|r| r.text == "24C12345"), "the second plate is not the first vehicle's");
        (*seen == Seen::TrackChanged).then_some(())
    };
    lane.next("that another vehicle stands there", other).await;
    println!("noticed {:.1} s after the change", begun.elapsed().as_secs_f32());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(lane.sight.sights.try_recv().is_err(), "nothing is told until a new track is watched");
    lane.watch(2);
    assert_eq!(lane.next("the second plate", ready).await.text, "29H67812");
    lane.end().await;
}
