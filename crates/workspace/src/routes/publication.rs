//! A published environment key as it is sent: who signed it, and for whom it is sealed (docs/protocol.md 5.7, 6.4).
//!
//! What is sealed is not looked into, unless the workspace was asked to be strict: then it is checked whether every entry is
//! for its recipient, about this key, and signed by the publisher. Nothing is opened; the server has no key that could.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::{Call, single_layer};
use crate::answer::Refusal;
use crate::checks::{self, Checks};
use crate::stamp::{new_id, now};
use crate::store::devices::{self, Device};
use crate::store::directory::{Environment, Project};
use crate::store::keys::{DEFAULT_VERSION, Envelope, RecipientRow};
use crate::store::tokens;
use crate::store::users::User;
use protocol::crypto::envelope::{EncryptedEnvelope, verify_signature};
use protocol::crypto::verify_body;
use protocol::keys::decode_base64;
use protocol::variable::VARIABLE_ALGORITHM;
use protocol::wire::environment_key::{
    CreateKeyRequest, EnvelopeRequest, RecipientRequest, ShareKeyRequest, recipient_kind,
};
use protocol::wire::request::fit;
use protocol::{DeviceId, Fingerprint, PublicKey, RecipientKind, SigningPublicKey};

const NONCE_LENGTH: usize = 24;
/// Environment key and tag.
const SEALED_KEY_LENGTH: usize = 48;
/// The longest text of a fingerprint that is looked at; the column takes 64 characters.
const FINGERPRINT_LIMIT: usize = 255;
const SIGNATURE_LENGTH: usize = 64;

/// What a publication is about.
pub(super) struct Subject<'a> {
    pub(super) project: &'a Project,
    pub(super) environment: &'a Environment,
    pub(super) fingerprint: &'a str,
}

/// A further key as it was sent.
pub(super) struct NewKey {
    pub(super) device: Device,
    pub(super) fingerprint: String,
    pub(super) version: Option<i64>,
    pub(super) created_by: Option<DeviceId>,
    /// What no client should send (docs/protocol.md 6.5).
    pub(super) rotated_at: Option<String>,
    /// The body that it was sent in.
    pub(super) body: Value,
    /// The sealed key; `None` in the form with one envelope for each device.
    pub(super) envelope: Option<EnvelopeRequest>,
}

impl NewKey {
    /// The outer layer and for whom it is sealed; whoever is refused is told by place.
    pub(super) fn sealed(
        &self,
        call: &Call<'_, User>,
        subject: &Subject<'_>,
    ) -> Result<(Envelope, Vec<RecipientRow>), Refusal> {
        let Some(request) = &self.envelope else {
            return single_layer::sealed(call, subject.project, &self.body);
        };
        let recipients = recipients(call, subject, request.recipients.as_deref())?;
        Ok((
            outer(self.body.get("envelope").unwrap_or(&Value::Null)),
            recipients,
        ))
    }
}

/// Reads `POST .../key`.
pub(super) fn new_key(call: &Call<'_, User>) -> Result<NewKey, Refusal> {
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    check_common(&mut checks);
    let single_layer = single_layer::is_sent(&body);
    if single_layer {
        single_layer::check(&mut checks, &body);
    } else if body.get("envelope").is_none_or(Value::is_null) {
        for (one, other) in [("envelope", "envelopes"), ("envelopes", "envelope")] {
            checks.wrong(
                one,
                format!("The {one} field is required when {other} is not present."),
            );
        }
    } else {
        check_envelope(&mut checks, &body);
    }
    let version = checks.integer("version", 1..=i64::from(i32::MAX));
    let rotated_at = checks.text("rotated_at", FINGERPRINT_LIMIT).map(str::to_owned);
    let created_by = checks
        .text("created_by_device_id", FINGERPRINT_LIMIT)
        .map(DeviceId::new);
    let fingerprint = checks
        .text("fingerprint", FINGERPRINT_LIMIT)
        .unwrap_or_default()
        .to_owned();
    checks.done()?;
    let device = signer(call, &body)?;
    let mut envelope = None;
    if single_layer {
        verify(call, &device, &body, &body)?;
    } else {
        let request: CreateKeyRequest = fit(body.clone())?;
        verify(call, &device, &body, &request)?;
        envelope = Some(request.envelope);
    }
    Ok(NewKey {
        device,
        fingerprint,
        version,
        created_by,
        rotated_at,
        body,
        envelope,
    })
}

