//! A broker of the site's own, by one line of configuration.

use std::process::{Child, Command, Stdio};

use gate_core::decision::Verdict;
use gate_core::message::exchange::DecisionReply;
use gate_core::message::topic::Channel;
use gate_core::vehicle::Direction;

use crate::edge::{Edge, lane, passage};
use crate::house::{House, engines};
use crate::scene::{comes, declare, question, seen};

struct Broker(Child);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A mosquitto that central does not know of, with the certificates of the site's authority.
fn mosquitto(house: &House) -> Broker {
    let keys = house.data().join("keys");
    let conf = house.dir.path().join("outside.conf");
    let user = if std::env::var("USER").is_ok_and(|u| u != "root") { "" } else { "user root\n" };
    let text = format!(
        "{user}allow_anonymous false\nlistener {} 127.0.0.1\ncafile {k}/authority.pem\ncertfile {k}/central.pem\n\
         keyfile {k}/central-key.pem\nrequire_certificate true\nuse_identity_as_username true\nmax_packet_size 8000000\n",
        house.broker,
        k = keys.display()
    );
    std::fs::write(&conf, text).unwrap();
    let mut start = Command::new("/usr/sbin/mosquitto");
    let started = start.arg("-c").arg(&conf).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Broker(started.unwrap())
}

#[tokio::test]
async fn an_outside_broker_serves_as_well() {
    for engine in engines("an_outside_broker_serves_as_well") {
        let mut house = House::made(engine).await;
        house.set("GATE_CENTRAL_BROKER__KIND", "outside".into());
        let _broker = mosquitto(&house);
        house.serve().await;
        declare(&house);
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let (at, id) = (lane("in-1"), passage());
        let last = comes(&mut edge, &at, id, "云G12345").await;
        edge.acknowledged(last).await;
        let asked = question(&edge, &at, id, seen("云G12345", Direction::Entry));
        edge.send(Channel::Request(at.clone()), &asked).await;
        let (reply, _) = edge.receive::<DecisionReply>(Channel::Decision(at)).await;
        assert_eq!((reply.request, reply.decision.verdict), (asked.id, Verdict::Open), "{}", house.engine);
        assert!(!house.data().join("broker").exists(), "central started no broker of its own");
    }
}
