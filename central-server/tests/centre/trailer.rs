//! A trailer that is seen only behind the boom: checked there, and the vehicle held at its next checkpoint.

use gate_core::decision::{ReasonCode, Verdict};
use gate_core::message::event::EventBody;
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::reading::PlateReading;
use gate_core::vehicle::{Direction, Role, View};
use serde_json::json;

use crate::decide::{ask, codes};
use crate::edge::{Edge, lane, now, passage};
use crate::house::{House, engines};
use crate::person::Person;
use crate::scene::{comes, ended, question, reading, seen};

/// One lorry with its trailer, announced to come in and to go out, all that it needs given.
fn announce(house: &House) {
    let day = |hours: i64| jiff::Timestamp::from_microsecond(now().0 + hours * 3_600_000_000).unwrap().to_string();
    let (from, until) = (day(-2), day(12));
    let row = |n: u8, direction: &str, laden: &str| {
        format!("20261127000{n:02},C,{direction},24K11111,vn,lorry,{laden},24R00001,no,{from},{until},yes\n")
    };
    let head = "declaration,company,direction,plate,country,class,laden,trailer,fresh,from,until,fee_settled\n";
    house.import("expected", &format!("{head}{}{}", row(1, "entry", "yes"), row(2, "exit", "no")));
    let mut given = "declaration,plate,kind,at,by\n".to_owned();
    for (n, kind) in [(1, "border_guard_in"), (1, "customs_in"), (2, "border_guard_out"), (2, "customs_out")] {
        given += &format!("20261127000{n:02},24K11111,{kind},{from},Trạm 1\n");
    }
    house.import("confirmations", &given);
    house.import("permits", &format!("number,plate,country,from,until\nGP-1,24K11111,vn,{from},{until}\n"));
}

fn behind(text: &str) -> EventBody {
    let reading = PlateReading { role: Role::Trailer, view: Some(View::Rear), ..reading(text, 0.998) };
    EventBody::PlateRead { reading }
}

#[tokio::test]
async fn another_trailer_behind_the_boom_holds_the_vehicle_at_its_next_checkpoint() {
    for engine in engines("another_trailer_behind_the_boom_holds_the_vehicle_at_its_next_checkpoint") {
        let house = House::start(engine).await;
        announce(&house);
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,out-1:exit").await;
        let minh = Person::new(&house, "minh", "shift_leader").await;
        let (at, id) = (lane("in-1"), passage());
        comes(&mut edge, &at, id, "24K11111").await;
        edge.tell(&at, Some(id), behind("24R99999")).await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Console)).await;
        edge.acknowledged(end).await;

        let (_, said) = minh.get("/console/api/alarms").await;
        let alarm = &said["alarms"][0];
        assert_eq!((&alarm["kind"], &alarm["lane"]), (&json!("trailer_mismatch"), &json!("in-1")), "{said}");
        assert_eq!(alarm["detail"], "24K11111: 24R99999 ≠ 24R00001", "{}", house.engine);

        let leaves = question(&edge, &lane("out-1"), passage(), seen("24K11111", Direction::Exit));
        let (reply, ..) = ask(&mut edge, &leaves).await;
        assert_eq!(
            (reply.decision.verdict, codes(&reply)),
            (Verdict::Refer, vec![ReasonCode::TrailerOrContainerMismatch]),
            "{reply:?}"
        );
        let path = format!("/console/api/alarms/{}/acknowledge", alarm["id"].as_str().unwrap());
        assert_eq!(minh.post(&path, json!({"note": "đổi rơ moóc có giấy phép"})).await.0, 204);
        let again = question(&edge, &lane("out-1"), passage(), seen("24K11111", Direction::Exit));
        let (reply, ..) = ask(&mut edge, &again).await;
        assert_eq!(reply.decision.verdict, Verdict::Open, "{reply:?}");
    }
}

#[tokio::test]
async fn the_declared_trailer_behind_the_boom_or_none_holds_nobody() {
    for engine in engines("the_declared_trailer_behind_the_boom_or_none_holds_nobody") {
        let house = House::start(engine).await;
        announce(&house);
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let minh = Person::new(&house, "minh", "shift_leader").await;
        let at = lane("in-1");
        for (trailer, outcome) in [
            (Some("24R00001"), PassageOutcome::Passed),
            (None, PassageOutcome::Passed),
            (Some("24R99999"), PassageOutcome::BackedOut),
        ] {
            let id = passage();
            comes(&mut edge, &at, id, "24K11111").await;
            if let Some(trailer) = trailer {
                edge.tell(&at, Some(id), behind(trailer)).await;
            }
            let end = edge.tell(&at, Some(id), ended(outcome, OpenedBy::Console)).await;
            edge.acknowledged(end).await;
        }
        assert_eq!(minh.get("/console/api/alarms").await.1["alarms"], json!([]), "{}", house.engine);
    }
}
