//! secret_upload.json: variables to rebuild, sign, push and open again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::DeviceId;
use deploy_tokens_protocol::crypto::{
    SignatureError, VariableKeys, open_variable, seal_variable, sign_variable, verify_variable,
};
use deploy_tokens_protocol::secret::SecretText;
use deploy_tokens_protocol::wire::variable::{PushRequest, parse_push, sealed_variable};
use deploy_tokens_protocol::{variable::UploadAad, variable::VariableUpload};
use serde_json::Value;

use super::*;

const FILE: &str = include_str!("../../vectors/secret_upload.json");

#[test]
fn uploads_are_rebuilt_and_signed_the_standard_way() {
    for case in cases(FILE, 7) {
        let name = text(&case, "name");
        let given: VariableUpload = serde_json::from_str(text(&case, "secret_json")).unwrap();
        let aad: UploadAad = serde_json::from_str(text(&case, "aad_utf8")).unwrap();
        let keys = VariableKeys::derive(&environment_key(&case, "env_key_b64"), &aad.into());
        let value = String::from_utf8(bytes(&case, "plaintext_b64")).unwrap();
        let mut script = Script::new([bytes(&case, "nonce_b64")]);
        let sealed = seal_variable(
            &given.aad.clone().into(),
            &SecretText::new(value),
            &keys,
            given.env_kek_version.unwrap_or(1),
            &mut script,
        )
        .unwrap();
        // What stands beside the sealed value is the caller's: take it from the case.
        let upload = VariableUpload {
            if_version: given.if_version,
            env_kek_version: given.env_kek_version,
            line_bytes: given.line_bytes,
            is_vapor_secret: given.is_vapor_secret,
            is_commented: given.is_commented,
            change_note: given.change_note.clone(),
            ..VariableUpload::from(&sealed)
        };
        let upload = match name {
            "no-fingerprint" => VariableUpload {
                env_kek_fingerprint: None,
                ..upload
            },
            _ => upload,
        };
        assert_eq!(
            serde_json::to_string(&upload).unwrap(),
            text(&case, "signed_utf8"),
            "{name}"
        );
        let signed = sign_variable(&signer(&case, "signing_private_key_b64"), upload);
        assert_eq!(
            signed.client_sig.as_deref(),
            Some(text(&case, "standard_signature_b64")),
            "{name}"
        );
    }
}

#[test]
fn pushes_of_the_reference_are_read_verified_and_opened() {
    for case in cases(FILE, 7) {
        let name = text(&case, "name");
        let body = text(&case, "push_body_utf8");
        let push = parse_push(body).unwrap();
        assert_eq!(push.variables.len(), 1);
        let pushed = &push.variables[0];
        assert_eq!(pushed.text, text(&case, "secret_json"), "{name}");
        let key = signing_key(&case, "signing_public_key_b64");
        assert_eq!(verify_variable(&pushed.text, &key), Ok(()), "{name}");
        let changed = pushed.text.replacen("b64:", "b64:A", 1);
        assert_eq!(verify_variable(&changed, &key), Err(SignatureError::Mismatch));

        let sealed = sealed_variable(&pushed.upload).unwrap();
        let value = open_variable(&sealed, &environment_key(&case, "env_key_b64")).unwrap();
        assert_eq!(
            STANDARD.encode(value.expose()),
            text(&case, "plaintext_b64"),
            "{name}"
        );

        let again = PushRequest {
            device_id: DeviceId::new(push.device_id.as_str()),
            secrets: vec![pushed.upload.clone()],
            force_overwrite: Some(push.force_overwrite),
        };
        assert_eq!(serde_json::to_string(&again).unwrap(), body, "{name}");
    }
}

#[test]
fn a_change_note_must_carry_a_signature_of_its_own() {
    let cases = cases(FILE, 7);
    let case = cases
        .iter()
        .find(|case| case["name"] == "with-change-note")
        .unwrap();
    let device = signer(case, "signing_private_key_b64");
    let mut upload: VariableUpload = serde_json::from_str(text(case, "secret_json")).unwrap();
    let note = upload.change_note.as_mut().unwrap();
    note["nonce"] = Value::from("b64:AAAA");
    // The variable is signed anew, so only the note's own signature is wrong.
    let signed = sign_variable(&device, upload);
    let text = serde_json::to_string(&signed).unwrap();
    assert_eq!(
        verify_variable(&text, &device.signing_public()),
        Err(SignatureError::Mismatch)
    );
}
