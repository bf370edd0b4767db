//! Pushing variables (docs/protocol.md 9.1, 9.2).
//!
//! One variable is [`VariableUpload`], signed and checked by `crypto`; this is the request around it.

use serde::Serialize;
use serde_json::Value;

use super::{Object, WireError, list, object, optional_text, parse_object, present, text};
use crate::types::DeviceId;
use crate::types::keys::decode_base64;
use crate::types::{
    variable::BASE64_PREFIX, variable::SealedVariable, variable::VARIABLE_ALGORITHM, variable::VariableUpload,
};

/// `POST .../push`. Its variables are signed one by one, the request is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushRequest {
    /// The pushing device.
    pub device_id: DeviceId,
    /// The signed variables.
    pub secrets: Vec<VariableUpload>,
    /// Push over versions that are newer than the known ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_overwrite: Option<bool>,
}

/// A push as a server reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The pushing device.
    pub device_id: DeviceId,
    /// The variables, their signatures not yet checked.
    pub variables: Vec<PushedVariable>,
    /// Whether versions are to be ignored.
    pub force_overwrite: bool,
}

/// One variable of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedVariable {
    /// What was understood.
    pub upload: VariableUpload,
    /// The object as received, compact: for `crypto::verify_variable`.
    pub text: String,
}

/// Reads a push.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_push(body: &str) -> Result<Push, WireError> {
    let body = parse_object(body, "body")?;
    let what = "secrets";
    if present(&body, what).is_none() {
        return Err(WireError::Missing { what });
    }
    let mut variables = Vec::new();
    for entry in list(&body, what)? {
        variables.push(pushed(entry)?);
    }
    let force_overwrite = match present(&body, "force_overwrite") {
        None => false,
        Some(Value::Bool(force)) => *force,
        Some(_) => {
            return Err(WireError::Wrong {
                what: "force_overwrite",
            });
        }
    };
    Ok(Push {
        device_id: DeviceId::new(text(&body, "device_id")?),
        variables,
        force_overwrite,
    })
}

/// Members that every variable must have, as texts.
const REQUIRED: [&str; 6] = [
    "secrets.name",
    "secrets.env",
    "secrets.ciphertext",
    "secrets.nonce",
    "secrets.alg",
    "secrets.client_sig",
];
/// Members that the authenticated data must have, as texts.
const REQUIRED_AAD: [&str; 4] = ["aad.org", "aad.project", "aad.env", "aad.name"];

fn pushed(entry: &Value) -> Result<PushedVariable, WireError> {
    let members: &Object = entry.as_object().ok_or(WireError::Wrong { what: "secrets" })?;
    for what in REQUIRED {
        text(members, what)?;
    }
    let aad = object(members, "secrets.aad")?;
    for what in REQUIRED_AAD {
        text(aad, what)?;
    }
    optional_text(object(members, "secrets.claims")?, "claims.hmac")?;
    let upload = serde_json::from_value(entry.clone()).map_err(|_| WireError::Wrong { what: "secrets" })?;
    Ok(PushedVariable {
        upload,
        text: entry.to_string(),
    })
}

/// The sealed variable inside an upload, as a server stores it.
///
/// # Errors
/// [`WireError`] names the member.
pub fn sealed_variable(upload: &VariableUpload) -> Result<SealedVariable, WireError> {
    let decode = |text: &str, what| {
        let bare = text.strip_prefix(BASE64_PREFIX).unwrap_or(text);
        decode_base64(bare).ok_or(WireError::Wrong { what })
    };
    let what = "secrets.alg";
    if !upload.alg.eq_ignore_ascii_case(VARIABLE_ALGORITHM) {
        return Err(WireError::Wrong { what });
    }
    let hmac = Some(upload.claims.hmac.as_str()).filter(|text| !text.is_empty());
    Ok(SealedVariable {
        name: upload.name.clone(),
        environment: upload.env.clone(),
        ciphertext: decode(&upload.ciphertext, "secrets.ciphertext")?,
        nonce: decode(&upload.nonce, "secrets.nonce")?,
        scope: upload.aad.clone().into(),
        hmac: hmac.map(|text| decode(text, "claims.hmac")).transpose()?,
        key_fingerprint: upload.env_kek_fingerprint.clone(),
        key_version: upload.env_kek_version,
        version: upload.if_version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body() -> Value {
        json!({"device_id": "d", "secrets": [{
            "name": "A",
            "env": "e",
            "ciphertext": "b64:AAAA",
            "nonce": "b64:AAAA",
            "alg": "xchacha20-poly1305",
            "aad": {"org": "o", "project": "p", "env": "e", "name": "A"},
            "claims": {"hmac": "b64:AAAA"},
            "client_sig": "AAAA",
        }]})
    }

    #[test]
    fn each_missing_member_is_named() {
        assert!(!parse_push(&body().to_string()).unwrap().force_overwrite);
        for what in REQUIRED
            .into_iter()
            .chain(REQUIRED_AAD)
            .chain(["secrets.aad", "secrets.claims"])
        {
            let mut changed = body();
            let variable = &mut changed["secrets"][0];
            let (parent, member) = what.split_once('.').unwrap();
            match parent {
                "aad" => variable["aad"][member] = Value::Null,
                _ => variable[member] = Value::Null,
            }
            assert_eq!(parse_push(&changed.to_string()), Err(WireError::Missing { what }));
        }
        assert_eq!(parse_push("{}"), Err(WireError::Missing { what: "secrets" }));
        let mut changed = body();
        changed["secrets"][0]["if_version"] = json!("three");
        assert_eq!(
            parse_push(&changed.to_string()),
            Err(WireError::Wrong { what: "secrets" })
        );
    }

    #[test]
    fn an_upload_gives_the_bytes_it_carries() {
        let push = parse_push(&body().to_string()).unwrap();
        let mut upload = push.variables[0].upload.clone();
        assert_eq!(sealed_variable(&upload).unwrap().ciphertext, [0; 3]);
        upload.alg = "aes".to_owned();
        let what = "secrets.alg";
        assert_eq!(sealed_variable(&upload), Err(WireError::Wrong { what }));
    }
}
