//! client_sig.json: bodies to sign and verify, negatives, and proof of the reference's repeated nonce.

use deploy_tokens_protocol::crypto::{SignatureError, sign_body, verify_body, verify_bytes};
use serde_json::{Map, Value};

use super::*;

const FILE: &str = include_str!("../../vectors/client_sig.json");

/// Bodies that ours never writes, so they are only verified: JavaScript's spelling of fractions and large numbers, and
/// its reordering of names that look like array indexes.
const ONLY_VERIFIED: [&str; 2] = ["numbers", "integer-like-keys"];

fn of_kind(kind: &str, count: usize) -> Vec<Value> {
    let mut cases = cases(FILE, 17);
    cases.retain(|case| case["kind"] == kind);
    assert_eq!(cases.len(), count);
    cases
}

#[test]
fn bodies_are_signed_the_standard_way() {
    let mut signed = 0;
    for case in of_kind("request", 12) {
        let name = text(&case, "name");
        if ONLY_VERIFIED.contains(&name) {
            continue;
        }
        let mut body = Map::new();
        body.insert("device_id".to_owned(), case["device_id"].clone());
        let payload: Map<String, Value> = serde_json::from_str(text(&case, "payload_json")).unwrap();
        body.extend(payload);
        let ours = sign_body(&signer(&case, "signing_private_key_b64"), &body).unwrap();
        let unsigned = text(&case, "signed_utf8").strip_suffix('}').unwrap();
        let standard = text(&case, "standard_signature_b64");
        assert_eq!(
            ours,
            format!("{unsigned},\"client_sig\":\"{standard}\"}}"),
            "{name}"
        );
        signed += 1;
    }
    assert_eq!(signed, 10);
}

#[test]
fn bodies_of_the_reference_verify() {
    for case in of_kind("request", 12) {
        let key = signing_key(&case, "signing_public_key_b64");
        let body = text(&case, "body_utf8");
        assert_eq!(verify_body(body, &key), Ok(()), "{}", case["name"]);
        let standard = body.replace(text(&case, "client_sig"), text(&case, "standard_signature_b64"));
        assert_eq!(verify_body(&standard, &key), Ok(()), "{}", case["name"]);
        let other = body.replace("\"device_id\":\"", "\"device_id\":\"x");
        assert_eq!(verify_body(&other, &key), Err(SignatureError::Mismatch));
    }
}

#[test]
fn changed_bytes_do_not_verify() {
    for case in of_kind("negative", 4) {
        let key = signing_key(&case, "signing_public_key_b64");
        let signature = bytes(&case, "client_sig").try_into().unwrap();
        assert_eq!(
            verify_bytes(&bytes(&case, "signed_b64"), &signature, &key),
            Err(SignatureError::Mismatch),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn the_reference_repeats_its_nonce_and_ours_does_not() {
    for case in of_kind("nonce_reuse", 1) {
        let key = signing_key(&case, "signing_public_key_b64");
        let messages = case["messages"].as_array().unwrap();
        let seed = cases(FILE, 17)
            .into_iter()
            .find(|other| {
                other["signing_public_key_b64"] == case["signing_public_key_b64"]
                    && other.get("signing_private_key_b64").is_some()
            })
            .unwrap();
        let device = signer(&seed, "signing_private_key_b64");
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for message in messages {
            let signed = bytes(message, "signed_b64");
            let signature: [u8; 64] = bytes(message, "client_sig").try_into().unwrap();
            assert_eq!(verify_bytes(&signed, &signature, &key), Ok(()));
            assert_eq!(
                device.sign(&signed).to_vec(),
                bytes(message, "standard_signature_b64")
            );
            theirs.push(signature[..32].to_vec());
            ours.push(device.sign(&signed)[..32].to_vec());
        }
        assert_eq!(theirs[0], theirs[1]);
        assert_ne!(ours[0], ours[1]);
    }
}
