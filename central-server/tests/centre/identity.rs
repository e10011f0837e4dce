//! The second identity: an unread vehicle is found by its declaration's code, its tag or the end of its plate;
//! choosing it is the officer's word on the plate, and opens nothing.

use central_server::sql;
use gate_core::message::event::EventBody;
use gate_core::message::topic::Channel;
use gate_core::vehicle::{Direction, VehicleClass};
use serde_json::{Value, json};

use crate::edge::{Edge, lane, now, passage, seen_by_central};
use crate::house::{House, engines};
use crate::person::Person;
use crate::scene::{REFERENCE, declare};

const TAG: &str = "E28011606000020496A1B2C3";

#[tokio::test]
async fn an_unread_vehicle_is_identified_and_the_record_says_how() {
    for engine in engines("an_unread_vehicle_is_identified_and_the_record_says_how") {
        let house = House::start(engine).await;
        declare(&house);
        let an_hour_ago = jiff::Timestamp::from_microsecond(now().0 - 3_600_000_000).unwrap();
        house.import(
            "expected",
            &format!(
                "declaration,direction,plate,country,class,laden,trailer,from,until,tag\n\
                 2026112500009,entry,24C-777.12,vn,container_lorry,no,24R-012.34,2020-01-01 00:00,{an_hour_ago},\n\
                 2026112500010,entry,24C-777.13,vn,lorry,no,,2020-01-01 00:00,2099-01-02 00:00,{}\n",
                TAG.to_lowercase()
            ),
        );
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,out-1:exit").await;
        let (lan, hoa) =
            (Person::new(&house, "lan", "officer").await, Person::new(&house, "hoa", "administrator").await);
        let (at, id) = (lane("in-1"), passage());
        let ask = async |person: &Person, given: &str| {
            let asked = person.request("GET", "/console/api/lanes/in-1/identity").query(&[("given", given)]);
            let answer = asked.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let (status, said) = ask(&lan, "2345").await;
        assert_eq!((status, &said["type"]), (409, &json!("no_vehicle")), "nobody stands there: {said}");
        let track = gate_core::ids::TrackId(1);
        edge.tell(&at, Some(id), EventBody::PassageBegan { direction: Direction::Entry, track }).await;
        edge.tell(&at, Some(id), EventBody::VehicleSeen { class: VehicleClass::Lorry, confidence: 0.9 }).await;
        let last =
            edge.tell(&at, Some(id), EventBody::Unread { fates: vec![("blurred".into(), 9)], frames: vec![] }).await;
        edge.acknowledged(last).await;
        edge.stands(&at, id, 1).await;
        seen_by_central(&lan, "in-1", id).await;

        assert_eq!(ask(&hoa, "2345").await.0, 403, "not an administrator's");
        let (status, said) = ask(&lan, " 345 ").await;
        assert_eq!((status, &said["type"]), (400, &json!("given")), "{said}");
        assert!(said["message"].as_str().unwrap().contains("at least 4"), "{said}");
        let (_, found) = ask(&lan, "2345").await;
        assert_eq!((&found["kind"], &found["more"]), (&json!("last_digits"), &json!(0)), "{found}");
        let one = &found["candidates"][0];
        assert_eq!((&one["plate"], &one["declaration"]), (&json!("G12345"), &json!("2026112500001")));
        assert_eq!((&one["unfit"], &one["missing"]), (&json!([]), &json!([])), "{one}");
        let (_, found) = ask(&lan, "0123-4").await;
        let one = &found["candidates"][0];
        assert_eq!((&one["role"], &one["plate"]), (&json!("trailer"), &json!("24C-777.12")), "{found}");
        assert_eq!(one["unfit"], json!(["outside_window"]));
        assert_eq!(one["missing"], json!(["border_guard_in", "customs_in"]));
        assert_eq!(ask(&lan, TAG).await.1["candidates"][0]["plate"], "24C-777.13", "{}", house.engine);
        let code = "https://khai.example.vn/d?no=2026112500001&driver=Nguyễn+Văn+A";
        let (_, found) = ask(&lan, code).await;
        let identity = found["candidates"][0]["identity"].clone();
        assert_eq!(identity, json!({"kind": "declaration", "given": "2026112500001"}));
        // A watched vehicle is found as any other.
        let (_, found) = ask(&lan, "6666").await;
        assert_eq!(found["candidates"][0]["plate"], "G66666");
        assert!(!found.to_string().contains(REFERENCE), "{found}");
        assert_eq!(ask(&lan, "nobody 99999").await.1["candidates"], json!([]));

        let path = format!("/console/api/passages/{id}");
        let choice = |plate: &str, identity: &Value| json!({"plate": plate, "reason": "QR tờ khai 2026112500001", "identity": identity});
        let (status, said) = lan.post(&format!("{path}/plate"), choice("24C11122", &identity)).await;
        assert_eq!((status, &said["type"]), (409, &json!("identity")), "another's code: {said}");
        assert_eq!(lan.post(&format!("{path}/confirm"), choice("G12345", &identity)).await.0, 400);
        let (status, view) = lan.post(&format!("{path}/plate"), choice("G12345", &identity)).await;
        assert_eq!((status, &view["record"]["corrected"]), (200, &json!("G12345")), "{view}");
        assert_eq!(view["fresh"]["decision"]["verdict"], "open", "{}: {view}", house.engine);
        assert_eq!(view["acts"][0]["detail"]["identity"], identity, "the record tells how: {view}");
        assert_eq!(view["acts"].as_array().unwrap().len(), 1, "searches are no acts on the passage");
        edge.nothing(Channel::Command(at), 300).await;

        let store = house.store().await;
        let rows = store.rows(sql!("SELECT officer, detail FROM acts WHERE act = 'search' ORDER BY at, id")).await;
        let searches: Vec<Value> = rows.unwrap().iter().map(|r| r.json("detail").unwrap()).collect();
        assert_eq!(searches.len(), 6, "each search that was answered: {searches:?}");
        assert_eq!(searches[3]["given"], json!(["2026112500001"]), "of a code the number alone");
        assert!(searches.iter().all(|s| s["for"] == json!(id) && !s.to_string().contains("driver")));
        assert_eq!((&searches[5]["given"], &searches[5]["found"]), (&json!(["nobody 99999"]), &json!(0)));
    }
}
