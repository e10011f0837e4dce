//! The message contract holds still: schemas as committed, golden bytes that still open, and every way in
//! which a message can be wrong refused.
//!
//! `GATE_BLESS=1 cargo test -p gate-core --test contract` writes schemas and golden bytes anew.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use gate_core::message::ack::Acknowledgement;
use gate_core::message::command::LaneCommand;
use gate_core::message::envelope::{
    Envelope, EnvelopeError, MAX_ENVELOPE_BYTES, Payload, TrustedKeys, key_id, open, seal,
};
use gate_core::message::event::EdgeEvent;
use gate_core::message::schema;
use serde_json::Value;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

fn trusted() -> TrustedKeys {
    TrustedKeys::new([key().verifying_key()])
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares with what is committed, or commits it.
fn held(path: &Path, text: &str) {
    if std::env::var_os("GATE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is not what the types say; look at the difference, then write it with GATE_BLESS=1",
        path.display()
    );
}

fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

#[test]
fn schemas_are_those_of_the_types() {
    for (name, value) in schema::schemas() {
        held(&folder("schema").join(name), &pretty(&value));
    }
    held(&folder("schema").join("asyncapi.json"), &pretty(&schema::asyncapi()));
}

/// Bytes that were sent once must open for ever within a major version, and say the same.
#[test]
fn golden_bytes_still_open() {
    fn golden<T: Payload + PartialEq + std::fmt::Debug>(name: &str, sample: &T) {
        let path = folder("tests/golden").join(name);
        held(&path, &String::from_utf8(seal(sample, &key()).unwrap()).unwrap());
        let opened = open::<T>(&fs::read(&path).unwrap(), &trusted()).unwrap();
        assert_eq!(&opened.payload, sample);
    }
    golden("event-passage-began.json", &samples::event(samples::began()));
    golden("event-plate-read.json", &samples::event(samples::plate_read()));
    golden("event-passage-ended.json", &samples::event(samples::ended()));
    golden("request.json", &samples::request());
    golden("decision.json", &samples::reply());
    golden("command-grant.json", &samples::command(samples::grant()));
    golden("command-stop.json", &samples::command(gate_core::message::command::CommandBody::Stop));
    golden("snapshot.json", &samples::snapshot());
    golden("status.json", &samples::status());
    golden("ack.json", &samples::ack());
    golden("evidence-ticket.json", &samples::ticket());
}

fn command_bytes() -> Vec<u8> {
    seal(&samples::command(samples::grant()), &key()).unwrap()
}

fn refused(wire: &[u8]) -> EnvelopeError {
    open::<LaneCommand>(wire, &trusted()).unwrap_err()
}

fn bent(change: impl FnOnce(&mut Envelope)) -> Vec<u8> {
    let mut envelope: Envelope = serde_json::from_slice(&command_bytes()).unwrap();
    change(&mut envelope);
    serde_json::to_vec(&envelope).unwrap()
}

#[test]
fn a_forged_message_is_refused() {
    let stranger = SigningKey::from_bytes(&[43; 32]);
    let wire = seal(&samples::command(samples::grant()), &stranger).unwrap();
    assert!(matches!(refused(&wire), EnvelopeError::UnknownKey { .. }));
    let borrowed = bent(|e| {
        let own: Envelope = serde_json::from_slice(&wire).unwrap();
        *e = own;
        e.signatures[0].keyid = key_id(&key().verifying_key());
    });
    assert!(matches!(refused(&borrowed), EnvelopeError::BadSignature { .. }));
    assert!(matches!(refused(&bent(|e| e.signatures.clear())), EnvelopeError::UnknownKey { .. }));
}

#[test]
fn an_altered_payload_is_refused() {
    let wire = bent(|e| {
        let mut payload: Value = serde_json::from_slice(&STANDARD.decode(&e.payload).unwrap()).unwrap();
        payload["lane"] = "out-1".into();
        e.payload = STANDARD.encode(serde_json::to_vec(&payload).unwrap());
    });
    assert!(matches!(refused(&wire), EnvelopeError::BadSignature { .. }));
}

#[test]
fn a_payload_sent_as_another_kind_is_refused() {
    let wire = bent(|e| e.payload_type = EdgeEvent::TYPE.to_owned());
    assert!(matches!(refused(&wire), EnvelopeError::WrongType { .. }));
    // The type is signed as well: a reader of that other type refuses it too.
    assert!(matches!(open::<EdgeEvent>(&wire, &trusted()), Err(EnvelopeError::BadSignature { .. })));
}

#[test]
fn an_unknown_major_version_is_refused_and_named() {
    let newer = bent(|e| e.payload_type = LaneCommand::TYPE.replace(".v1+", ".v2+"));
    let error = refused(&newer);
    assert!(matches!(&error, EnvelopeError::WrongType { found, .. } if found.contains(".v2+")), "{error}");
    assert!(error.to_string().contains("upgrade"));
}

#[test]
fn every_truncation_is_refused() {
    let wire = command_bytes();
    for length in 0..wire.len() {
        assert!(open::<LaneCommand>(&wire[..length], &trusted()).is_err(), "{length} bytes passed");
    }
    let huge = vec![b' '; MAX_ENVELOPE_BYTES + 1];
    assert!(matches!(refused(&huge), EnvelopeError::TooLarge { .. }));
}

#[test]
fn unknown_fields_of_a_newer_minor_version_are_ignored() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Newer {
        #[serde(flatten)]
        ack: Acknowledgement,
        since: u64,
    }
    impl Payload for Newer {
        const TYPE: &'static str = Acknowledgement::TYPE;
    }
    let wire = seal(&Newer { ack: samples::ack(), since: 5 }, &key()).unwrap();
    assert_eq!(open::<Acknowledgement>(&wire, &trusted()).unwrap().payload, samples::ack());
}

#[test]
fn a_missing_field_is_refused_after_the_signature_was_good() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Less {
        id: String,
    }
    impl Payload for Less {
        const TYPE: &'static str = LaneCommand::TYPE;
    }
    let wire = seal(&Less { id: "x".to_owned() }, &key()).unwrap();
    assert!(matches!(refused(&wire), EnvelopeError::Shape { .. }));
}

/// The schemas that are committed describe the bytes that are sent.
#[test]
fn golden_payloads_obey_their_schemas() {
    for (name, _) in schema::schemas() {
        let schema: Value = serde_json::from_slice(&fs::read(folder("schema").join(&name)).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let stem = name.trim_end_matches(".json");
        let files = fs::read_dir(folder("tests/golden")).unwrap().map(|f| f.unwrap().path());
        for file in files.filter(|f| f.file_name().is_some_and(|n| n.to_string_lossy().starts_with(stem))) {
            let envelope: Envelope = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let payload: Value = serde_json::from_slice(&STANDARD.decode(&envelope.payload).unwrap()).unwrap();
            let errors: Vec<String> = validator.iter_errors(&payload).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        }
    }
}
