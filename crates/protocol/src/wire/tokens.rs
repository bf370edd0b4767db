//! Deploy tokens (docs/protocol.md 7.1, 7.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::cost;
use super::read::{attributes, is_told, json, known, known_moment, known_text, needed, occurrence, read};
use super::written::{seconds, seconds_if_any};
use super::{RecordStatus, Resource, WireError};
use crate::secret::CiToken;
use crate::types::shape::is_line;
use crate::types::{
    DeployToken, DeployTokenId, EnvironmentId, EnvironmentName, Moment, NotKnown, Occurrence, ProjectId,
    PublicKey, TokenEntry, TokenKey, TokenStatus,
};

/// `POST …/deploy-tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTokenRequest {
    /// Checked name.
    pub name: String,
    /// Id of the environment.
    pub environment_id: EnvironmentId,
    /// X25519, base64; new to the whole service.
    pub public_key: String,
    /// How many days the CI token lasts: 7 to 365, 90 where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<u16>,
    /// Seals the current key for the new token in the same step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<TokenRecipientRequest>,
}

/// `POST …/deploy-tokens/{id}/rotate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotateTokenRequest {
    /// X25519, base64; without it the pair stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// How many days the new CI token lasts: 7 to 365, 90 where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<u16>,
    /// Seals the current key for the rotated token in the same step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<TokenRecipientRequest>,
}

/// What a token is given of the environment key when it is made or rotated (docs/protocol.md 7.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecipientRequest {
    /// The sealed DEK.
    pub edek_b64: String,
}

/// A token as a resource.
pub type TokenDocument<'a> = Resource<'a, TokenAttributes<'a>>;

/// The type of [`TokenDocument`].
pub const DEPLOYMENT_TOKEN: &str = "deployment";

/// What is told of a token: nine attributes, and no more (docs/protocol.md 7.1).
#[derive(Clone, Debug, Serialize)]
pub struct TokenAttributes<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is for.
    pub environment_id: &'a EnvironmentId,
    /// In which project that is.
    pub project_id: &'a ProjectId,
    /// X25519, base64.
    pub public_key: &'a str,
    /// Whether runners may use it.
    pub status: RecordStatus,
    /// The last eight characters of its CI token.
    pub token_suffix: &'a str,
    /// When it was made.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last rotated or revoked.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
    /// Since when runners may not use it.
    #[serde(serialize_with = "seconds_if_any")]
    pub revoked_at: Option<&'a str>,
}

/// What create and rotate answer. Not `Debug`: there is a CI token in it, lent for as long as it is written.
#[derive(Serialize)]
pub struct TokenAnswerDocument<'a> {
    /// The token.
    pub data: TokenDocument<'a>,
    /// Its new CI token.
    pub meta: IssuedMeta<'a>,
}

/// What deleting is answered: nothing of the token, which is not there any more.
#[derive(Clone, Debug, Serialize)]
pub struct DeletedTokenDocument<'a> {
    /// All of it.
    pub meta: DeletedMeta<'a>,
}

/// Which token was deleted.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeletedMeta<'a> {
    /// Always true.
    pub success: bool,
    /// The token.
    pub deleted_id: &'a str,
}

/// A new CI token, told once.
#[derive(Serialize)]
pub struct IssuedMeta<'a> {
    /// The bearer.
    pub secret: &'a str,
    /// The same with what is known of it.
    pub api_token: ApiTokenDocument<'a>,
}

/// A new CI token with what is known of it.
#[derive(Serialize)]
pub struct ApiTokenDocument<'a> {
    /// The bearer.
    pub plain_text: &'a str,
    /// Id of the CI token, which is not that of the deploy token.
    pub id: &'a str,
    /// Name of the deploy token.
    pub name: &'a str,
    /// Its last characters.
    pub token_suffix: &'a str,
    /// When it ends.
    #[serde(serialize_with = "seconds_if_any")]
    pub expires_at: Option<&'a str>,
}

/// What create and rotate answer. `meta` is read even when `data` is malformed, so that no CI token is lost
/// (docs/protocol.md C2).
#[derive(Debug)]
pub struct TokenAnswer {
    /// The record, or what it lacks.
    pub token: Result<DeployToken, WireError>,
    /// The id alone, when the record is malformed but has one.
    pub id: Option<DeployTokenId>,
    /// The CI token, if the server made one.
    pub issued: Option<IssuedCiToken>,
}

/// A CI token as the server hands it over.
#[derive(Debug)]
pub struct IssuedCiToken {
    /// The bearer: `api_token.plain_text`, else `secret`.
    pub ci_token: CiToken,
    /// When it ends.
    pub end: Occurrence,
    /// Its last characters.
    pub suffix: Option<String>,
    /// `secret` and `api_token.plain_text` were both there and differ.
    pub ambiguous: bool,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow)]
    secret: Option<&'a RawValue>,
    #[serde(borrow)]
    api_token: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ApiToken<'a> {
    #[serde(borrow)]
    plain_text: Option<&'a RawValue>,
    #[serde(borrow)]
    token_suffix: Option<&'a RawValue>,
    #[serde(borrow)]
    expires_at: Option<&'a RawValue>,
}

