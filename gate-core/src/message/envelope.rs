//! The signed envelope (DSSE, version 1): the signature covers the bytes that were sent, never a
//! re-serialisation of them.
//!
//! `PAE(type, payload) = "DSSEv1" SP len(type) SP type SP len(payload) SP payload`, signed with
//! Ed25519. Source: <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most bytes of an envelope on the wire. A snapshot of lists is the largest message.
pub const MAX_ENVELOPE_BYTES: usize = 4 * 1024 * 1024;

/// A payload that travels in an envelope.
pub trait Payload: Serialize + DeserializeOwned {
    /// The payload type with its major version: `application/vnd.cua-khau.event.v1+json`.
    const TYPE: &'static str;
}

/// The envelope as it stands on the wire (JSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// [`Payload::TYPE`] of what is inside.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The payload's bytes in standard base64.
    pub payload: String,
    /// At least one signature over `PAE(payloadType, payload)`.
    pub signatures: Vec<EnvelopeSignature>,
}

/// One signature with the name of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvelopeSignature {
    /// [`key_id`] of the signing key.
    pub keyid: String,
    /// 64 bytes in standard base64.
    pub sig: String,
}

/// Why a message was not accepted. Each is recorded as one refusal; none has an effect.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Larger than any message of ours.
    #[error("message of {bytes} bytes is larger than {MAX_ENVELOPE_BYTES}; it was not read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not a DSSE envelope.
    #[error("not an envelope: {0}; expected JSON with payloadType, payload and signatures")]
    Malformed(String),
    /// The wrong kind of message, or a major version that this reader does not know.
    #[error("payload type {found:?}, expected {expected:?}; upgrade the older of the two sides")]
    WrongType {
        /// What the envelope says.
        found: String,
        /// What this reader takes.
        expected: &'static str,
    },
    /// No signature by a key this reader trusts.
    #[error("signed by {found:?}, none of which is trusted here; enrol the sender or renew its key")]
    UnknownKey {
        /// The key ids in the envelope.
        found: Vec<String>,
    },
    /// A trusted key's name over bytes that it did not sign.
    #[error("the signature of key {keyid} does not fit the payload; the message was altered or forged")]
    BadSignature {
        /// The key's id.
        keyid: String,
    },
    /// A good signature over a payload of the wrong shape.
    #[error("payload of type {payload_type} signed by {keyid} has the wrong shape: {detail}")]
    Shape {
        /// The payload's type.
        payload_type: &'static str,
        /// The signer.
        keyid: String,
        /// What serde says, with the place.
        detail: String,
    },
}

/// The id of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
#[must_use]
pub fn key_id(key: &VerifyingKey) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(&Sha256::digest(key.as_bytes())[..8])
}

/// The keys a reader trusts for one purpose, by id. Looking a sender up by the key that signed tells
/// who it is; the caller then checks that this sender may say what it said (its lane, its edge).
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys(BTreeMap<String, VerifyingKey>);

impl TrustedKeys {
    /// Trusts exactly these keys.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self(keys.into_iter().map(|k| (key_id(&k), k)).collect())
    }

    /// Trusts one more key.
    pub fn add(&mut self, key: VerifyingKey) {
        self.0.insert(key_id(&key), key);
    }
}

/// A payload whose signature was checked, and whose key signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T> {
    /// What was said.
    pub payload: T,
    /// Who said it: the id of the trusted key.
    pub keyid: String,
}

fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Signs a payload and returns the bytes for the wire.
///
/// # Errors
/// [`EnvelopeError::Malformed`] when the payload cannot be written as JSON (a map with keys that are
/// no strings, a float that is not finite).
pub fn seal<T: Payload>(payload: &T, key: &SigningKey) -> Result<Vec<u8>, EnvelopeError> {
    let bytes = serde_json::to_vec(payload).map_err(|e| EnvelopeError::Malformed(e.to_string()))?;
    let sig = key.sign(&pae(T::TYPE, &bytes));
    let envelope = Envelope {
        payload_type: T::TYPE.to_owned(),
        payload: STANDARD.encode(bytes),
        signatures: vec![EnvelopeSignature {
            keyid: key_id(&key.verifying_key()),
            sig: STANDARD.encode(sig.to_bytes()),
        }],
    };
    serde_json::to_vec(&envelope).map_err(|e| EnvelopeError::Malformed(e.to_string()))
}