/// Reads `POST .../key/envelopes`.
pub(super) fn shared_key(call: &Call<'_, User>) -> Result<(Device, ShareKeyRequest, Envelope), Refusal> {
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    check_common(&mut checks);
    check_envelope(&mut checks, &body);
    let named = body.get("request_ids").and_then(Value::as_array);
    for (index, id) in named.into_iter().flatten().enumerate() {
        if !id.as_str().is_some_and(checks::is_uuid) {
            let field = format!("request_ids.{index}");
            checks.wrong(&field, checks::uuid(&field));
        }
    }
    checks.done()?;
    let device = signer(call, &body)?;
    let request: ShareKeyRequest = fit(body.clone())?;
    verify(call, &device, &body, &request)?;
    let envelope = outer(body.get("envelope").unwrap_or(&Value::Null));
    Ok((device, request, envelope))
}

fn check_common(checks: &mut Checks<'_>) {
    checks.needed_uuid("device_id");
    checks.needed_text("fingerprint", FINGERPRINT_LIMIT);
    checks.needed_text("client_sig", usize::MAX);
}

fn check_envelope(checks: &mut Checks<'_>, body: &Value) {
    let envelope = body.get("envelope").filter(|envelope| envelope.is_object());
    let Some(envelope) = envelope else {
        checks.wrong("envelope", "The envelope field is required.");
        return;
    };
    for part in ["ciphertext_b64", "nonce_b64"] {
        if envelope
            .get(part)
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
        {
            let field = format!("envelope.{part}");
            checks.wrong(
                &field,
                format!("The {} field is required.", field.replace('_', " ")),
            );
        }
    }
}

/// The device that a body names: an own, active one.
pub(super) fn signer(call: &Call<'_, User>, body: &Value) -> Result<Device, Refusal> {
    let id = body.get("device_id").and_then(Value::as_str).unwrap_or_default();
    Ok(devices::own(call.db, call.who, id)?)
}

/// The signature is over the body as the server writes it anew, or over the text as it was received, or over the parsed body in
/// its own order.
fn verify(
    call: &Call<'_, User>,
    device: &Device,
    body: &Value,
    request: &impl Serialize,
) -> Result<(), Refusal> {
    let signature = body.get("client_sig").and_then(Value::as_str).unwrap_or_default();
    if decode_base64(signature).is_none_or(|bytes| bytes.len() != SIGNATURE_LENGTH) {
        return Err(Refusal::invalid("client_sig", "Invalid signature format."));
    }
    let wrong = || Refusal::invalid("client_sig", "Invalid signature detected for environment key.");
    let key = SigningPublicKey::from_base64(&device.public_signing_key).ok_or_else(wrong)?;
    let mut anew = serde_json::to_value(request).unwrap_or(Value::Null);
    if let Some(members) = anew.as_object_mut() {
        members.insert("client_sig".to_owned(), Value::String(signature.to_owned()));
    }
    let received = call.input.text()?;
    let forms = [anew.to_string(), received.to_owned(), body.to_string()];
    let verified = forms.iter().any(|text| verify_body(text, &key).is_ok());
    verified.then_some(()).ok_or_else(wrong)
}

