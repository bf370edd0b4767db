//! The keychain against a real Secret Service, against absent, locked, refusing and silent ones, and the key file.

mod adoption;
mod key_file;
mod own;
mod service;
mod stub;
mod trouble;

use keychain::{ApiOrigin, StoredIdentity, StoredSession};
use protocol::crypto::{DeviceIdentity, system_rng};
use protocol::secret::AccessToken;
use protocol::{DeviceId, Moment, OrganizationId};

/// In every session of these tests, so that it can be looked for where it must not be.
const TOKEN: &str = "7|plain-text-token-that-must-not-leak";

fn api() -> ApiOrigin {
    ApiOrigin::of("https://ghostable.dev/api/v2").unwrap()
}

fn session(token: &str) -> StoredSession {
    StoredSession {
        access_token: AccessToken::new(token.to_owned()),
        organization: Some(OrganizationId::new("org_1")),
        expires_at: Moment::parse("2026-12-31T00:00:00.000Z"),
    }
}

fn identity(id: &str) -> StoredIdentity {
    let made = DeviceIdentity::make(&mut system_rng());
    StoredIdentity {
        device_id: DeviceId::new(id),
        name: Some("Läptop \"é\"".to_owned()),
        platform: Some("linux-x64 (6.8.0)".to_owned()),
        created_at: Moment::parse("2026-02-03T04:05:06.007Z"),
        signing_seed: made.signing_seed().clone(),
        encryption_key: made.encryption_private_key().clone(),
        signing_public: made.signing_public(),
        encryption_public: made.encryption_public(),
    }
}

fn same_session(one: &StoredSession, other: &StoredSession) -> bool {
    one.access_token.ct_eq(&other.access_token)
        && (&one.organization, one.expires_at) == (&other.organization, other.expires_at)
}

fn same_identity(one: &StoredIdentity, other: &StoredIdentity) -> bool {
    one.signing_seed.ct_eq(&other.signing_seed)
        && one.encryption_key.ct_eq(&other.encryption_key)
        && (one.signing_public, one.encryption_public) == (other.signing_public, other.encryption_public)
        && (&one.device_id, &one.name, &one.platform, one.created_at)
            == (&other.device_id, &other.name, &other.platform, other.created_at)
}

/// As a caller of the keychain is to check it.
fn is_consistent(stored: &StoredIdentity) -> bool {
    let derived = DeviceIdentity::from_secrets(&stored.signing_seed, &stored.encryption_key);
    derived.signing_public() == stored.signing_public
        && derived.encryption_public() == stored.encryption_public
}

/// Whether any file below the folder contains the text, or its base64.
fn anywhere_below(folder: &std::path::Path, text: &[u8]) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return anywhere_below(&path, text);
            }
            std::fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text))
        })
    })
}
