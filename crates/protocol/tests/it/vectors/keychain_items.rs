//! keychain_items.json: the keys of three machines and their fingerprints; reading the items is the keychain's work.

use deploy_tokens_protocol::crypto::{DeviceIdentity, key_fingerprint};
use deploy_tokens_protocol::secret::SigningSeed;
use serde_json::Value;

use super::*;

const FILE: &str = include_str!("../../vectors/keychain_items.json");

#[test]
fn public_keys_and_fingerprints_follow_from_the_stored_secrets() {
    let mut identities = 0;
    for case in cases(FILE, 3) {
        let items = case["items"].as_array().unwrap();
        let item = |account: &str| items.iter().find(|item| item["account"] == account);
        let expect = &case["expect"];
        let (Some(seed), Some(key)) = (item("signing-key"), item("encryption-key")) else {
            continue;
        };
        let seed = SigningSeed::take(&mut bytes32(seed, "value"));
        let identity = DeviceIdentity::from_secrets(&seed, &encryption_key(key, "value"));
        let public = |member: &str| expect["identity"][member]["publicKey"].clone();
        assert_eq!(
            Value::from(identity.signing_public().to_base64()),
            public("signingKey")
        );
        assert_eq!(
            Value::from(identity.encryption_public().to_base64()),
            public("encryptionKey")
        );
        assert_eq!(
            identity.kid().to_hex(),
            text(expect, "signing_key_fingerprint_hex")
        );
        assert_eq!(
            identity.encryption_public().fingerprint().to_hex(),
            text(expect, "encryption_key_fingerprint_hex")
        );
        identities += 1;
        if expect["environment_key"].is_object() {
            let cached = &expect["environment_key"];
            let key = environment_key(cached, "key_b64");
            assert_eq!(key_fingerprint(&key).to_hex(), text(cached, "fingerprint_hex"));
        }
    }
    assert_eq!(identities, 3);
}
