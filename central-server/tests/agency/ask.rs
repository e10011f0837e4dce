//! Filters, pages, pictures.

use std::collections::BTreeSet;

use gate_core::plate::Country;

use crate::house::{Came, EIGHT, House, MINUTE, houses, sha};

const FRAME: &[u8] = b"a frame";
const PLATE: &[u8] = b"a plate";
const OTHER: &[u8] = b"a frame that no reading names";

fn ids(answer: &serde_json::Value) -> Vec<String> {
    answer["passages"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_are_complete_and_without_doubles_while_vehicles_come() {
    for mut house in houses("pages").await {
        // Several in the same microsecond: the id decides.
        for n in 1..=23 {
            let plate = format!("云G1{n:04}");
            house.passed(&Came::cn(n, &plate, EIGHT + i64::from(n / 4) * MINUTE)).await;
        }
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = house.ask(&format!("/api/v1/passages?limit=5{cursor}")).await;
            assert_eq!(page.status, 200);
            let page = page.json();
            seen.extend(ids(&page));
            pages += 1;
            // Newer ones that come meanwhile do not move the pages.
            house.passed(&Came::vn(100 + pages, "24C12345", EIGHT + 60 * MINUTE)).await;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let unique: BTreeSet<&String> = seen.iter().collect();
        assert_eq!((pages, seen.len(), unique.len()), (5, 23, 23), "{}", house.engine);
        let crossings = house.ask("/api/v1/crossings?limit=100").await.json();
        assert_eq!(crossings["crossings"].as_array().unwrap().len(), 24, "{}: 23 lorries and one car", house.engine);
    }
}

#[tokio::test]
async fn filters_find_what_they_say() {
    for mut house in houses("filters").await {
        let yunnan = house.passed(&Came::cn(1, "云G12345", EIGHT)).await.to_string();
        let guizhou = house.passed(&Came { lane: "in-2", ..Came::cn(2, "贵G12345", EIGHT + MINUTE) }).await.to_string();
        let car = house.passed(&Came::vn(3, "24C12345", EIGHT + 2 * MINUTE)).await.to_string();
        let misread = house.passed(&Came::cn(4, "云G54321", EIGHT + 3 * MINUTE)).await;
        house.correct(misread, "云G54327").await;
        let misread = misread.to_string();
        for (query, found) in [
            ("plate=G12345", vec![&guizhou, &yunnan]),
            ("plate=云G·12345", vec![&yunnan]),
            ("plate=24c-123.45", vec![&car]),
            ("plate=G54327", vec![&misread]),
            ("plate=云G54327", vec![&misread]),
            ("plate=4C12345", vec![]),
            ("lane=in-2", vec![&guizhou]),
            ("lane=out-1", vec![]),
            ("from=2026-11-25T08:01:00%2B07:00", vec![&misread, &car, &guizhou]),
            ("from=2026-11-25T01:01:00Z&to=2026-11-25T01:02:00Z", vec![&guizhou]),
            ("from=1795568400000000&to=1795568400000001", vec![&yunnan]),
            ("plate=G12345&lane=in-1", vec![&yunnan]),
        ] {
            let answer = house.ask(&format!("/api/v1/passages?{}", query.replace('云', "%E4%BA%91"))).await;
            assert_eq!(answer.status, 200, "{query}: {:?}", answer.bytes);
            assert_eq!(ids(&answer.json()).iter().collect::<Vec<_>>(), found, "{}: {query}", house.engine);
        }
        let crossings = house.ask("/api/v1/crossings?plate=G12345").await.json();
        assert_eq!(crossings["crossings"].as_array().unwrap().len(), 1, "one core and country: one crossing");
        let crossing = &crossings["crossings"][0];
        assert_eq!(
            (&crossing["country"], &crossing["plate_core"], &crossing["state"]),
            (&"cn".into(), &"G12345".into(), &"inside".into())
        );
        assert_eq!(crossing["passages"].as_array().unwrap().len(), 2, "{}", house.engine);
        assert_eq!(house.ask("/api/v1/crossings?lane=out-1").await.json()["crossings"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn what_is_not_good_is_named_and_the_question_recorded() {
    for house in houses("bad filters").await {
        for (path, status, named) in [
            ("/api/v1/passages?from=yesterday", 400, "yesterday"),
            ("/api/v1/passages?lane=LANE%201", 400, "LANE 1"),
            ("/api/v1/crossings?plate=%00%00%00%001", 400, "plate"),
            ("/api/v1/crossings?limit=1000", 400, "1000"),
            ("/api/v1/passages?cursor=%27%3B--", 400, "';--"),
            ("/api/v1/passages?colour=red", 400, "colour"),
            ("/api/v1/passages/not-an-id", 404, "not-an-id"),
            ("/api/v1/passages/01940000-0000-7000-8000-000000000000", 404, "01940000"),
            ("/api/v1/evidence/..%2F..%2Fkeys", 404, "../../keys"),
            ("/api/v1/evidence/%00", 404, "picture"),
        ] {
            let answer = house.ask(path).await;
            let said = answer.json();
            assert_eq!(answer.status, status, "{}: {path}: {said}", house.engine);
            assert!(said["message"].as_str().unwrap().contains(named), "{}: {path}: {said}", house.engine);
            assert!(said["type"].is_string() && answer.headers.contains_key("gate-access"), "{path}: {said}");
        }
        assert_eq!(house.count("SELECT COUNT(*) AS n FROM agency_accesses WHERE results = 0").await, 10);
    }
}

#[tokio::test]
async fn only_pictures_that_a_reading_names_leave_the_house() {
    for mut house in houses("pictures").await {
        let came = Came { pictures: Some((FRAME, PLATE)), ..Came::cn(1, "云G12345", EIGHT) };
        let id = house.passed(&came).await;
        house.arrives(FRAME).await;
        house.arrives(OTHER).await;
        let passage = house.ask(&format!("/api/v1/passages/{id}")).await.json();
        let held: Vec<bool> =
            passage["evidence"].as_array().unwrap().iter().map(|p| p["held"].as_bool().unwrap()).collect();
        assert_eq!(held, [true, false], "{}: the plate's picture is on its way", house.engine);
        let frame = house.ask(passage["evidence"][0]["href"].as_str().unwrap()).await;
        assert_eq!((frame.status, &frame.bytes[..]), (200, FRAME), "{}", house.engine);
        assert_eq!(frame.headers["content-type"], "image/jpeg");
        for absent in [sha(PLATE), sha(OTHER), sha(b"nothing")] {
            assert_eq!(house.ask(&format!("/api/v1/evidence/{}", absent.0)).await.status, 404, "{}", house.engine);
        }
        assert_eq!(
            house.count("SELECT COUNT(*) AS n FROM agency_accesses WHERE path LIKE '/api/v1/evidence/%'").await,
            4
        );
    }
}

/// A house with one whole passage, for the tests of the record.
pub async fn one_passage(house: &mut House) -> String {
    let came = Came { pictures: Some((FRAME, PLATE)), ..Came::cn(1, "云G12345", EIGHT) };
    let id = house.passed(&came).await;
    house.arrives(FRAME).await;
    house.arrives(PLATE).await;
    assert_eq!(came.country, Country::Cn);
    id.to_string()
}
