//! Checks of a published environment key: who signed it, for whom it is sealed, and about what (docs/protocol.md 6.4).
//!
//! Nothing is opened here; the server has no key that could.

use std::collections::{HashMap, HashSet};

use data_encoding::BASE64;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Call;
use crate::answer::Refusal;
use crate::stamp::{new_id, now};
use crate::store::devices::{self, Device};
use crate::store::directory::{self, Environment, Project};
use crate::store::keys::{Envelope, RecipientRow};
use crate::store::tokens::{self, Token};
use crate::store::users::User;
use crate::store::{StoreError, keys};
use protocol::crypto::envelope::{EncryptedEnvelope, verify_signature};
use protocol::crypto::verify_body;
use protocol::keys::decode_base64;
use protocol::variable::VARIABLE_ALGORITHM;
use protocol::wire::environment_key::{EnvelopeRequest, recipient_kind};
use protocol::wire::request::fit;
use protocol::{DeployTokenId, DeviceId, Fingerprint, PublicKey, RecipientKind, SigningPublicKey};

const NONCE_LENGTH: usize = 24;
/// Environment key and tag.
const SEALED_KEY_LENGTH: usize = 48;

/// What a publication is about.
pub(super) struct Subject<'a> {
    pub(super) project: &'a Project,
    pub(super) environment: &'a Environment,
    pub(super) fingerprint: Fingerprint,
}

/// Reads a signed body: its `device_id` is an own, active device, and `client_sig` is that device's over the text as it
/// was received (docs/protocol.md 5.7).
pub(super) fn signed<T: DeserializeOwned>(call: &Call<'_, User>) -> Result<(Device, T), Refusal> {
    let body = call.input.json()?;
    let device = signer(call, &body)?;
    let key = device.public_signing_key;
    verify_body(call.input.text()?, &key).map_err(|error| bad_signature("client_sig", &error))?;
    Ok((device, fit(body)?))
}

/// The device that a body names.
pub(super) fn signer(call: &Call<'_, User>, body: &Value) -> Result<Device, Refusal> {
    let id = body.get("device_id").and_then(Value::as_str);
    let device = devices::own(
        call.db,
        call.who,
        id.ok_or_else(|| Refusal::invalid("device_id", "device_id is required."))?,
    )?;
    devices::touch(call.db, &device)?;
    Ok(device)
}

/// The refusal of a signature.
pub(super) fn bad_signature(field: &str, error: &impl std::fmt::Display) -> Refusal {
    Refusal::invalid(field, &format!("The signature is refused: {error}."))
}

/// Checks the outer layer and every recipient, and gives what is to be stored.
pub(super) fn check(
    call: &Call<'_, User>,
    signer: &Device,
    subject: &Subject<'_>,
    envelope: EnvelopeRequest,
) -> Result<(Envelope, Vec<RecipientRow>), Refusal> {
    let bytes = |field: &str, text: &str, length: usize| match decode_base64(text) {
        Some(bytes) if bytes.len() == length => Ok(BASE64.encode(&bytes)),
        _ => Err(Refusal::invalid(
            field,
            &format!("This is not base64 of {length} bytes."),
        )),
    };
    if !envelope.alg.eq_ignore_ascii_case(VARIABLE_ALGORITHM) {
        return Err(Refusal::invalid("envelope.alg", "This algorithm is not known."));
    }
    let at = now();
    let outer = Envelope {
        id: new_id(),
        ciphertext_b64: bytes(
            "envelope.ciphertext_b64",
            &envelope.ciphertext_b64,
            SEALED_KEY_LENGTH,
        )?,
        nonce_b64: bytes("envelope.nonce_b64", &envelope.nonce_b64, NONCE_LENGTH)?,
        alg: VARIABLE_ALGORITHM.to_owned(),
        created_at: at,
        updated_at: None,
    };
    if envelope.recipients.is_empty() {
        return Err(Refusal::invalid("envelope.recipients", "There is no recipient."));
    }
    let known = Known::load(call, subject)?;
    let mut seen = HashSet::new();
    for (index, recipient) in envelope.recipients.iter().enumerate() {
        if !seen.insert((&recipient.kind, &recipient.id)) {
            return Err(Refusal::invalid(
                &format!("envelope.recipients.{index}.id"),
                "This recipient is named twice.",
            ));
        }
    }
    let signer = signer.public_signing_key;
    let rows: Vec<Result<RecipientRow, Refusal>> = envelope
        .recipients
        .into_par_iter()
        .enumerate()
        .map(|(index, recipient)| {
            let (kind, key) = known.recipient(index, &recipient.kind, &recipient.id)?;
            let field = format!("envelope.recipients.{index}.edek_b64");
            check_edek(&field, &recipient.edek_b64, key, subject, Some(&signer))?;
            Ok(RecipientRow {
                kind,
                edek_b64: recipient.edek_b64,
                seen_at: None,
            })
        })
        .collect();
    // In order, so that of several refusals the first is told, and not the one that came first.
    let rows = rows.into_iter().collect::<Result<_, _>>()?;
    Ok((outer, rows))
}

