use super::*;
use crate::clock::UtcMicros;
use crate::ids::{GrantId, PassageId, TrackId};
use crate::message::command::{LaneMode, OfficerRef, OfficerRole};

fn session(n: u8) -> LaneSession {
    LaneSession(format!("s{n}"))
}

fn command(id: u8, seq: u64, session_n: u8, body: CommandBody) -> LaneCommand {
    LaneCommand {
        id: CommandId::from_parts(1, [id; 10]),
        lane: LaneId::new("in-1").unwrap(),
        session: session(session_n),
        seq,
        at: UtcMicros(0),
        officer: OfficerRef { name: "lan".into(), role: OfficerRole::Officer },
        reason: "papers seen".into(),
        body,
    }
}

fn grant() -> CommandBody {
    let n = uuid::Uuid::nil();
    CommandBody::Grant { grant: GrantId(n), passage: PassageId(n), track: TrackId(1), life_ms: 1000, priority: false }
}

fn fresh() -> Freshness {
    Freshness::new(LaneId::new("in-1").unwrap(), session(1))
}

#[test]
fn each_command_works_once_and_in_order() {
    let mut f = fresh();
    assert!(f.accept(command(1, 5, 1, grant())).is_ok());
    assert_eq!(f.accept(command(1, 6, 1, grant())), Err(CommandRefusal::Copy));
    assert_eq!(f.accept(command(2, 5, 1, grant())), Err(CommandRefusal::OutOfOrder { seq: 5, last: 5 }));
    assert!(f.accept(command(3, 6, 1, CommandBody::Mode { mode: LaneMode::Attended })).is_ok());
}

#[test]
fn an_old_session_is_stale_and_the_one_before_is_still_good() {
    let mut f = fresh();
    f.renew(session(2));
    assert!(f.accept(command(1, 1, 1, grant())).is_ok());
    f.renew(session(3));
    assert_eq!(f.accept(command(2, 2, 1, grant())), Err(CommandRefusal::Stale));
}

#[test]
fn stop_is_never_refused_for_age() {
    let mut f = fresh();
    for _ in 0..3 {
        assert!(matches!(f.accept(command(1, 0, 9, CommandBody::Stop)), Ok(Accepted::Stop { .. })));
    }
    let mut other = command(1, 0, 1, CommandBody::Stop);
    other.lane = LaneId::new("in-2").unwrap();
    assert!(matches!(f.accept(other), Err(CommandRefusal::WrongLane(_))));
}

#[test]
fn grants_without_reason_or_for_too_long_are_unfit() {
    let mut f = fresh();
    let mut mute = command(1, 1, 1, grant());
    mute.reason = " ".into();
    assert!(matches!(f.accept(mute), Err(CommandRefusal::Unfit(_))));
    let n = uuid::Uuid::nil();
    let long = CommandBody::Grant {
        grant: GrantId(n),
        passage: PassageId(n),
        track: TrackId(1),
        life_ms: 120_001,
        priority: false,
    };
    assert!(matches!(f.accept(command(2, 2, 1, long)), Err(CommandRefusal::Unfit(_))));
}
