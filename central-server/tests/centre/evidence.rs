//! Pictures: sent by an edge with its ticket, under their own hash, shown to officers alone.

use gate_core::ids::Sha256Hex;
use gate_core::message::event::EventBody;
use gate_core::reading::ReadingEvidence;

use crate::edge::{Edge, lane, passage};
use crate::house::{House, engines};
use crate::person::Person;
use crate::scene::reading;

#[tokio::test]
async fn a_picture_comes_after_its_event_and_is_shown_to_those_who_may() {
    for engine in engines("a_picture_comes_after_its_event_and_is_shown_to_those_who_may") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &[7; 5000]].concat();
        let frame = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&jpeg));
        let mut read = reading("云G12345", 0.99);
        read.evidence = Some(ReadingEvidence { frame: Sha256Hex(frame.clone()), plate: Sha256Hex("1".repeat(64)) });
        let id = passage();
        let last = edge.tell(&lane("in-1"), Some(id), EventBody::PlateRead { reading: read }).await;
        edge.acknowledged(last).await;
        let view = async || lan.get(&format!("/console/api/passages/{id}")).await.1["evidence"].clone();
        assert_eq!(view().await[&frame], false, "{}", house.engine);
        let path = format!("/console/api/evidence/{frame}");
        assert_eq!(lan.get(&path).await.0, 404);

        assert_eq!(edge.upload(&house, &jpeg).await, (frame.clone(), 201));
        assert_eq!(edge.upload(&house, &jpeg).await, (frame.clone(), 200), "again changes nothing");
        assert_eq!((view().await[&frame].clone(), view().await["1".repeat(64)].clone()), (true.into(), false.into()));
        let answer = lan.request("GET", &path).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((answer.status().as_u16(), header("content-type").as_str()), (200, "image/jpeg"));
        assert!(header("cache-control").starts_with("private"));
        assert_eq!(answer.bytes().await.unwrap(), jpeg);
        let elsewhere = lan.request("GET", &path).header("sec-fetch-site", "cross-site").send().await.unwrap();
        assert_eq!(elsewhere.status().as_u16(), 403);
        assert_eq!(Person::stranger(&house).get(&path).await.0, 401);
        assert_eq!(lan.get("/console/api/evidence/..%2f..%2fkeys%2fsigning-key.pem").await.0, 404);

        // Without a ticket, and with bytes that are not those announced.
        let put = |path: String| house.client().put(house.url(&path)).body("x");
        assert_eq!(put(format!("/edge/v1/evidence/{frame}")).send().await.unwrap().status().as_u16(), 403);
        // Altered on the disk: never shown.
        let file = house.data().join("evidence").join(&frame[..2]).join(&frame[2..4]).join(&frame);
        std::fs::write(&file, b"other").unwrap();
        assert_eq!(lan.get(&path).await.0, 503, "{}", house.engine);
    }
}
