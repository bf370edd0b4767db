//! A bundle as a server writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::envelope::PublishedKey;
use deploy_tokens_protocol::variable::{
    Bundle, SealedVariable, UploadAad, VARIABLE_ALGORITHM, VariableUpload,
};
use deploy_tokens_protocol::wire::Data;
use deploy_tokens_protocol::wire::bundle::{BundleDocument, RunnerBundleDocument, VariableDocument};
use deploy_tokens_protocol::wire::environment_key::{
    ENCRYPTED_ENVELOPES, ENVIRONMENT_KEYS, EnvelopeAttributes, EnvelopeDocument, KeyAttributes, KeyDocument,
    KeyRelationships, RecipientDocument, kind_and_id,
};
use deploy_tokens_protocol::{DeviceId, EnvironmentName, Fingerprint, Moment};

/// The answer to a runner; what the bundle does not have is written as empty.
pub fn bundle(bundle: &Bundle) -> String {
    let names: Vec<EnvironmentName> = bundle.chain.iter().map(EnvironmentName::new).collect();
    let document = RunnerBundleDocument {
        bundle: BundleDocument {
            env: &EnvironmentName::new(bundle.environment.as_str()),
            chain: names.iter().collect(),
            secrets: Vec::new(),
        },
        environment_key: None,
    };
    let mut answer = serde_json::to_value(document).unwrap();
    answer["secrets"] = bundle.variables.iter().map(variable).collect();
    if let Some(key) = &bundle.key {
        answer["environment_key"] = self::key(key);
    }
    answer.to_string()
}

fn variable(sealed: &SealedVariable) -> serde_json::Value {
    let upload = VariableUpload::from(sealed);
    let document = VariableDocument {
        env: &EnvironmentName::new(upload.env.as_str()),
        name: &upload.name,
        ciphertext: &upload.ciphertext,
        nonce: &upload.nonce,
        alg: &upload.alg,
        aad: Some(&UploadAad::from(&sealed.scope)),
        claims: sealed.hmac.as_ref().map(|_| &upload.claims),
        version: sealed.version.map(stored),
        env_kek_version: sealed.key_version.map(stored),
        env_kek_fingerprint: sealed.key_fingerprint.as_deref(),
        meta: None,
    };
    serde_json::to_value(document).unwrap()
}

fn key(key: &PublishedKey) -> serde_json::Value {
    let at = key.created_at.map(Moment::to_wire).unwrap_or_default();
    let fingerprint = key.fingerprint.map(Fingerprint::to_hex).unwrap_or_default();
    let device = key.created_by.clone().unwrap_or_else(|| DeviceId::new(""));
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
                    seen_at: None,
                }
            });
            EnvelopeDocument {
                id: "envelope",
                kind: ENCRYPTED_ENVELOPES,
                attributes: EnvelopeAttributes {
                    ciphertext_b64: ciphertext,
                    nonce_b64: nonce,
                    alg: VARIABLE_ALGORITHM,
                    created_at: &at,
                    updated_at: None,
                    revoked_at: None,
                    recipients: recipients.collect(),
                    from_ephemeral_public_key: lifted.as_deref(),
                },
            }
        });
    let data = KeyDocument {
        id: "key",
        kind: ENVIRONMENT_KEYS,
        attributes: KeyAttributes {
            version: stored(key.version),
            fingerprint,
            created_at: &at,
            rotated_at: None,
            created_by_device_id: &device,
        },
        relationships: KeyRelationships {
            envelope: Data { data: envelope },
        },
    };
    serde_json::to_value(Data { data }).unwrap()
}

/// Numbers of a server end where SQLite's do.
fn stored(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
