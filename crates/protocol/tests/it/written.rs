//! A bundle as a server writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::envelope::PublishedKey;
use deploy_tokens_protocol::variable::{
    Bundle, SealedVariable, UploadAad, VARIABLE_ALGORITHM, VariableUpload,
};
use deploy_tokens_protocol::wire::Data;
use deploy_tokens_protocol::wire::bundle::{BundleDocument, VariableDocument, VariableMeta};
use deploy_tokens_protocol::wire::environment_key::{
    ENCRYPTED_ENVELOPES, ENVIRONMENT_KEYS, EnvelopeAttributes, EnvelopeDocument, KeyAttributes, KeyDocument,
    KeyRelationships, RecipientDocument, kind_and_id,
};
use deploy_tokens_protocol::{DeviceId, EnvironmentId, EnvironmentName, Fingerprint, Moment};

/// The answer to a runner; what the bundle does not have is written as empty. Layers, and the key that a variable is under,
/// are of no server that is known, but clients read them.
pub fn bundle(bundle: &Bundle) -> String {
    let env = &EnvironmentName::new(bundle.environment.as_str());
    let document = BundleDocument {
        env,
        chain: [env],
        secrets: Vec::new(),
        environment_key: None,
    };
    let mut answer = serde_json::to_value(document).unwrap();
    answer["chain"] = bundle.chain.clone().into();
    answer["secrets"] = bundle.variables.iter().map(variable).collect();
    if let Some(key) = &bundle.key {
        answer["environment_key"] = self::key(key);
    }
    answer.to_string()
}

fn variable(sealed: &SealedVariable) -> serde_json::Value {
    let upload = VariableUpload::from(sealed);
    let marks = VariableMeta {
        line_bytes: sealed.marks.line_bytes.map(stored),
        is_vapor_secret: sealed.marks.is_vapor_secret,
        is_commented: sealed.marks.is_commented,
    };
    let document = VariableDocument {
        id: "variable",
        env: &EnvironmentName::new(upload.env.as_str()),
        name: &upload.name,
        ciphertext: &upload.ciphertext,
        nonce: &upload.nonce,
        alg: &upload.alg,
        aad: Some(&UploadAad::from(&sealed.scope)),
        claims: sealed.hmac.as_ref().map(|_| &upload.claims),
        line_bytes: marks.line_bytes,
        is_commented: marks.is_commented,
        updated_at: "2026-02-03T04:05:06.007Z",
        updated_by: None,
        version: sealed.version.map(stored),
        meta: Some(marks),
    };
    let mut variable = serde_json::to_value(document).unwrap();
    variable["env_kek_version"] = sealed.key_version.into();
    variable["env_kek_fingerprint"] = sealed.key_fingerprint.clone().into();
    variable
}

fn key(key: &PublishedKey) -> serde_json::Value {
    let at = key.created_at.map(Moment::to_wire).unwrap_or_default();
    let fingerprint = key.fingerprint.map(Fingerprint::to_hex).unwrap_or_default();
    let environment = EnvironmentId::new("environment");
    let sealed = key.sealed.as_ref();
    let texts = sealed.map(|sealed| {
        let lifted = sealed.lifted_ephemeral_key.map(|key| key.to_base64());
        (
            STANDARD.encode(&sealed.ciphertext),
            STANDARD.encode(&sealed.nonce),
            lifted,
        )
    });
    let envelope = sealed
        .zip(texts.as_ref())
        .map(|(sealed, (ciphertext, nonce, lifted))| {
            let recipients = sealed.recipients.iter().map(|recipient| {
                let (kind, id) = kind_and_id(&recipient.kind);
                RecipientDocument {
                    kind,
                    id,
                    edek_b64: &recipient.edek_b64,
                }
            });
            EnvelopeDocument {
                id: "envelope",
                kind: ENCRYPTED_ENVELOPES,
                attributes: EnvelopeAttributes {
                    ciphertext_b64: ciphertext,
                    nonce_b64: nonce,
                    alg: Some(VARIABLE_ALGORITHM),
                    aad_b64: None,
                    recipients: Some(recipients.collect()),
                    version: "v1",
                    created_at: &at,
                    revoked_at: None,
                    from_ephemeral_public_key: lifted.clone(),
                },
            }
        });
    let data = KeyDocument {
        id: "key",
        kind: ENVIRONMENT_KEYS,
        attributes: KeyAttributes {
            environment_id: &environment,
            version: stored(key.version),
            fingerprint: &fingerprint,
            created_by_device_id: key.created_by.as_ref().map(DeviceId::as_str),
            rotated_at: None,
            created_at: &at,
            updated_at: &at,
        },
        relationships: KeyRelationships {
            envelope: Data { data: envelope },
            envelopes: Data { data: Vec::new() },
        },
    };
    let mut key = serde_json::to_value(Data { data }).unwrap();
    // With the milliseconds that servers leave out.
    key["data"]["attributes"]["created_at"] = at.into();
    key
}

/// Numbers of a server end where SQLite's do.
fn stored(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