/// The tokens of a project or environment, entry by entry; one without an id becomes [`TokenEntry::Malformed`].
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn tokens(body: &[u8]) -> Result<Vec<TokenEntry>, WireError> {
    let mut tokens = Vec::new();
    cost::entries(body, |position, value| {
        let entry = read(position, &value, token_of);
        tokens.push(entry.map_or_else(TokenEntry::Malformed, TokenEntry::Token));
    })?;
    Ok(tokens)
}

/// What revoke answers.
///
/// # Errors
/// [`WireError`] when the record has no id.
pub fn token(body: &[u8]) -> Result<DeployToken, WireError> {
    token_of(record(&json(body)?)?)
}

/// What create and rotate answer.
///
/// # Errors
/// [`WireError::NotJson`] only: everything else is inside the answer, so that nothing in it is lost.
pub fn answer(body: &[u8]) -> Result<TokenAnswer, WireError> {
    let parts: Answer<'_> = serde_json::from_slice(body).map_err(|_| WireError::NotJson)?;
    let data: Option<Value> = parts.data.and_then(|raw| cost::value(raw).ok());
    let data = data.filter(|value| !value.is_null());
    Ok(TokenAnswer {
        token: data
            .as_ref()
            .ok_or(WireError::Missing { what: "data" })
            .and_then(whole_token_of),
        id: data.as_ref().and_then(id_of),
        issued: parts.meta.and_then(issued),
    })
}

fn record(answer: &Value) -> Result<&Value, WireError> {
    match answer.get("data") {
        None | Some(Value::Null) => Err(WireError::Missing { what: "data" }),
        Some(data) => Ok(data),
    }
}

fn issued(meta: &RawValue) -> Option<IssuedCiToken> {
    let meta: Meta<'_> = serde_json::from_str(meta.get()).ok()?;
    let api_token: Option<ApiToken<'_>> = meta
        .api_token
        .and_then(|raw| serde_json::from_str(raw.get()).ok());
    let bearer = |raw: Option<&RawValue>| -> Option<CiToken> {
        serde_json::from_str::<CiToken>(raw?.get())
            .ok()
            .filter(CiToken::can_be_sent)
    };
    let plain = |raw: Option<&RawValue>| -> Option<String> {
        serde_json::from_str(raw?.get())
            .ok()
            .filter(|text: &String| is_line(text))
    };
    let named = api_token.as_ref().and_then(|token| bearer(token.plain_text));
    let secret = bearer(meta.secret);
    let ambiguous = matches!((&named, &secret), (Some(a), Some(b)) if !a.ct_eq(b));
    Some(IssuedCiToken {
        ci_token: named.or(secret)?,
        end: api_token
            .as_ref()
            .map_or(NOT_TOLD, |token| end_of(token.expires_at)),
        suffix: api_token.as_ref().and_then(|token| plain(token.token_suffix)),
        ambiguous,
    })
}

const NOT_TOLD: Occurrence = Occurrence::NotKnown(NotKnown::NotTold);

/// Null is read as absent: nothing is concluded from it, because no CI token is without an end (docs/protocol.md 7.2).
fn end_of(told: Option<&RawValue>) -> Occurrence {
    let Some(told) = told else { return NOT_TOLD };
    let text = serde_json::from_str::<String>(told.get()).ok();
    match text.as_deref().and_then(Moment::parse) {
        Some(at) => Occurrence::At(at),
        None => Occurrence::NotKnown(NotKnown::Unreadable),
    }
}

fn id_of(value: &Value) -> Option<DeployTokenId> {
    known(value, "id", DeployTokenId::parse)
}

/// A token of which nothing is missing, as create and rotate are to answer it. The order of the checks is the protocol's:
/// name, status, public_key, environment; the id after them.
fn whole_token_of(value: &Value) -> Result<DeployToken, WireError> {
    let attributes = attributes(value);
    if !attributes.is_object() {
        return Err(WireError::Missing { what: "attributes" });
    }
    let id = id_of(value);
    let token = token_with(value, id.clone().unwrap_or_else(|| DeployTokenId::new("")));
    let parts = [
        ("name", known_text(attributes, "name").is_some()),
        ("status", token.status != TokenStatus::NotKnown),
        ("public_key", token.key != TokenKey::NotTold),
        (
            "environment identifier",
            !token.environment_id.as_str().is_empty(),
        ),
        ("id", id.is_some()),
    ];
    match parts.into_iter().find(|(_, is_there)| !is_there) {
        Some((what, _)) => Err(WireError::Missing { what }),
        None => Ok(token),
    }
}

