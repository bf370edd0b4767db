//! What reads input from outside, one function a decoder: anything may come in, and none may panic, hang, or accept what
//! it would not write itself. The fuzz targets call these, and so does `tests/it/fuzz_bounded.rs` of the program, briefly
//! and on stable.

use std::fmt::Debug;

use protocol::crypto::envelope::{EncryptedEnvelope, open, verify_signature};
use protocol::crypto::{open_bundle, parse_seed, seal_record, system_rng, verify_body, verify_variable};
use protocol::keys::decode_base64;
use protocol::secret::{DeploySeed, EncryptionPrivateKey, JournalKey};
use protocol::shape::{is_id, is_line};
use protocol::variable::VariableUpload;
use protocol::wire::request::{fit, parse};
use protocol::{Fingerprint, OrganizationId, SigningPublicKey, TokenEntry, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::journal::{self, EntryId};
use service::manifest as project_manifest;
use service::revocation::Leak;

/// The recipient of the first envelope of the vectors, so that what is almost right is opened.
const RECIPIENT: &str = "dea0Caut3gmqiT1dr6evoSFDv/NiWvNnuqPU3331KJc=";
/// Who signed it.
const SENDER: &str = "wznp4M2mFzCcKeg9uwiYEgOSiE2dkdUUH0aW0GZnXUs=";
/// The seed of the first bundle of the vectors.
const SEED: &str = "pw4zJEbsa67a5MmrzG5EiOgM1mzs5K/pFkLSJ9yEZvg=";
/// The name of the journal entry that is read.
const ENTRY: &str = "0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11";

fn key(base64: &str) -> DeploySeed {
    parse_seed(base64).expect("a key of the vectors")
}

fn sender() -> SigningPublicKey {
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

/// Every other answer of the API, as the client reads it.
pub fn wire(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for token in wire::tokens::tokens(data)
        .iter()
        .flatten()
        .filter_map(TokenEntry::token)
    {
        assert!(is_id(token.id.as_str()), "an id can be part of a path");
        assert!(is_line(&token.name), "a name is on one line");
    }
    let _ = wire::tokens::token(data);
    let _ = wire::tokens::answer(data);
    let _ = wire::directory::user(data);
    let _ = wire::directory::organizations(data);
    let _ = wire::directory::projects(data, &OrganizationId::new("org"));
    let _ = wire::directory::project(data);
    let _ = wire::directory::environments(data);
    let _ = wire::devices::device(data);
    let _ = wire::devices::devices(data);
    let _ = wire::devices::own_devices(data);
    let _ = wire::members::members(data);
    let _ = wire::names::variable_names(data);
    let _ = wire::activity::page(data);
    let _ = wire::reshare::request(data);
    let _ = wire::reshare::page(data);
    let _ = wire::sign_in::ticket(data);
    for flag in [false, true] {
        let _ = wire::sign_in::password(data, flag);
    }
    let _ = wire::sign_in::poll(data);
    for status in [401, 404, 409, 422, 500] {
        let _ = wire::error::read(status, data);
    }
    let _ = wire::environment_key::parse_key_response(&text);
}

/// Every request of the API, as the workspace reads it: parsed, its signature checked over the text as it came, and fitted
/// into the type that clients write. What fits is read again from what it is written as.
pub fn requests(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = verify_body(&text, &sender());
    let Ok(body) = parse(data) else {
        return;
    };
    again::<wire::tokens::CreateTokenRequest>(&body);
    again::<wire::tokens::RotateTokenRequest>(&body);
    again::<wire::devices::RegisterDeviceRequest>(&body);
    again::<wire::directory::CreateProjectRequest>(&body);
    again::<wire::directory::CreateEnvironmentRequest>(&body);
    again::<wire::directory::SuggestNamesRequest>(&body);
    again::<wire::environment_key::CreateKeyRequest>(&body);
    again::<wire::environment_key::ShareKeyRequest>(&body);
    again::<wire::variable::PushRequest>(&body);
    let _ = wire::sign_in::PasswordRequest::read(&body);
    let _ = wire::sign_in::PollRequest::read(&body);
    // What the workspace does with each variable of a push, and with each recipient of a publication.
    let pushed = fit::<wire::variable::PushRequest>(body.clone());
    let secrets = pushed.map_or_else(|_| vec![body.clone()], |push| push.secrets);
    for secret in secrets {
        let _ = verify_variable(&secret.to_string(), &sender());
        again::<VariableUpload>(&secret);
    }
    if let Ok(shared) = fit::<wire::environment_key::ShareKeyRequest>(body) {
        let _ = Fingerprint::from_hex(&shared.fingerprint);
        let _ = decode_base64(&shared.envelope.ciphertext_b64);
        for recipient in shared.envelope.recipients.unwrap_or_default() {
            let _ = wire::environment_key::recipient_kind(&recipient.kind, &recipient.id);
            if let Ok(envelope) = EncryptedEnvelope::from_edek(&recipient.edek_b64) {
                let _ = envelope.ephemeral_key();
                let _ = verify_signature(&envelope, &sender());
            }
        }
    }
}

fn again<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &Value) {
    if let Ok(request) = fit::<T>(body.clone()) {
        let written = serde_json::to_value(&request).expect("a request is JSON");
        assert_eq!(
            fit::<T>(written).as_ref(),
            Ok(&request),
            "a request is read as it was written"
        );
    }
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

/// The manifest of a project's folder.
pub fn manifest(data: &[u8]) {
    if let Ok(manifest) = project_manifest::parse(&String::from_utf8_lossy(data)) {
        assert!(
            !manifest.project.as_str().trim().is_empty(),
            "a project has an id"
        );
    }
}

/// A file of the journal, and the content of one whose seal is good.
pub fn journal(data: &[u8]) {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let id = EntryId::parse(ENTRY).expect("a UUID");
    assert!(
        journal::decode(&key, &id, data).is_err(),
        "nobody can seal without the key"
    );
    if let Ok(sealed) = seal_record(&key, id.as_str(), data, &mut system_rng()) {
        let _ = journal::decode(&key, &id, &sealed);
    }
}

/// A text in which something leaked: whatever is found stands on one of its lines.
pub fn leak(data: &[u8]) {
    let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
    let Ok(leak) = Leak::read(data) else { return };
    for it in leak.candidates() {
        assert!((1..=lines).contains(&it.line), "line {} of {lines}", it.line);
    }
}
