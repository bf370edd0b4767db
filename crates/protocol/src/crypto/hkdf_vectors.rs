//! hkdf.json (docs/protocol.md 14): the primitives, which no test outside this layer can reach. Its three cases of
//! `kek_chain` are left out: nothing here derives keys from a seed (docs/protocol.md 5.6).

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::Value;

use super::primitives::{agree, derive, derive_envelope_key, hmac, hmac_matches, public_key};
use super::variable::derive_pair;
use crate::secret::EnvironmentKey;
use crate::types::PublicKey;
use crate::types::variable::prefixed;

fn of_kind(kind: &str, count: usize) -> Vec<Value> {
    let file = include_str!("../../tests/vectors/hkdf.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let mut cases = file["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), 24);
    cases.retain(|case| case["kind"] == kind);
    assert_eq!(cases.len(), count, "{kind}");
    cases
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {}", case["name"]))
}

fn hex(case: &Value, member: &str) -> Vec<u8> {
    HEXLOWER_PERMISSIVE.decode(text(case, member).as_bytes()).unwrap()
}

fn base64(case: &Value, member: &str) -> [u8; 32] {
    BASE64
        .decode(text(case, member).as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

#[test]
fn hkdf() {
    for case in of_kind("hkdf", 9) {
        let length = usize::try_from(case["length"].as_u64().unwrap()).unwrap();
        let mut okm = vec![0; length];
        derive(
            &hex(&case, "ikm_hex"),
            &hex(&case, "salt_used_hex"),
            &hex(&case, "info_hex"),
            &mut okm,
        );
        assert_eq!(okm, hex(&case, "okm_hex"), "{}", case["name"]);
    }
}

#[test]
fn agreement_and_envelope_key() {
    for case in of_kind("envelope_key", 2) {
        let private = base64(&case, "private_key_b64");
        let peer = base64(&case, "peer_private_key_b64");
        let public = PublicKey::from_bytes(base64(&case, "public_key_b64"));
        let peer_public = PublicKey::from_bytes(base64(&case, "peer_public_key_b64"));
        assert_eq!(public_key(&private), public);
        assert_eq!(public_key(&peer), peer_public);
        let shared = agree(&private, &peer_public).unwrap();
        assert_eq!(shared.to_vec(), hex(&case, "shared_secret_hex"));
        assert_eq!(agree(&peer, &public).unwrap(), shared);
        assert_eq!(derive_envelope_key(&shared).to_vec(), hex(&case, "key_hex"));
    }
}

#[test]
fn variable_keys() {
    for case in of_kind("variable_keys", 5) {
        let (encryption, claim) = derive_pair(&hex(&case, "env_key_hex"), text(&case, "scope"));
        assert_eq!(encryption.to_vec(), hex(&case, "enc_key_hex"), "{}", case["name"]);
        assert_eq!(claim.to_vec(), hex(&case, "hmac_key_hex"), "{}", case["name"]);
    }
}

#[test]
fn claims() {
    for case in of_kind("hmac_claim", 3) {
        let key: [u8; 32] = hex(&case, "hmac_key_hex").try_into().unwrap();
        let message = hex(&case, "message_hex");
        let claim = hmac(&key, &message);
        assert_eq!(prefixed(&claim), text(&case, "claim"));
        assert!(hmac_matches(&key, &message, &claim));
        assert!(!hmac_matches(&key, &message, &claim[..31]));
        assert!(!hmac_matches(&key, b"another", &claim));
    }
}

#[test]
fn fingerprints() {
    for case in of_kind("fingerprint", 2) {
        let key = EnvironmentKey::take(&mut base64(&case, "key_b64"));
        let print = super::key_fingerprint(&key);
        assert_eq!(print.to_hex(), text(&case, "fingerprint_hex"));
    }
}
