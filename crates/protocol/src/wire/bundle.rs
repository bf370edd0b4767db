//! The bundle that `/ci/deploy` and pull answer with (docs/protocol.md 8.1, 9.4).
//!
//! A variable whose texts cannot be decoded is passed on with empty bytes, so that opening reports it by name instead of
//! the whole bundle being refused.

use serde::Serialize;
use serde_json::Value;

use super::environment_key::{KeyDocument, key_from_value};
use super::read::{is_told, known_text, list, optional_object, parse_object, text, told_text};
use super::written::microseconds;
use super::{Data, WireError};
use crate::types::EnvironmentName;
use crate::types::keys::decode_base64;
use crate::types::shape::is_line;
use crate::types::variable::{
    BASE64_PREFIX, Bundle, SealedVariable, UploadAad, UploadClaims, VariableMarks, VariableScope,
};

/// What pull and runners are answered: the sealed variables of an environment, and its key.
#[derive(Clone, Debug, Serialize)]
pub struct BundleDocument<'a> {
    /// The environment's name.
    pub env: &'a EnvironmentName,
    /// The same name alone: environments do not build on each other.
    pub chain: [&'a EnvironmentName; 1],
    /// By name.
    pub secrets: Vec<VariableDocument<'a>>,
    /// `None` where there is no key, or where the newest one has no envelope.
    pub environment_key: Option<Data<KeyDocument<'a>>>,
}

/// One variable of a bundle, as it was uploaded.
#[derive(Clone, Debug, Serialize)]
pub struct VariableDocument<'a> {
    /// Which one.
    pub id: &'a str,
    /// The environment.
    pub env: &'a EnvironmentName,
    /// Its name.
    pub name: &'a str,
    /// `b64:` and base64 of ciphertext and tag.
    pub ciphertext: &'a str,
    /// `b64:` and base64 of 24 bytes.
    pub nonce: &'a str,
    /// [`VARIABLE_ALGORITHM`](crate::variable::VARIABLE_ALGORITHM).
    pub alg: &'a str,
    /// What the ciphertext is bound to.
    pub aad: Option<&'a UploadAad>,
    /// What is claimed about the value.
    pub claims: Option<&'a UploadClaims>,
    /// Length of the raw text in bytes, as its uploader said.
    pub line_bytes: Option<i64>,
    /// Whether the line is commented out.
    pub is_commented: bool,
    /// When it was last pushed.
    #[serde(serialize_with = "microseconds")]
    pub updated_at: &'a str,
    /// The e-mail address of who pushed it.
    pub updated_by: Option<&'a str>,
    /// Counts from 1; where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<VariableMeta>,
}

/// What is known of a variable without opening it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct VariableMeta {
    /// Length of the raw text in bytes, as its uploader said.
    pub line_bytes: Option<i64>,
    /// Marks a secret of Laravel Vapor.
    pub is_vapor_secret: bool,
    /// Whether the line is commented out.
    pub is_commented: bool,
}

/// Reads a bundle, with either spelling of the environment key.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_bundle(body: &str) -> Result<Bundle, WireError> {
    let root = &parse_object(body, "bundle")?;
    let root = optional_object(root, "data")?.unwrap_or(root);
    let mut chain = Vec::new();
    for name in list(root, "chain")? {
        let name = name.as_str().filter(|name| is_line(name));
        chain.push(name.ok_or(WireError::Wrong { what: "chain" })?.to_owned());
    }
    let mut variables = Vec::new();
    for (position, entry) in (1..).zip(list(root, "secrets")?) {
        variables.push(variable(entry, position));
    }
    let key = match root.get("environmentKey").or_else(|| root.get("environment_key")) {
        Some(value) => key_from_value(value)?,
        None => None,
    };
    let environment = text(root, "env")?;
    if !is_line(environment) {
        return Err(WireError::Wrong { what: "env" });
    }
    Ok(Bundle {
        environment: environment.to_owned(),
        chain,
        variables,
        key,
    })
}

/// A variable as far as it can be read. What is wrong with it is not opened, and so is in the report: one that has no name, or
/// one that is on no single line, is called by its place, and without a ciphertext, so that nobody takes it for one of that name.
fn variable(entry: &Value, position: usize) -> SealedVariable {
    let part = |name| told_text(&entry["aad"], name).unwrap_or_default();
    let name = known_text(entry, "name");
    let ciphertext = name.as_ref().and_then(|_| told_text(entry, "ciphertext"));
    let claims = &entry["claims"];
    let is_claimed = is_told(claims, "hmac") || (is_told(entry, "claims") && !claims.is_object());
    SealedVariable {
        environment: known_text(entry, "env").unwrap_or_default(),
        ciphertext: lenient_bytes(ciphertext.as_deref()),
        nonce: lenient_bytes(told_text(entry, "nonce").as_deref()),
        scope: VariableScope {
            organization: part("org"),
            project: part("project"),
            environment: part("env"),
            name: part("name"),
        },
        // One that is no text is a claim that no value can meet.
        hmac: is_claimed.then(|| lenient_bytes(claims["hmac"].as_str())),
        key_fingerprint: known_text(entry, "env_kek_fingerprint"),
        key_version: entry["env_kek_version"].as_u64(),
        version: entry["version"].as_u64(),
        marks: marks(entry),
        name: name.unwrap_or_else(|| format!("entry {position}, which has no name")),
    }
}

/// In `meta`, or beside it: the hosted server tells two of them in both places.
fn marks(entry: &Value) -> VariableMarks {
    let told = |name: &str| {
        let inside = entry["meta"].get(name);
        inside.filter(|it| !it.is_null()).or_else(|| entry.get(name))
    };
    let flag = |name| told(name).and_then(Value::as_bool).unwrap_or_default();
    VariableMarks {
        line_bytes: told("line_bytes").and_then(Value::as_u64),
        is_vapor_secret: flag("is_vapor_secret"),
        is_commented: flag("is_commented"),
    }
}

/// Base64 with or without `b64:`; nothing when it is not that.
fn lenient_bytes(text: Option<&str>) -> Vec<u8> {
    let text = text.unwrap_or_default();
    decode_base64(text.strip_prefix(BASE64_PREFIX).unwrap_or(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn no_variable_hides_another() {
        for broken in [
            json!(7),
            json!(null),
            json!({}),
            json!({"name": ["A"], "ciphertext": "AAAA"}),
        ] {
            let text = json!({"env": "e", "secrets": [broken, {"name": "B", "ciphertext": "AAAA"}]});
            let variables = parse_bundle(&text.to_string()).unwrap().variables;
            assert_eq!(variables[0].name, "entry 1, which has no name");
            assert!(variables[0].ciphertext.is_empty());
            assert_eq!(
                (variables[1].name.as_str(), variables[1].ciphertext.len()),
                ("B", 3)
            );
        }
    }

    #[test]
    fn malformed_bundles_name_the_member() {
        for (text, error) in [
            ("", WireError::NotJson),
            ("[]", WireError::Wrong { what: "bundle" }),
            ("{}", WireError::Missing { what: "env" }),
            ("{\"env\":\"e\",\"chain\":7}", WireError::Wrong { what: "chain" }),
            (
                "{\"env\":\"e\",\"secrets\":7}",
                WireError::Wrong { what: "secrets" },
            ),
        ] {
            assert_eq!(parse_bundle(text), Err(error), "{text}");
        }
    }
}
