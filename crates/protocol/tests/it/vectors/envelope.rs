//! envelope.json: 16 envelopes to rebuild byte for byte and open, 22 to refuse by the checks they name.

use deploy_tokens_protocol::crypto::envelope::{
    EncryptedEnvelope, EnvelopeInputs, open, seal, verify_signature,
};
use deploy_tokens_protocol::crypto::{Layer, Meta, OpenError};
use serde_json::Value;

use super::*;

const FILE: &str = include_str!("../../vectors/envelope.json");

fn group(name: &str, count: usize) -> Vec<Value> {
    let mut cases = cases(FILE, 38);
    cases.retain(|case| case["group"] == name);
    assert_eq!(cases.len(), count);
    cases
}

fn meta(case: &Value) -> Option<Meta> {
    let entries = case["meta_entries_in_order"].as_array()?;
    Some(Meta::new(entries.iter().map(|entry| {
        let value = entry[1].as_str().map(str::to_owned);
        (entry[0].as_str().unwrap().to_owned(), value)
    })))
}

#[test]
fn valid_envelopes_are_rebuilt_byte_for_byte() {
    for case in group("valid", 16) {
        let name = text(&case, "name");
        let given = &case["envelope"];
        let mut script = Script::new([
            bytes(&case, "ephemeral_private_key_b64"),
            bytes(given, "nonce_b64"),
            uuid_bytes(text(given, "id")),
        ]);
        let inputs = EnvelopeInputs::make(moment(given, "created_at"), &mut script);
        let sender = signer(&case, "sender_signing_private_key_b64");
        let mut rebuilt = seal(
            &bytes(&case, "plaintext_b64"),
            meta(&case).as_ref(),
            &public_key(&case, "recipient_public_key_b64"),
            &sender,
            &inputs,
        )
        .unwrap();
        assert!(script.is_used_up());
        if let Some(standard) = case["standard_signature_b64"].as_str() {
            assert_eq!(
                rebuilt.signature_b64.as_deref(),
                Some(standard),
                "{name}: signature"
            );
        } else {
            assert_eq!(name, "unsigned");
        }
        if let Some(canonical) = case["canonical_meta_utf8"].as_str() {
            assert_eq!(
                meta(&case).unwrap().to_canonical_json(),
                canonical,
                "{name}: canonical"
            );
            assert_eq!(rebuilt.checked_aad().unwrap(), canonical, "{name}: AAD");
        }
        // What the cases themselves leave out or add, and the reference's own signature.
        rebuilt.signature_b64 = given["signature_b64"].as_str().map(str::to_owned);
        rebuilt.expires_at = given["expires_at"].as_str().map(str::to_owned);
        if given.get("aad_b64").is_none() {
            rebuilt.aad_b64 = None;
        }
        assert_eq!(rebuilt.to_json(), text(&case, "envelope_json"), "{name}: JSON");
        assert_eq!(rebuilt.to_edek(), text(&case, "edek_b64"), "{name}: edek");
    }
}

#[test]
fn valid_envelopes_open_and_verify() {
    for case in group("valid", 16) {
        let name = text(&case, "name");
        let envelope = EncryptedEnvelope::from_edek(text(&case, "edek_b64")).unwrap();
        assert_eq!(
            EncryptedEnvelope::from_json(text(&case, "envelope_json")).as_ref(),
            Ok(&envelope)
        );
        let key = encryption_key(&case, "recipient_private_key_b64");
        let opened = open(&envelope, &key).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(*opened, bytes(&case["expect"], "plaintext_b64"), "{name}");
        let sender = signing_key(&case, "sender_signing_public_key_b64");
        let valid = verify_signature(&envelope, &sender).is_ok();
        assert_eq!(
            valid,
            case["expect"]["signature_valid"].as_bool().unwrap(),
            "{name}"
        );
    }
}

/// The error of `open` that stands for a check of the file; signature and sender are `verify_signature`'s.
fn open_error(check: &str) -> Option<OpenError> {
    match check {
        "addressed_to_recipient" => Some(OpenError::Addressee),
        "aad_matches_meta" => Some(OpenError::AadMismatch),
        "key_length" => Some(OpenError::KeyLength),
        "x25519_all_zero" => Some(OpenError::AllZeroAgreement),
        "nonce_length" => Some(OpenError::NonceLength),
        "aead" => Some(OpenError::Decrypt {
            layer: Layer::Recipient,
        }),
        "signature" | "sender_kid" => None,
        other => panic!("unknown check {other}"),
    }
}

#[test]
fn tampered_envelopes_are_refused_by_the_checks_they_name() {
    for case in group("tampered", 22) {
        let name = text(&case, "name");
        let failing: Vec<_> = case["failing_checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check.as_str().unwrap())
            .collect();
        let envelope = EncryptedEnvelope::from_json(text(&case, "envelope_json")).unwrap();
        let recipient = public_key(&case, "recipient_public_key_b64");
        let key = encryption_key(&case, "recipient_private_key_b64");
        let expect = |member: &str| case["expect"][member].as_bool().unwrap();

        assert_eq!(
            envelope.is_addressed_to(&recipient),
            expect("addressed_to_recipient"),
            "{name}"
        );
        assert_eq!(
            envelope.checked_aad().is_ok(),
            expect("aad_matches_meta"),
            "{name}"
        );
        let sender = signing_key(&case, "sender_signing_public_key_b64");
        let signature = match (failing.contains(&"sender_kid"), failing.contains(&"signature")) {
            (true, _) => Err(OpenError::SenderKid),
            (false, true) => Err(OpenError::Signature),
            (false, false) => Ok(()),
        };
        assert_eq!(
            verify_signature(&envelope, &sender),
            signature,
            "{name}: signature"
        );

        let opened = open(&envelope, &key).map(drop);
        let named: Vec<_> = failing.iter().filter_map(|check| open_error(check)).collect();
        match (name, &opened) {
            // Stricter on purpose: the reference does not look at the version.
            ("version-changed", refused) => assert_eq!(*refused, Err(OpenError::Version)),
            (_, Ok(())) => assert!(named.is_empty(), "{name} opens"),
            (_, Err(error)) => assert!(named.contains(error), "{name}: {error:?}"),
        }
        assert!(opened.is_err() || signature.is_err(), "{name} is refused");

        // Where an earlier check stands before the tag's, put that right and see the tag fail too.
        let tag = open_error("aead").unwrap();
        if named.contains(&tag) && opened != Err(tag.clone()) {
            let mut repaired: Value = serde_json::from_str(text(&case, "envelope_json")).unwrap();
            repaired["to_device_public_key"] = recipient.to_base64().into();
            let aad = bytes(&repaired, "aad_b64");
            repaired["meta"] = serde_json::from_slice(&aad).unwrap();
            let envelope = EncryptedEnvelope::from_json(&repaired.to_string()).unwrap();
            assert_eq!(open(&envelope, &key).map(drop), Err(tag), "{name}: tag");
        }
    }
}
