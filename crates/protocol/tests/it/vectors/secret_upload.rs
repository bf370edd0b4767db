//! secret_upload.json: variables to rebuild, sign, push and open again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::EnvironmentName;
use deploy_tokens_protocol::crypto::{
    SignatureError, VariableKeys, open_variable, seal_variable, sign_variable, verify_variable,
};
use deploy_tokens_protocol::secret::SecretText;
use deploy_tokens_protocol::variable::{SealedVariable, UploadAad, VariableUpload};
use deploy_tokens_protocol::wire::bundle::{BundleDocument, VariableDocument, parse_bundle};
use deploy_tokens_protocol::wire::request::{fit, parse};
use deploy_tokens_protocol::wire::variable::PushRequest;
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

/// An upload as a server gives it out again, read as a client reads it.
fn delivered(upload: &VariableUpload) -> SealedVariable {
    let env = &EnvironmentName::new(upload.env.as_str());
    let variable = VariableDocument {
        id: "variable",
        env,
        name: &upload.name,
        ciphertext: &upload.ciphertext,
        nonce: &upload.nonce,
        alg: &upload.alg,
        aad: Some(&upload.aad),
        claims: Some(&upload.claims),
        line_bytes: upload.line_bytes.map(|bytes| bytes.try_into().unwrap()),
        is_commented: upload.is_commented.unwrap_or_default(),
        updated_at: "2026-02-03T04:05:06.007Z",
        updated_by: Some("m@b.example"),
        version: None,
        meta: None,
    };
    let bundle = BundleDocument {
        env,
        chain: [env],
        secrets: vec![variable],
        environment_key: None,
    };
    let bundle = parse_bundle(&serde_json::to_string(&bundle).unwrap()).unwrap();
    bundle.variables.into_iter().next().unwrap()
}

#[test]
fn pushes_of_the_reference_are_read_verified_and_opened() {
    for case in cases(FILE, 7) {
        let name = text(&case, "name");
        let body = text(&case, "push_body_utf8");
        let push: PushRequest = fit(parse(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(push.secrets.len(), 1);
        let pushed = push.secrets[0].to_string();
        assert_eq!(pushed, text(&case, "secret_json"), "{name}");
        let key = signing_key(&case, "signing_public_key_b64");
        assert_eq!(verify_variable(&pushed, &key), Ok(()), "{name}");
        let changed = pushed.replacen("b64:", "b64:A", 1);
        assert_eq!(verify_variable(&changed, &key), Err(SignatureError::Mismatch));

        let upload: VariableUpload = fit(push.secrets[0].clone()).unwrap();
        let sealed = delivered(&upload);
        let value = open_variable(&sealed, &environment_key(&case, "env_key_b64")).unwrap();
        assert_eq!(
            STANDARD.encode(value.expose()),
            text(&case, "plaintext_b64"),
            "{name}"
        );

        assert_eq!(serde_json::to_string(&upload).unwrap(), pushed, "{name}");
        assert_eq!(serde_json::to_string(&push).unwrap(), body, "{name}");
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