/// A token as far as it can be read: sharing needs its id, status and key, revoking its id alone.
fn token_of(value: &Value) -> Result<DeployToken, WireError> {
    let id = needed(value, "id", DeployTokenId::parse)?;
    Ok(token_with(value, id))
}

fn token_with(value: &Value, id: DeployTokenId) -> DeployToken {
    let attributes = attributes(value);
    let (environment_id, environment_name) = environment_of(attributes);
    let api_token = &attributes["api_token"];
    DeployToken {
        name: known_text(attributes, "name").unwrap_or_else(|| id.to_string()),
        id,
        status: status_of(attributes),
        key: key_of(attributes),
        environment_id,
        environment_name,
        created: made(attributes),
        last_use: occurrence(attributes, "last_used_at"),
        end: occurrence(attributes, "expires_at").or(occurrence(api_token, "expires_at")),
        ci_token_suffix: known_text(attributes, "token_suffix")
            .or_else(|| known_text(api_token, "token_suffix")),
    }
}

/// A token was made at some time, so null tells nothing here.
fn made(attributes: &Value) -> Occurrence {
    match occurrence(attributes, "created_at") {
        Occurrence::Never => Occurrence::NotKnown(NotKnown::Unreadable),
        told => told,
    }
}

/// No status is longer; what is, is none.
const LONGEST_STATUS: usize = 64;

/// Only what says *revoked* is that: a status that says so, or a moment of revocation.
fn status_of(attributes: &Value) -> TokenStatus {
    let at = known_moment(attributes, "revoked_at");
    let status = known_text(attributes, "status").filter(|text| text.len() <= LONGEST_STATUS);
    match status.as_deref().map(RecordStatus::parse) {
        Some(Some(RecordStatus::Revoked)) => TokenStatus::Revoked { at },
        _ if at.is_some() => TokenStatus::Revoked { at },
        _ if is_told(attributes, "revoked_at") => TokenStatus::NotKnown,
        Some(Some(RecordStatus::Active)) => TokenStatus::Active,
        _ => status.map_or(TokenStatus::NotKnown, TokenStatus::Other),
    }
}

fn key_of(attributes: &Value) -> TokenKey {
    match attributes.get("public_key").and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => {
            PublicKey::from_base64(text).map_or(TokenKey::Unusable, TokenKey::Usable)
        }
        _ => TokenKey::NotTold,
    }
}

/// Id and name, the id standing in for a name that is not told; empty where neither is.
fn environment_of(attributes: &Value) -> (EnvironmentId, EnvironmentName) {
    let nested = &attributes["environment"];
    let id = known(nested, "id", EnvironmentId::parse)
        .or_else(|| known(attributes, "environment_id", EnvironmentId::parse))
        .unwrap_or_else(|| EnvironmentId::new(""));
    let name = known(nested, "name", EnvironmentName::parse)
        .or_else(|| known(attributes, "environment_name", EnvironmentName::parse))
        .unwrap_or_else(|| EnvironmentName::new(id.as_str()));
    (id, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_written_is_read_with_its_ci_token() {
        let key = PublicKey::from_bytes([9; 32]);
        let id = EnvironmentId::new("e");
        let (project, at) = (ProjectId::new("p"), "2026-02-03T04:05:06.007Z");
        let (secret, suffix) = ("019c-1|abcdefgh", "abcdefgh");
        let end = Some("2027-02-03T04:05:06Z");
        let public_key = key.to_base64();
        let document = TokenAnswerDocument {
            data: TokenDocument {
                kind: DEPLOYMENT_TOKEN,
                id: "t",
                attributes: TokenAttributes {
                    name: "ci",
                    environment_id: &id,
                    project_id: &project,
                    public_key: &public_key,
                    status: RecordStatus::Active,
                    token_suffix: suffix,
                    created_at: at,
                    updated_at: at,
                    revoked_at: None,
                },
            },
            meta: IssuedMeta {
                secret,
                api_token: ApiTokenDocument {
                    plain_text: secret,
                    id: "c",
                    name: "ci",
                    token_suffix: suffix,
                    expires_at: end,
                },
            },
        };
        let read = answer(&serde_json::to_vec(&document).unwrap()).unwrap();
        let token = read.token.unwrap();
        assert_eq!(token.recipient_key(), Some(key));
        assert_eq!(token.environment_id, id);
        assert_eq!(token.last_use, NOT_TOLD);
        assert_eq!(token.ci_token_suffix.as_deref(), Some(suffix));
        let issued = read.issued.unwrap();
        assert_eq!(issued.ci_token.expose(), secret);
        let end = end.and_then(Moment::parse).unwrap();
        assert_eq!((issued.end, token.end), (Occurrence::At(end), NOT_TOLD));
        assert!(!issued.ambiguous);
    }
}
