//! Environment keys and variables of the sample, sealed and signed as a client does it.

use data_encoding::BASE64;

use super::{DAY, HOUR, Seed};
use crate::WorkspaceError;
use crate::stamp::new_id;
use crate::store::directory::{Environment, Project};
use crate::store::history::{self, Change, Event};
use crate::store::keys::{self, DEFAULT_VERSION, Envelope, Key, RecipientRow};
use crate::store::variables::{self, VariableRow};
use protocol::crypto::{
    CryptoError, VariableKeys, key_fingerprint, make_environment_key, seal_environment_key, seal_variable,
    sign_variable, system_rng,
};
use protocol::secret::{EnvironmentKey, SecretText};
use protocol::{KeyScope, Recipient, SealedRecipient};
use protocol::{variable::VARIABLE_ALGORITHM, variable::VariableScope, variable::VariableUpload};

const VERSION: u32 = 1;
const KEY_AGE: i64 = 425 * DAY;

/// Makes the key of an environment and publishes it for all active devices and tokens.
pub(super) fn publish(
    seed: &Seed<'_>,
    project: &Project,
    environment: &Environment,
    devices: &[Recipient],
    tokens: &[Recipient],
) -> Result<EnvironmentKey, WorkspaceError> {
    let rng = &mut system_rng();
    let secret = make_environment_key(rng);
    let fingerprint = key_fingerprint(&secret);
    let scope = KeyScope {
        project: project.id.clone(),
        environment: environment.name.clone(),
        fingerprint,
    };
    let recipients = [devices, tokens].concat();
    let sealed = seal_environment_key(&secret, &scope, &recipients, &seed.identity, seed.now, rng)
        .map_err(sample_error)?;
    let key = Key {
        id: new_id(),
        environment_id: environment.id.clone(),
        version: i64::from(VERSION),
        fingerprint: fingerprint.to_hex(),
        created_by_device_id: Some(seed.device_id.to_string()),
        created_at: seed.ago(KEY_AGE),
        updated_at: seed.now.to_wire(),
        rotated_at: None,
        envelope: None,
    };
    let envelope = Envelope {
        id: new_id(),
        ciphertext_b64: BASE64.encode(&sealed.ciphertext),
        nonce_b64: BASE64.encode(&sealed.nonce),
        alg: VARIABLE_ALGORITHM.to_owned(),
        version: DEFAULT_VERSION.to_owned(),
        aad_b64: None,
        created_at: seed.now.to_wire(),
    };
    keys::insert(seed.db, &key)?;
    let recipients: Vec<_> = sealed.recipients.into_iter().map(row).collect();
    keys::put_envelope(seed.db, &key.id, &envelope, &recipients)?;
    let event = Event {
        operation: "environment_key_created",
        kek: Some((key.version, Some(fingerprint.to_hex()))),
        at: Some(key.created_at),
        ..Event::default()
    };
    history::record(seed.db, &seed.user, &project.id, Some(&environment.id), event)?;
    Ok(secret)
}

fn row(recipient: SealedRecipient) -> RecipientRow {
    RecipientRow {
        kind: recipient.kind,
        edek_b64: recipient.edek_b64,
    }
}

/// Seals, signs and stores the variables of an environment.
pub(super) fn push(
    seed: &Seed<'_>,
    project: &Project,
    environment: &Environment,
    key: &EnvironmentKey,
    variables: &[(String, String)],
) -> Result<(), WorkspaceError> {
    let rng = &mut system_rng();
    let mut scope = VariableScope {
        organization: seed.organization_id.to_string(),
        project: project.id.to_string(),
        environment: environment.name.to_string(),
        name: String::new(),
    };
    let keys = VariableKeys::derive(key, &scope);
    for (place, (name, value)) in variables.iter().enumerate() {
        scope.name.clone_from(name);
        let value = SecretText::new(value.clone());
        let sealed = seal_variable(&scope, &value, &keys, u64::from(VERSION), rng).map_err(sample_error)?;
        let mut upload = VariableUpload::from(&sealed);
        // The length is that of the sample's own text.
        upload.line_bytes = u64::try_from(value.expose().len()).ok();
        let upload = sign_variable(&seed.identity, upload);
        let age = KEY_AGE - i64::try_from(place % 400).unwrap_or(0) * DAY - HOUR;
        store(seed, environment, &upload, &seed.ago(age))?;
    }
    Ok(())
}

fn store(
    seed: &Seed<'_>,
    environment: &Environment,
    upload: &VariableUpload,
    at: &str,
) -> Result<(), WorkspaceError> {
    let row = VariableRow {
        id: new_id(),
        name: upload.name.clone(),
        version: 1,
        ciphertext: upload.ciphertext.clone(),
        nonce: upload.nonce.clone(),
        alg: upload.alg.clone(),
        aad: Some(upload.aad.clone()),
        claims: Some(upload.claims.clone()),
        line_bytes: upload.line_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
        is_vapor_secret: false,
        is_commented: false,
        client_sig: upload.client_sig.clone().unwrap_or_default(),
        device_id: seed.device_id.clone(),
        updated_by_email: seed.user.email.clone(),
        created_at: at.to_owned(),
        updated_at: at.to_owned(),
    };
    variables::put(seed.db, &environment.id, &row)?;
    let event = Event {
        operation: "variable_created",
        kek: Some((1, None)),
        variable: Some(Change {
            id: row.id,
            name: row.name,
            version: row.version,
            line_bytes: row.line_bytes,
            ..Change::default()
        }),
        at: Some(at.to_owned()),
        ..Event::default()
    };
    history::record(
        seed.db,
        &seed.user,
        &environment.project_id,
        Some(&environment.id),
        event,
    )?;
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function that takes over an error"
)]
fn sample_error(error: CryptoError) -> WorkspaceError {
    WorkspaceError::Sample(error.to_string())
}