/// Checks an envelope and returns its payload and signer.
///
/// # Errors
/// Any [`EnvelopeError`]; the payload is parsed only after a trusted signature was found good.
pub fn open<T: Payload>(wire: &[u8], trusted: &TrustedKeys) -> Result<Verified<T>, EnvelopeError> {
    if wire.len() > MAX_ENVELOPE_BYTES {
        return Err(EnvelopeError::TooLarge { bytes: wire.len() });
    }
    let envelope: Envelope = serde_json::from_slice(wire).map_err(|e| EnvelopeError::Malformed(e.to_string()))?;
    if envelope.payload_type != T::TYPE {
        return Err(EnvelopeError::WrongType { found: envelope.payload_type, expected: T::TYPE });
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|e| EnvelopeError::Malformed(format!("payload: {e}")))?;
    let keyid = signer(&envelope, &payload, trusted)?;
    let payload = serde_json::from_slice(&payload).map_err(|e| EnvelopeError::Shape {
        payload_type: T::TYPE,
        keyid: keyid.clone(),
        detail: e.to_string(),
    })?;
    Ok(Verified { payload, keyid })
}

fn signer(envelope: &Envelope, payload: &[u8], trusted: &TrustedKeys) -> Result<String, EnvelopeError> {
    let signed = pae(&envelope.payload_type, payload);
    let mut bad = None;
    for s in &envelope.signatures {
        let Some(key) = trusted.0.get(&s.keyid) else { continue };
        let good = STANDARD
            .decode(&s.sig)
            .ok()
            .and_then(|b| Signature::from_slice(&b).ok())
            .is_some_and(|sig| key.verify_strict(&signed, &sig).is_ok());
        if good {
            return Ok(s.keyid.clone());
        }
        bad = Some(s.keyid.clone());
    }
    Err(match bad {
        Some(keyid) => EnvelopeError::BadSignature { keyid },
        None => EnvelopeError::UnknownKey { found: envelope.signatures.iter().map(|s| s.keyid.clone()).collect() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        text: String,
    }
    impl Payload for Note {
        const TYPE: &'static str = "application/vnd.cua-khau.note.v1+json";
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Other {}
    impl Payload for Other {
        const TYPE: &'static str = "application/vnd.cua-khau.note.v2+json";
    }

    fn key(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    #[test]
    fn dsse_example_of_the_protocol_document() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn what_was_sealed_opens_for_those_who_trust_the_key() {
        let wire = seal(&Note { text: "云G12345".into() }, &key(1)).unwrap();
        let got = open::<Note>(&wire, &TrustedKeys::new([key(1).verifying_key()])).unwrap();
        assert_eq!(got.payload.text, "云G12345");
        assert_eq!(got.keyid, key_id(&key(1).verifying_key()));
        let stranger = open::<Note>(&wire, &TrustedKeys::new([key(2).verifying_key()]));
        assert!(matches!(stranger, Err(EnvelopeError::UnknownKey { .. })));
        let newer = open::<Other>(&wire, &TrustedKeys::new([key(1).verifying_key()]));
        assert!(matches!(newer, Err(EnvelopeError::WrongType { .. })));
    }

    #[test]
    fn a_forger_who_borrows_the_key_id_is_told_apart() {
        let wire = seal(&Note { text: "a".into() }, &key(2)).unwrap();
        let mut e: Envelope = serde_json::from_slice(&wire).unwrap();
        e.signatures[0].keyid = key_id(&key(1).verifying_key());
        let forged = serde_json::to_vec(&e).unwrap();
        let got = open::<Note>(&forged, &TrustedKeys::new([key(1).verifying_key()]));
        assert!(matches!(got, Err(EnvelopeError::BadSignature { .. })));
    }

    proptest! {
        #[test]
        fn no_altered_byte_passes(at in 0usize..1000, to in any::<u8>(), text in ".{0,40}") {
            let wire = seal(&Note { text: text.clone() }, &key(1)).unwrap();
            let mut bent = wire.clone();
            let at = at % bent.len();
            bent[at] = to;
            if let Ok(got) = open::<Note>(&bent, &TrustedKeys::new([key(1).verifying_key()])) {
                prop_assert_eq!(got.payload.text, text);
            }
        }

        #[test]
        fn rubbish_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(open::<Note>(&bytes, &TrustedKeys::new([key(1).verifying_key()])).is_err());
        }
    }
}
