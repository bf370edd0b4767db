//! Deploy tokens (docs/protocol.md 7.1, 7.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireError;
use super::shape::{attributes, json, list, moment, optional_text};
use crate::secret::CiToken;
use crate::types::{
    DeployToken, DeployTokenId, EnvironmentId, EnvironmentName, Moment, PublicKey, TokenEntry, TokenKey,
    TokenStatus,
};

/// `POST …/deploy-tokens`.
#[derive(Debug, Serialize)]
pub struct CreateTokenRequest<'a> {
    /// Checked name.
    pub name: &'a str,
    /// Id of the environment.
    pub environment_id: &'a str,
    /// X25519, base64.
    pub public_key: String,
}

/// `POST …/deploy-tokens/{id}/rotate`.
#[derive(Debug, Serialize)]
pub struct RotateTokenRequest {
    /// X25519, base64.
    pub public_key: String,
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
    pub expires_at: Option<Moment>,
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

/// The tokens of a project or environment; an entry that cannot be read becomes [`TokenEntry::Malformed`].
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn tokens(body: &[u8]) -> Result<Vec<TokenEntry>, WireError> {
    let answer = json(body)?;
    let entry = |value: &Value| match token_of(value) {
        Ok(token) => TokenEntry::Token(token),
        Err(error) => TokenEntry::Malformed {
            id: id_of(value),
            name: optional_text(attributes(value), "name"),
            missing: error.what(),
        },
    };
    Ok(list(&answer)?.iter().map(entry).collect())
}

/// What revoke answers.
///
/// # Errors
/// [`WireError`] names what the record lacks.
pub fn token(body: &[u8]) -> Result<DeployToken, WireError> {
    token_of(record(&json(body)?)?)
}

/// What create and rotate answer.
///
/// # Errors
/// [`WireError::NotJson`] only: everything else is inside the answer, so that nothing in it is lost.
pub fn answer(body: &[u8]) -> Result<TokenAnswer, WireError> {
    let parts: Answer<'_> = serde_json::from_slice(body).map_err(|_| WireError::NotJson)?;
    let data: Option<Value> = parts.data.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let data = data.filter(|value| !value.is_null());
    Ok(TokenAnswer {
        token: data
            .as_ref()
            .ok_or(WireError::Missing { what: "data" })
            .and_then(token_of),
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
            .filter(|token| !token.is_blank())
    };
    let plain = |raw: Option<&RawValue>| -> Option<String> { serde_json::from_str(raw?.get()).ok() };
    let named = api_token.as_ref().and_then(|token| bearer(token.plain_text));
    let secret = bearer(meta.secret);
    let ambiguous = matches!((&named, &secret), (Some(a), Some(b)) if !a.ct_eq(b));
    Some(IssuedCiToken {
        ci_token: named.or(secret)?,
        expires_at: api_token
            .as_ref()
            .and_then(|token| Moment::parse(&plain(token.expires_at)?)),
        suffix: api_token.as_ref().and_then(|token| plain(token.token_suffix)),
        ambiguous,
    })
}

fn id_of(value: &Value) -> Option<DeployTokenId> {
    optional_text(value, "id").map(DeployTokenId::new)
}

/// The order of the checks is the protocol's: name, status, public_key, created_at, environment; the id after them.
fn token_of(value: &Value) -> Result<DeployToken, WireError> {
    let attributes = match value.get("attributes") {
        None => value,
        Some(nested @ Value::Object(_)) => nested,
        Some(_) => return Err(WireError::Missing { what: "attributes" }),
    };
    let required = |what: &'static str| optional_text(attributes, what).ok_or(WireError::Missing { what });
    let name = required("name")?;
    let status = required("status")?;
    let public_key = required("public_key")?;
    let created_at = moment(attributes, "created_at").ok_or(WireError::Missing { what: "created_at" })?;
    let (environment_id, environment_name) = environment_of(attributes)?;
    let api_token = &attributes["api_token"];
    Ok(DeployToken {
        id: id_of(value).ok_or(WireError::Missing { what: "id" })?,
        name,
        status: status_of(status, attributes),
        key: PublicKey::from_base64(&public_key).map_or(TokenKey::Unusable, TokenKey::Usable),
        environment_id,
        environment_name,
        created_at,
        last_used_at: moment(attributes, "last_used_at"),
        expires_at: moment(attributes, "expires_at").or_else(|| moment(api_token, "expires_at")),
        ci_token_suffix: optional_text(attributes, "token_suffix")
            .or_else(|| optional_text(api_token, "token_suffix")),
    })
}

fn status_of(status: String, attributes: &Value) -> TokenStatus {
    let revoked = optional_text(attributes, "revoked_at").is_some();
    let at = moment(attributes, "revoked_at");
    match status.as_str() {
        "active" if !revoked => TokenStatus::Active,
        "active" | "revoked" => TokenStatus::Revoked { at },
        _ => TokenStatus::Other(status),
    }
}

fn environment_of(attributes: &Value) -> Result<(EnvironmentId, EnvironmentName), WireError> {
    let nested = &attributes["environment"];
    let id = optional_text(nested, "id")
        .or_else(|| optional_text(attributes, "environment_id"))
        .ok_or(WireError::Missing {
            what: "environment identifier",
        })?;
    let name = optional_text(nested, "name")
        .or_else(|| optional_text(attributes, "environment_name"))
        .unwrap_or_else(|| id.clone());
    Ok((EnvironmentId::new(id), EnvironmentName::new(name)))
}
