//! `profile = "production"` names all that is missing, at once.

use crate::house::{House, engines};

#[tokio::test]
async fn all_that_production_lacks_is_named_at_once() {
    let mut house = House::made(engines("production").remove(0)).await;
    assert!(house.cli(&["check"]).starts_with("good:"));
    house.set("GATE_CENTRAL_PROFILE", "production".into());
    house.set("GATE_CENTRAL_PLAIN_LISTEN", "127.0.0.1:8080".into());
    house.set("GATE_CENTRAL_BROKER__KIND", "outside".into());
    for command in ["check", "serve"] {
        let output = house.run(&[command]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("has 4 problem(s)"), "{said}");
        for key in ["plain_listen", "names", "broker.acl_in_place", "database"] {
            assert!(said.contains(&format!("{key}: profile \"production\"")), "{key} in:\n{said}");
        }
        assert!(
            said.contains("central.toml:") && said.contains("environment variable GATE_CENTRAL_PLAIN_LISTEN"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_port_in_use_is_said_and_nothing_is_left_running() {
    let mut house = House::made(engines("port").remove(0)).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", house.https)).unwrap();
    let output = house.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("listen = 127.0.0.1:{}", house.https)), "{said}");
    drop(taken);
    house.serve().await;
}
