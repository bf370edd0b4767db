//! What reads input from outside, one function a decoder: anything may come in, and none may panic, hang, or accept what
//! it would not write itself. The fuzz targets call these, and so does `tests/fuzz_bounded.rs` of the program, briefly
//! and on stable.

use protocol::crypto::envelope::{EncryptedEnvelope, open, verify_signature};
use protocol::crypto::{open_bundle, parse_seed, seal_record, system_rng, verify_body, verify_variable};
use protocol::secret::{DeploySeed, EncryptionPrivateKey, JournalKey};
use protocol::wire;
use protocol::{OrganizationId, SigningPublicKey};
use service::journal::{self, EntryId};
use service::manifest as project_manifest;

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

/// The answer to a runner: read, opened, and the document made of it read again.
pub fn bundle(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(bundle) = wire::bundle::parse_bundle(&text) else {
        return;
    };
    let seed = key(SEED);
    let report = open_bundle(&bundle, &seed);
    assert!(
        report.variables.len() <= report.total,
        "no variable comes from nowhere"
    );
    let document = wire::bundle::bundle_document(&bundle, "id").to_string();
    let again = wire::bundle::parse_bundle(&document);
    assert!(again.is_ok(), "what was read can be written: {again:?}");
}

/// Every other answer and request of the API.
pub fn wire(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = wire::tokens::tokens(data);
    let _ = wire::tokens::token(data);
    let _ = wire::tokens::answer(data);
    let _ = wire::directory::user(data);
    let _ = wire::directory::organizations(data);
    let _ = wire::directory::projects(data, &OrganizationId::new("org"));
    let _ = wire::directory::project(data);
    let _ = wire::directory::environments(data);
    let _ = wire::devices::device(data);
    let _ = wire::devices::devices(data);
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
    let _ = wire::environment_key::parse_create_request(&text);
    let _ = wire::environment_key::parse_share_request(&text);
    if let Ok(Some(published)) = wire::environment_key::parse_key_response(&text) {
        let _ = wire::environment_key::key_document("id", &published);
    }
    if let Ok(push) = wire::variable::parse_push(&text) {
        for variable in push.variables {
            let _ = wire::variable::sealed_variable(&variable.upload);
        }
    }
    let _ = verify_body(&text, &sender());
    let _ = verify_variable(&text, &sender());
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
