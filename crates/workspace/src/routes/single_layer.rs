//! The other form of a new environment key: `envelopes`, one for each device, each with the key itself in it. The first one
//! is kept as the outer layer, too (docs/protocol.md 6.5).

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::Call;
use super::publication;
use crate::answer::Refusal;
use crate::checks::{self, Checks};
use crate::store::directory::Project;
use crate::store::keys::{DEFAULT_VERSION, Envelope, RecipientRow};
use crate::store::users::User;
use protocol::variable::VARIABLE_ALGORITHM;
use protocol::{DeviceId, Moment, RecipientKind};

/// The name of the form's member.
pub(super) const ENVELOPES: &str = "envelopes";

/// Whether a body has this form. Where both are there, this one counts.
pub(super) fn is_sent(body: &Value) -> bool {
    sent(body).next().is_some()
}

fn sent(body: &Value) -> impl Iterator<Item = &Value> {
    let list = body.get(ENVELOPES).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Says what is wrong with the entries.
pub(super) fn check(checks: &mut Checks<'_>, body: &Value) {
    for (index, entry) in sent(body).enumerate() {
        let field = |part: &str| format!("{ENVELOPES}.{index}.{part}");
        let text = |part: &str| entry.get(part).and_then(Value::as_str).unwrap_or_default();
        if !checks::is_uuid(text("device_id")) {
            checks.wrong(&field("device_id"), checks::uuid(&field("device_id")));
        }
        for part in ["ciphertext_b64", "nonce_b64"] {
            if text(part).is_empty() {
                let what = field(part).replace('_', " ");
                let why = format!("The {what} field is required when {ENVELOPES} is present.");
                checks.wrong(&field(part), why);
            }
        }
        let ends = entry.get("expires_at").filter(|ends| !ends.is_null());
        if ends.is_some_and(|ends| moment(ends).is_none()) {
            let what = field("expires_at").replace('_', " ");
            checks.wrong(
                &field("expires_at"),
                format!("The {what} field must be a valid date."),
            );
        }
    }
}

/// The recipients, each an active device of a member, with the outer layer; the form has been checked.
pub(super) fn sealed(
    call: &Call<'_, User>,
    project: &Project,
    body: &Value,
) -> Result<(Envelope, Vec<RecipientRow>), Refusal> {
    let mut recipients = Vec::new();
    for (index, entry) in sent(body).enumerate() {
        let id = entry.get("device_id").and_then(Value::as_str).unwrap_or_default();
        let field = format!("{ENVELOPES}.{index}.device_id");
        publication::check_device(call, project, id, &field)?;
        recipients.push(RecipientRow {
            kind: RecipientKind::Device(DeviceId::new(id)),
            edek_b64: payload(entry),
        });
    }
    let first = sent(body).next().unwrap_or(&Value::Null);
    Ok((publication::outer(first), recipients))
}

/// What is kept for a device: its envelope as JSON in base64, as the server writes both.
fn payload(entry: &Value) -> String {
    let part = |name: &str| entry.get(name).cloned().unwrap_or(Value::Null);
    let or = |name: &str, unsaid: &str| match part(name) {
        Value::Null => json!(unsaid),
        said => said,
    };
    let mut members = Map::new();
    members.insert("ciphertext_b64".to_owned(), part("ciphertext_b64"));
    members.insert("nonce_b64".to_owned(), part("nonce_b64"));
    members.insert("alg".to_owned(), or("alg", VARIABLE_ALGORITHM));
    members.insert("version".to_owned(), or("version", DEFAULT_VERSION));
    members.insert("aad_b64".to_owned(), part("aad_b64"));
    let ephemeral = "from_ephemeral_public_key";
    members.insert(ephemeral.to_owned(), part(ephemeral));
    if let Some(ends) = moment(&part("expires_at")) {
        let second = ends.to_wire().chars().take(19).collect::<String>();
        members.insert("expires_at".to_owned(), json!(format!("{second}+00:00")));
    }
    let text = Value::Object(members).to_string().replace('/', "\\/");
    format!("b64:{}", BASE64.encode(text.as_bytes()))
}

fn moment(value: &Value) -> Option<Moment> {
    Moment::parse(value.as_str()?)
}