/// Adds a token to the current envelope of its environment, in the same step in which it is made or rotated.
pub(super) fn add_token(call: &Call<'_, User>, token: &Token, edek_b64: &str) -> Result<(), Refusal> {
    let project = directory::project(call.db, call.who, token.project_id.as_str())?;
    let environment = directory::environment_by_id(call.db, &token.environment_id)?
        .ok_or_else(|| Refusal::not_found("Environment"))?;
    let key = keys::current(call.db, &environment.id)?
        .ok_or_else(|| Refusal::invalid("recipient", "The environment has no key yet."))?;
    let subject = Subject {
        project: &project,
        environment: &environment,
        fingerprint: key.fingerprint,
    };
    check_edek("recipient.edek_b64", edek_b64, token.public_key, &subject, None)?;
    let row = RecipientRow {
        kind: RecipientKind::Deployment(token.id.clone()),
        edek_b64: edek_b64.to_owned(),
        seen_at: None,
    };
    Ok(keys::put_recipient(call.db, &key.id, &row)?)
}

/// Whom an environment's key may be sealed for: public keys by id, and whether they are active.
struct Known {
    devices: HashMap<DeviceId, (PublicKey, bool)>,
    tokens: HashMap<DeployTokenId, (PublicKey, bool)>,
}

impl Known {
    fn load(call: &Call<'_, User>, subject: &Subject<'_>) -> Result<Self, StoreError> {
        let devices = devices::of_organization(call.db, &subject.project.organization_id, true)?;
        let environment = subject.environment.id.as_str();
        let tokens = tokens::list(call.db, &subject.project.id, Some(environment))?;
        let device = |device: Device| {
            let active = device.is_active();
            (device.id, (device.public_key, active))
        };
        let token = |token: Token| {
            let active = token.is_active();
            (token.id, (token.public_key, active))
        };
        Ok(Self {
            devices: devices.into_iter().map(device).collect(),
            tokens: tokens.into_iter().map(token).collect(),
        })
    }

    fn recipient(&self, index: usize, kind: &str, id: &str) -> Result<(RecipientKind, PublicKey), Refusal> {
        let refuse = |part: &str, why: &str| {
            let field = format!("envelope.recipients.{index}.{part}");
            Err(Refusal::invalid(&field, why))
        };
        let Some(who) = recipient_kind(kind, id) else {
            return refuse("type", "A recipient is a device or a deployment.");
        };
        let found = match &who {
            RecipientKind::Device(id) => self.devices.get(id),
            RecipientKind::Deployment(id) => self.tokens.get(id),
        };
        match found {
            Some((key, true)) => Ok((who, *key)),
            Some((_, false)) => refuse("id", "This recipient has been revoked."),
            None => refuse("id", "This recipient does not belong to this environment."),
        }
    }
}

/// One recipient's envelope: addressed to the key that is registered, about this key, and signed by the publisher.
fn check_edek(
    field: &str,
    edek_b64: &str,
    public_key: PublicKey,
    subject: &Subject<'_>,
    signer: Option<&SigningPublicKey>,
) -> Result<(), Refusal> {
    let envelope = EncryptedEnvelope::from_edek(edek_b64)
        .map_err(|error| Refusal::invalid(field, &format!("This is not an envelope: {error}.")))?;
    if !envelope.is_addressed_to(&public_key) {
        return Err(Refusal::invalid(
            field,
            "The envelope is addressed to another key than the registered one.",
        ));
    }
    if envelope.ephemeral_key().is_err() {
        return Err(Refusal::invalid(
            field,
            "The envelope's ephemeral key is not 32 bytes.",
        ));
    }
    if let Some(meta) = &envelope.meta {
        let fingerprint = subject.fingerprint.to_hex();
        let about = [
            ("project_id", subject.project.id.as_str()),
            ("environment", subject.environment.name.as_str()),
            ("key_fingerprint", fingerprint.as_str()),
        ];
        if about.iter().any(|(name, value)| meta.get(name) != Some(value)) {
            return Err(Refusal::invalid(
                field,
                "The envelope is for another project, environment or key.",
            ));
        }
    }
    signer.map_or(Ok(()), |signer| {
        verify_signature(&envelope, signer).map_err(|error| bad_signature(field, &error))
    })
}
