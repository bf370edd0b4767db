//! What is sealed: envelopes, bundles, seeds.

use protocol::crypto::envelope::{EncryptedEnvelope, open, verify_signature};
use protocol::crypto::{open_bundle, parse_seed};
use protocol::secret::{DeploySeed, EncryptionPrivateKey};
use protocol::{SigningPublicKey, wire};

/// The recipient of the first envelope of the vectors, so that what is almost right is opened.
const RECIPIENT: &str = "dea0Caut3gmqiT1dr6evoSFDv/NiWvNnuqPU3331KJc=";
/// Who signed it.
const SENDER: &str = "wznp4M2mFzCcKeg9uwiYEgOSiE2dkdUUH0aW0GZnXUs=";
/// The seed of the first bundle of the vectors.
const SEED: &str = "pw4zJEbsa67a5MmrzG5EiOgM1mzs5K/pFkLSJ9yEZvg=";
fn key(base64: &str) -> DeploySeed {
    parse_seed(base64).expect("a key of the vectors")
}

pub fn sender() -> SigningPublicKey {
    // A public key; it has the form of a seed.
    SigningPublicKey::from_bytes(*key(SENDER).expose())
}

/// An envelope, as JSON and as the base64 in which it travels: opened and verified, and written as it was read.
pub fn envelope(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // The first vector's recipient, to open with.
    let recipient = EncryptionPrivateKey::fill_with(|bytes| bytes.copy_from_slice(key(RECIPIENT).expose()));
    let sender = sender();
    for envelope in [
        EncryptedEnvelope::from_json(&text),
        EncryptedEnvelope::from_edek(&text),
    ]
    .into_iter()
    .flatten()
    {
        let _ = open(&envelope, &recipient);
        let _ = verify_signature(&envelope, &sender);
        let again = EncryptedEnvelope::from_edek(&envelope.to_edek());
        assert_eq!(
            again.as_ref(),
            Ok(&envelope),
            "an envelope is written as it was read"
        );
    }
}

/// The answer to a runner: read and opened.
pub fn bundle(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(bundle) = wire::bundle::parse_bundle(&text) else {
        return;
    };
    let report = open_bundle(&bundle, &key(SEED));
    assert!(
        report.variables.len() <= report.total,
        "no variable comes from nowhere"
    );
}

/// A seed as somebody may have pasted it: what is accepted is the same after being written and read again.
pub fn seed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(seed) = parse_seed(&text) {
        // Written in the form that is handed to the user.
        let again = parse_seed(seed.to_base64().expose());
        assert!(again.is_ok_and(|again| again.ct_eq(&seed)), "a seed is itself");
    }
}