/// Whoever is named as the creator of a key is an active device of a member, not necessarily the one that signs.
pub(super) fn check_creator(
    call: &Call<'_, User>,
    project: &Project,
    creator: &DeviceId,
) -> Result<(), Refusal> {
    let fits = match devices::find(call.db, creator.as_str())? {
        Some(device) => {
            device.is_active() && devices::is_of_member(call.db, &device, &project.organization_id)?
        }
        None => false,
    };
    let field = "created_by_device_id";
    fits.then_some(())
        .ok_or_else(|| Refusal::invalid(field, &checks::selected(field)))
}

/// The outer layer, as it was sent.
pub(super) fn outer(sent: &Value) -> Envelope {
    let text = |name: &str| sent.get(name).and_then(Value::as_str).map(str::to_owned);
    Envelope {
        id: new_id(),
        ciphertext_b64: text("ciphertext_b64").unwrap_or_default(),
        nonce_b64: text("nonce_b64").unwrap_or_default(),
        alg: text("alg").unwrap_or_else(|| VARIABLE_ALGORITHM.to_owned()),
        version: text("version").unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
        aad_b64: text("aad_b64"),
        created_at: now(),
    }
}

/// The recipients, each an active device of a member or an active token of this environment; what is sealed for them is not
/// looked into.
pub(super) fn recipients(
    call: &Call<'_, User>,
    subject: &Subject<'_>,
    sent: Option<&[RecipientRequest]>,
) -> Result<Vec<RecipientRow>, Refusal> {
    let sent = sent.unwrap_or_default().iter().enumerate();
    sent.map(|(index, recipient)| {
        let refuse =
            |part: &str, why: &str| Refusal::invalid(&format!("envelope.recipients.{index}.{part}"), why);
        let kind = recipient_kind(&recipient.kind, &recipient.id)
            .ok_or_else(|| refuse("type", "The selected recipient type is invalid."))?;
        match &kind {
            RecipientKind::Device(id) => {
                let field = format!("envelope.recipients.{index}.id");
                check_device(call, subject.project, id.as_str(), &field)?;
            }
            RecipientKind::Deployment(id) => {
                if let Some(wrong) = wrong_token(call, subject, id.as_str())? {
                    let why = format!("The selected deployment token {wrong}.");
                    return Err(refuse("id", &why));
                }
            }
        }
        Ok(RecipientRow {
            kind,
            edek_b64: recipient.edek_b64.clone(),
        })
    })
    .collect()
}

/// Refuses a device that is not an active one of a member, by the field that names it.
pub(super) fn check_device(
    call: &Call<'_, User>,
    project: &Project,
    id: &str,
    field: &str,
) -> Result<(), Refusal> {
    let device = devices::find(call.db, id)?.ok_or_else(|| Refusal::not_found("Crypto\\Models\\Device"))?;
    let wrong = if !devices::is_of_member(call.db, &device, &project.organization_id)? {
        "does not belong to the organization"
    } else if !device.is_active() {
        "is revoked"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(field, &format!("The selected device {wrong}.")))
}

/// Why a token cannot be a recipient.
fn wrong_token(
    call: &Call<'_, User>,
    subject: &Subject<'_>,
    id: &str,
) -> Result<Option<&'static str>, Refusal> {
    let token = tokens::find(call.db, &subject.project.id, id)?;
    Ok(match token {
        None => Some("does not belong to the project"),
        Some(token) if token.environment_id != subject.environment.id => {
            Some("does not belong to the environment")
        }
        Some(token) if !token.is_active() => Some("is revoked"),
        Some(_) => None,
    })
}

