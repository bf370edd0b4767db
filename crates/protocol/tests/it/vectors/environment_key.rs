//! environment_key.json: publications to rebuild in both layers and both forms, and to read back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::RequestId;
use deploy_tokens_protocol::crypto::envelope::EncryptedEnvelope;
use deploy_tokens_protocol::crypto::{
    Accepted, DeviceIdentity, key_fingerprint, open_environment_key, seal_environment_key, sign_body,
    verify_body,
};
use deploy_tokens_protocol::secret::SigningSeed;
use deploy_tokens_protocol::wire::environment_key::{
    CreateKeyRequest, EnvelopeRequest, ShareKeyRequest, parse_key_response,
};
use deploy_tokens_protocol::wire::request::{fit, parse};
use deploy_tokens_protocol::{
    DeployTokenId, DeviceId, EnvironmentName, Fingerprint, KeyScope, ProjectId, Recipient, RecipientKind,
    SealedEnvironmentKey, SealedRecipient,
};
use serde_json::Value;

use super::*;

const FILE: &str = include_str!("../../vectors/environment_key.json");

fn scope(case: &Value) -> KeyScope {
    KeyScope {
        project: ProjectId::new(text(case, "project_id")),
        environment: EnvironmentName::new(text(case, "environment_name")),
        fingerprint: Fingerprint::from_hex(text(case, "fingerprint_hex")).unwrap(),
    }
}

fn list<'a>(case: &'a Value, member: &str) -> &'a [Value] {
    case[member].as_array().unwrap()
}

fn kind(recipient: &Value) -> RecipientKind {
    let id = text(recipient, "id");
    match text(recipient, "type") {
        "device" => RecipientKind::Device(DeviceId::new(id)),
        _ => RecipientKind::Deployment(DeployTokenId::new(id)),
    }
}

/// The publication exactly as the reference made it.
fn published(case: &Value) -> SealedEnvironmentKey {
    SealedEnvironmentKey {
        unreadable: 0,
        other_type: None,
        ciphertext: bytes(&case["dek_layer"], "ciphertext_b64"),
        nonce: bytes(&case["dek_layer"], "nonce_b64"),
        recipients: list(case, "recipients")
            .iter()
            .map(|recipient| SealedRecipient {
                kind: kind(recipient),
                edek_b64: text(recipient, "edek_b64").to_owned(),
            })
            .collect(),
        lifted_ephemeral_key: None,
    }
}

#[test]
fn both_layers_are_rebuilt_from_the_recorded_random_values() {
    for case in cases(FILE, 6) {
        let name = text(&case, "name");
        let key = environment_key(&case, "env_key_b64");
        assert_eq!(key_fingerprint(&key), scope(&case).fingerprint, "{name}");
        let given = list(&case, "recipients");
        let recipients: Vec<_> = given
            .iter()
            .map(|recipient| Recipient {
                kind: kind(recipient),
                public_key: public_key(recipient, "public_key_b64"),
            })
            .collect();
        let layer = &case["dek_layer"];
        let mut random = vec![bytes(layer, "dek_b64"), bytes(layer, "nonce_b64")];
        for recipient in given {
            random.push(bytes(recipient, "ephemeral_private_key_b64"));
            random.push(bytes(recipient, "nonce_b64"));
            random.push(uuid_bytes(text(recipient, "envelope_id")));
        }
        let mut script = Script::new(random);
        let now = moment(&given[0], "created_at");
        let device = signer(&case["signer"], "signing_private_key_b64");
        assert_eq!(device.kid().to_hex(), text(&case["signer"], "sender_kid_hex"));
        let sealed =
            seal_environment_key(&key, &scope(&case), &recipients, &device, now, &mut script).unwrap();
        assert!(script.is_used_up(), "{name}");

        let expected = published(&case);
        assert_eq!(sealed.ciphertext, expected.ciphertext, "{name}");
        assert_eq!(sealed.nonce, expected.nonce, "{name}");
        assert_eq!(sealed.recipients.len(), given.len());
        for (place, (sealed, given)) in sealed.recipients.iter().zip(given).enumerate() {
            assert_eq!(sealed.kind, kind(given));
            let mut envelope = EncryptedEnvelope::from_edek(&sealed.edek_b64).unwrap();
            if place == 0 {
                let standard = text(given, "standard_signature_b64");
                assert_eq!(envelope.signature_b64.as_deref(), Some(standard), "{name}");
            }
            // The recording made the clock run between recipients; ours is read once.
            let reference = EncryptedEnvelope::from_edek(text(given, "edek_b64")).unwrap();
            envelope.created_at.clone_from(&reference.created_at);
            envelope.signature_b64.clone_from(&reference.signature_b64);
            assert_eq!(envelope.to_json(), text(given, "envelope_json"), "{name} {place}");
        }
    }
}

