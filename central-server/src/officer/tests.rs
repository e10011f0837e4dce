use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gate_core::clock::UtcMicros;
use gate_core::message::command::{OfficerRef, OfficerRole};

use super::account::{self, AccountError};
use super::session;
use super::sign_in::{From, SignInError, first_sign_in, sign_in, sign_out};
use crate::clock::Clock;
use crate::sql;
use crate::store::Store;
use crate::testing::engines;

const GOOD: &str = "năm làn xe ở cửa khẩu";
const FROM: From<'_> = From { address: "10.0.0.9", before: None };
const MINUTE: i64 = 60_000_000;

struct Turned(Arc<AtomicI64>);

impl Turned {
    fn new() -> (Self, Clock) {
        let at = Arc::new(AtomicI64::new(1_790_000_000_000_000));
        let read = at.clone();
        (Self(at), Clock::of(move || UtcMicros(read.load(Ordering::Relaxed))))
    }

    fn on(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

fn by() -> OfficerRef {
    OfficerRef { name: "root@command-line".into(), role: OfficerRole::Administrator }
}

async fn invited(store: &Store, clock: &Clock) -> String {
    account::add(store, clock, by(), "lan", "Nguyễn Thị Lan", OfficerRole::Officer).await.unwrap()
}

#[tokio::test]
async fn an_invite_is_used_once_and_a_bad_password_does_not_use_it_up() {
    for (name, store, _dir) in engines("invite").await {
        let (turn, clock) = Turned::new();
        let invite = invited(&store, &clock).await;
        let again = account::add(&store, &clock, by(), "lan", "Lan", OfficerRole::Officer).await;
        assert!(matches!(again, Err(AccountError::Taken(_))), "{name}");
        for _ in 0..7 {
            let weak = first_sign_in(&store, &clock, "lan", &invite, "too short".into(), FROM).await;
            assert!(matches!(weak, Err(SignInError::Password(_))), "{name}: {weak:?}");
        }
        let begun = first_sign_in(&store, &clock, " Lan ", &invite, GOOD.into(), FROM).await.unwrap();
        assert_eq!((begun.name.as_str(), begun.role), ("lan", OfficerRole::Officer), "{name}");
        let twice = first_sign_in(&store, &clock, "lan", &invite, GOOD.into(), FROM).await;
        assert!(matches!(twice, Err(SignInError::Invite)), "{name}");
        assert!(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_ok(), "{name}");

        let late = account::reset(&store, &clock, by(), "lan").await.unwrap();
        assert!(
            session::find(&store, &begun.token, clock.now()).await.unwrap().is_none(),
            "{name}: reset ends sessions"
        );
        assert!(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_err(), "{name}: the old password is gone");
        turn.on(73 * 60 * MINUTE);
        let too_late = first_sign_in(&store, &clock, "lan", &late, GOOD.into(), FROM).await;
        assert!(matches!(too_late, Err(SignInError::Invite)), "{name}");
    }
}

#[tokio::test]
async fn five_failures_lock_for_a_quarter_of_an_hour_and_answers_do_not_differ() {
    for (name, store, _dir) in engines("lock").await {
        let (turn, clock) = Turned::new();
        let invite = invited(&store, &clock).await;
        first_sign_in(&store, &clock, "lan", &invite, GOOD.into(), FROM).await.unwrap();
        let mut said = Vec::new();
        for _ in 0..5 {
            said.push(sign_in(&store, &clock, "lan", "wrong".into(), FROM).await.unwrap_err().to_string());
        }
        said.push(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.unwrap_err().to_string());
        said.push(sign_in(&store, &clock, "nobody", "wrong".into(), FROM).await.unwrap_err().to_string());
        said.dedup();
        assert_eq!(said.len(), 1, "{name}: {said:?}");
        let acts = store.rows(sql!("SELECT officer FROM acts WHERE act = 'sign_in_locked'")).await.unwrap();
        assert_eq!(acts.len(), 1, "{name}");
        turn.on(15 * MINUTE);
        assert!(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_ok(), "{name}: the lock ends");
        sign_in(&store, &clock, "lan", "wrong".into(), FROM).await.unwrap_err();
        assert!(
            sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_ok(),
            "{name}: counted from the last good one"
        );
    }
}

#[tokio::test]
async fn many_at_once_try_no_more_than_five() {
    for (name, store, _dir) in engines("at once").await {
        let (_turn, clock) = Turned::new();
        let invite = invited(&store, &clock).await;
        first_sign_in(&store, &clock, "lan", &invite, GOOD.into(), FROM).await.unwrap();
        let tries = (0..12).map(|_| {
            let (store, clock) = (store.clone(), clock.clone());
            tokio::spawn(async move { sign_in(&store, &clock, "lan", "wrong".into(), FROM).await.is_err() })
        });
        for tried in tries.collect::<Vec<_>>() {
            assert!(tried.await.unwrap(), "{name}");
        }
        assert!(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_err(), "{name}: locked");
    }
}

#[tokio::test]
async fn sessions_lock_after_a_rest_and_end() {
    for (name, store, _dir) in engines("sessions").await {
        let (turn, clock) = Turned::new();
        let invite = invited(&store, &clock).await;
        let first = first_sign_in(&store, &clock, "lan", &invite, GOOD.into(), FROM).await.unwrap();
        let found = || session::find(&store, &first.token, clock.now());
        turn.on(14 * MINUTE);
        let signed_in = found().await.unwrap().unwrap();
        assert!(!signed_in.is_locked(clock.now()), "{name}");
        session::touch(&store, signed_in.token_hash, clock.now()).await.unwrap();
        turn.on(14 * MINUTE);
        assert!(!found().await.unwrap().unwrap().is_locked(clock.now()), "{name}: touched");
        turn.on(MINUTE);
        assert!(found().await.unwrap().unwrap().is_locked(clock.now()), "{name}: locked, known still");

        let before = From { before: Some(&first.token), ..FROM };
        let second = sign_in(&store, &clock, "lan", GOOD.into(), before).await.unwrap();
        assert_ne!(second.token, first.token, "{name}");
        assert!(found().await.unwrap().is_none(), "{name}: a new sign-in ends the browser's old session");
        turn.on(12 * 60 * MINUTE);
        assert!(session::find(&store, &second.token, clock.now()).await.unwrap().is_none(), "{name}: 12 hours");

        let third = sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.unwrap();
        let signed_in = session::find(&store, &third.token, clock.now()).await.unwrap().unwrap();
        sign_out(&store, &clock, &signed_in).await.unwrap();
        assert!(session::find(&store, &third.token, clock.now()).await.unwrap().is_none(), "{name}: signed out");
        let fourth = sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.unwrap();
        account::disable(&store, &clock, by(), "lan", "left the post").await.unwrap();
        assert!(session::find(&store, &fourth.token, clock.now()).await.unwrap().is_none(), "{name}: disabled");
        assert!(sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.is_err(), "{name}: disabled");
    }
}

#[tokio::test]
async fn a_sixth_session_ends_the_oldest() {
    for (name, store, _dir) in engines("six").await {
        let (turn, clock) = Turned::new();
        let invite = invited(&store, &clock).await;
        let first = first_sign_in(&store, &clock, "lan", &invite, GOOD.into(), FROM).await.unwrap();
        for _ in 0..5 {
            turn.on(1_000_000);
            sign_in(&store, &clock, "lan", GOOD.into(), FROM).await.unwrap();
        }
        assert!(session::find(&store, &first.token, clock.now()).await.unwrap().is_none(), "{name}");
        let rows = store.rows(sql!("SELECT officer FROM sessions")).await.unwrap();
        assert_eq!(rows.len(), 5, "{name}");
    }
}