/// What only a strict workspace checks: sizes, each recipient once, and every entry.
pub(super) fn check_strictly(
    call: &Call<'_, User>,
    signer: &Device,
    subject: &Subject<'_>,
    envelope: &EnvelopeRequest,
) -> Result<(), Refusal> {
    let bytes = |field: &str, text: &str, length: usize| match decode_base64(text) {
        Some(bytes) if bytes.len() == length => Ok(()),
        _ => Err(Refusal::invalid(
            field,
            &format!("This is not base64 of {length} bytes."),
        )),
    };
    let alg = envelope.alg.as_deref().unwrap_or_default();
    if !alg.eq_ignore_ascii_case(VARIABLE_ALGORITHM) {
        return Err(Refusal::invalid("envelope.alg", "This algorithm is not known."));
    }
    let ciphertext = "envelope.ciphertext_b64";
    bytes(ciphertext, &envelope.ciphertext_b64, SEALED_KEY_LENGTH)?;
    bytes("envelope.nonce_b64", &envelope.nonce_b64, NONCE_LENGTH)?;
    let recipients = envelope.recipients.as_deref().unwrap_or_default();
    if recipients.is_empty() {
        return Err(Refusal::invalid("envelope.recipients", "There is no recipient."));
    }
    let mut seen = HashSet::new();
    let mut entries = Vec::with_capacity(recipients.len());
    for (index, recipient) in recipients.iter().enumerate() {
        if !seen.insert((&recipient.kind, &recipient.id)) {
            return Err(Refusal::invalid(
                &format!("envelope.recipients.{index}.id"),
                "This recipient is named twice.",
            ));
        }
        let field = format!("envelope.recipients.{index}.edek_b64");
        entries.push((
            field,
            &recipient.edek_b64,
            registered_key(call, subject, recipient)?,
        ));
    }
    let signer = SigningPublicKey::from_base64(&signer.public_signing_key);
    let checked: Vec<Result<(), Refusal>> = entries
        .into_par_iter()
        .map(|(field, edek, key)| check_edek(&field, edek, key.as_ref(), subject, signer.as_ref()))
        .collect();
    // In order, so that of several refusals the first is told, and not the one that came first.
    checked.into_iter().collect()
}

fn registered_key(
    call: &Call<'_, User>,
    subject: &Subject<'_>,
    recipient: &RecipientRequest,
) -> Result<Option<PublicKey>, Refusal> {
    let key = match recipient_kind(&recipient.kind, &recipient.id) {
        Some(RecipientKind::Device(id)) => devices::find(call.db, id.as_str())?.map(|found| found.public_key),
        Some(RecipientKind::Deployment(id)) => {
            tokens::find(call.db, &subject.project.id, id.as_str())?.map(|found| found.public_key)
        }
        None => None,
    };
    Ok(key.as_deref().and_then(PublicKey::from_base64))
}

/// One recipient's envelope: addressed to the key that is registered, about this key, and signed by the publisher.
fn check_edek(
    field: &str,
    edek_b64: &str,
    public_key: Option<&PublicKey>,
    subject: &Subject<'_>,
    signer: Option<&SigningPublicKey>,
) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::invalid(field, why));
    let envelope = EncryptedEnvelope::from_edek(edek_b64)
        .map_err(|error| Refusal::invalid(field, &format!("This is not an envelope: {error}.")))?;
    if public_key.is_none_or(|key| !envelope.is_addressed_to(key)) {
        return refuse("The envelope is addressed to another key than the registered one.");
    }
    if envelope.ephemeral_key().is_err() {
        return refuse("The envelope's ephemeral key is not 32 bytes.");
    }
    if Fingerprint::from_hex(subject.fingerprint).is_none() {
        return Err(Refusal::invalid(
            "fingerprint",
            "The fingerprint is not 64 hexadecimal digits.",
        ));
    }
    if let Some(meta) = &envelope.meta {
        let about = [
            ("project_id", subject.project.id.as_str()),
            ("environment", subject.environment.name.as_str()),
            ("key_fingerprint", subject.fingerprint),
        ];
        if about.iter().any(|(name, value)| meta.get(name) != Some(value)) {
            return refuse("The envelope is for another project, environment or key.");
        }
    }
    match signer.map(|signer| verify_signature(&envelope, signer)) {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => refuse(&format!("The signature is refused: {error}.")),
        None => refuse("The publisher's signing key cannot be used."),
    }
}