#[test]
fn requests_are_written_signed_and_read() {
    for case in cases(FILE, 6) {
        let name = text(&case, "name");
        let (sealed, scope, request) = (published(&case), scope(&case), &case["request"]);
        let device_id = DeviceId::new(text(&case["signer"], "device_id"));
        let device = signer(&case["signer"], "signing_private_key_b64");
        let ids: Vec<_> = case["request_ids"]
            .as_array()
            .map(|ids| {
                ids.iter()
                    .map(|id| RequestId::new(id.as_str().unwrap()))
                    .collect()
            })
            .unwrap_or_default();
        let version = case["version"].as_u64().unwrap();
        let create = text(&case, "form") == "create";
        let body = if create {
            let request = CreateKeyRequest::new(&device_id, scope.fingerprint, version, &sealed);
            sign_body(&device, &request).unwrap()
        } else {
            let request = ShareKeyRequest::new(&device_id, scope.fingerprint, &sealed, ids.clone());
            sign_body(&device, &request).unwrap()
        };
        let signed = text(request, "signed_utf8").strip_suffix('}').unwrap();
        let standard = text(request, "standard_signature_b64");
        assert_eq!(
            body,
            format!("{signed},\"client_sig\":\"{standard}\"}}"),
            "{name}"
        );

        let theirs = text(request, "body_utf8");
        verify_body(theirs, &device.signing_public()).unwrap();
        let parsed = parse(theirs.as_bytes()).unwrap();
        let read: ShareKeyRequest = fit(parsed.clone()).unwrap();
        assert_eq!(read.device_id, device_id);
        assert_eq!(Fingerprint::from_hex(&read.fingerprint), Some(scope.fingerprint));
        assert_eq!(read.envelope, EnvelopeRequest::from(&sealed), "{name}");
        assert_eq!(read.request_ids, ids);
        let request: CreateKeyRequest = fit(parsed).unwrap();
        let expected = create.then(|| i64::try_from(version).unwrap());
        assert_eq!(request.version, expected, "{name}: version");
    }
}

#[test]
fn every_device_reads_its_key_back() {
    let mut read = 0;
    for case in cases(FILE, 6) {
        let name = text(&case, "name");
        let own_id = text(&case["signer"], "device_id");
        for back in list(&case, "read_back") {
            let device_id = text(back, "device_id");
            let recipient = list(&case, "recipients")
                .iter()
                .find(|recipient| text(recipient, "id") == device_id)
                .unwrap();
            let seed = if device_id == own_id {
                signer(&case["signer"], "signing_private_key_b64")
                    .signing_seed()
                    .clone()
            } else {
                SigningSeed::take(&mut [7; 32])
            };
            let identity = DeviceIdentity::from_secrets(&seed, &encryption_key(recipient, "private_key_b64"));
            let resource = parse_key_response(text(back, "response_json")).unwrap().unwrap();
            let scope = scope(&case);
            let key = open_environment_key(
                &resource,
                &scope.project,
                &scope.environment,
                &DeviceId::new(device_id),
                &identity,
                &[signing_key(&case["signer"], "signing_public_key_b64")],
                &Accepted::default(),
            )
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .into_key();
            let expect = &back["expect"];
            assert_eq!(STANDARD.encode(key.expose()), text(expect, "env_key_b64"));
            assert_eq!(Some(resource.version), expect["version"].as_u64());
            let announced = resource.fingerprint.unwrap().to_hex();
            assert_eq!(announced, text(expect, "fingerprint_hex"));
            read += 1;
        }
    }
    assert_eq!(read, 8, "entries that were read back");
}

#[test]
fn the_reference_signs_with_one_nonce_and_that_is_found() {
    for case in cases(FILE, 6) {
        let sealed = published(&case);
        let edeks: Vec<&str> = sealed.recipients.iter().map(|it| it.edek_b64.as_str()).collect();
        let kid = text(&case["signer"], "sender_kid_hex");
        let found = deploy_tokens_protocol::crypto::find_disclosed_signers(edeks.iter().copied());
        let found: Vec<String> = found.iter().map(|kid| kid.to_hex()).collect();
        // One signature alone shows nothing.
        let expected: &[&str] = if edeks.len() > 1 { &[kid] } else { &[] };
        assert_eq!(found, expected, "{}", text(&case, "name"));
    }
}
