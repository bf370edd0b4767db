//! The bundle that `/ci/deploy` and pull answer with (docs/protocol.md 8.1, 9.4).
//!
//! A variable whose texts cannot be decoded is passed on with empty bytes, so that opening reports it by name instead of
//! the whole bundle being refused.

use serde_json::{Value, json};

use super::environment_key::{key_document, key_from_value};
use super::{Object, WireError, list, optional_integer, optional_object, optional_text, parse_object, text};
use crate::types::keys::decode_base64;
use crate::types::{
    variable::BASE64_PREFIX, variable::Bundle, variable::SealedVariable, variable::UploadAad,
    variable::VARIABLE_ALGORITHM, variable::VariableScope, variable::prefixed,
};

/// Reads a bundle, with either spelling of the environment key.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_bundle(body: &str) -> Result<Bundle, WireError> {
    let root = parse_object(body, "bundle")?;
    let root = optional_object(&root, "data")?.unwrap_or(&root);
    let mut chain = Vec::new();
    for name in list(root, "chain")? {
        let name = name.as_str().ok_or(WireError::Wrong { what: "chain" })?;
        chain.push(name.to_owned());
    }
    let mut variables = Vec::new();
    for entry in list(root, "secrets")? {
        let entry = entry.as_object().ok_or(WireError::Wrong { what: "secrets" })?;
        variables.push(variable(entry)?);
    }
    let key = match root.get("environmentKey").or_else(|| root.get("environment_key")) {
        Some(value) => key_from_value(value)?,
        None => None,
    };
    Ok(Bundle {
        environment: text(root, "env")?.to_owned(),
        chain,
        variables,
        key,
    })
}

fn variable(entry: &Object) -> Result<SealedVariable, WireError> {
    let aad = optional_object(entry, "secrets.aad")?;
    let part = |what| match aad {
        Some(aad) => Ok(optional_text(aad, what)?.unwrap_or_default().to_owned()),
        None => Ok(String::new()),
    };
    let claims = optional_object(entry, "secrets.claims")?;
    let hmac = match claims {
        Some(claims) => optional_text(claims, "claims.hmac")?,
        None => None,
    };
    let name = text(entry, "secrets.name")?.to_owned();
    Ok(SealedVariable {
        environment: optional_text(entry, "secrets.env")?
            .unwrap_or_default()
            .to_owned(),
        ciphertext: lenient_bytes(optional_text(entry, "secrets.ciphertext")?),
        nonce: lenient_bytes(optional_text(entry, "secrets.nonce")?),
        scope: VariableScope {
            organization: part("aad.org")?,
            project: part("aad.project")?,
            environment: part("aad.env")?,
            name: part("aad.name")?,
        },
        hmac: hmac.map(|text| lenient_bytes(Some(text))),
        key_fingerprint: optional_text(entry, "secrets.env_kek_fingerprint")?.map(str::to_owned),
        key_version: optional_integer(entry, "secrets.env_kek_version")?,
        version: optional_integer(entry, "secrets.version")?,
        name,
    })
}

/// Base64 with or without `b64:`; nothing when it is not that.
fn lenient_bytes(text: Option<&str>) -> Vec<u8> {
    let text = text.unwrap_or_default();
    decode_base64(text.strip_prefix(BASE64_PREFIX).unwrap_or(text)).unwrap_or_default()
}

/// The bundle as a server writes it; `key_id` is the id of the key's record.
pub fn bundle_document(bundle: &Bundle, key_id: &str) -> Value {
    let variables: Vec<Value> = bundle.variables.iter().map(variable_value).collect();
    let mut document = json!({
        "env": bundle.environment,
        "chain": bundle.chain,
        "secrets": variables,
    });
    if let (Some(key), Some(members)) = (&bundle.key, document.as_object_mut()) {
        members.insert("environment_key".to_owned(), key_document(key_id, key));
    }
    document
}

fn variable_value(sealed: &SealedVariable) -> Value {
    let mut value = json!({
        "env": sealed.environment,
        "name": sealed.name,
        "ciphertext": prefixed(&sealed.ciphertext),
        "nonce": prefixed(&sealed.nonce),
        "alg": VARIABLE_ALGORITHM,
        "aad": UploadAad::from(&sealed.scope),
    });
    let optional = [
        (
            "claims",
            sealed.hmac.as_deref().map(|mac| json!({"hmac": prefixed(mac)})),
        ),
        ("version", sealed.version.map(Value::from)),
        ("env_kek_version", sealed.key_version.map(Value::from)),
        (
            "env_kek_fingerprint",
            sealed.key_fingerprint.clone().map(Value::from),
        ),
    ];
    if let Some(members) = value.as_object_mut() {
        for (name, member) in optional {
            members.extend(member.map(|member| (name.to_owned(), member)));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undecodable_variables_are_kept_for_the_report() {
        let text =
            json!({"env": "e", "secrets": [{"name": "A", "ciphertext": "%", "claims": {"hmac": "%"}}]});
        let bundle = parse_bundle(&text.to_string()).unwrap();
        let variable = &bundle.variables[0];
        assert!(variable.ciphertext.is_empty() && variable.nonce.is_empty());
        assert_eq!(
            variable.hmac.as_deref(),
            Some(&[][..]),
            "a claim that no value can meet"
        );
        assert_eq!(variable.scope.organization, "");
        assert_eq!(bundle.key, None);
    }

    #[test]
    fn malformed_bundles_name_the_member() {
        for (text, error) in [
            ("", WireError::NotJson),
            ("[]", WireError::Wrong { what: "bundle" }),
            ("{}", WireError::Missing { what: "env" }),
            ("{\"env\":\"e\",\"chain\":7}", WireError::Wrong { what: "chain" }),
            (
                "{\"env\":\"e\",\"secrets\":[7]}",
                WireError::Wrong { what: "secrets" },
            ),
            (
                "{\"env\":\"e\",\"secrets\":[{}]}",
                WireError::Missing { what: "secrets.name" },
            ),
        ] {
            assert_eq!(parse_bundle(text), Err(error), "{text}");
        }
    }
}
