//! An envelope as JSON and as `edek_b64` (docs/protocol.md 5.1, 6.1).

use data_encoding::BASE64;
use serde_json::{Map, Value};

use super::EncryptedEnvelope;
use crate::crypto::error::OpenError;
use crate::crypto::meta::Meta;
use crate::types::keys::decode_base64;
use crate::types::variable::BASE64_PREFIX;

impl EncryptedEnvelope {
    /// Compact JSON in writing order.
    pub fn to_json(&self) -> String {
        // Texts and a map of texts always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Base64 of the JSON: `edek_b64` (docs/protocol.md 6.1).
    pub fn to_edek(&self) -> String {
        BASE64.encode(self.to_json().as_bytes())
    }

    /// Reads `edek_b64`, with or without the prefix `b64:`.
    ///
    /// # Errors
    /// [`OpenError::Malformed`] names the member.
    pub fn from_edek(text: &str) -> Result<Self, OpenError> {
        Self::from_members(&members_of_edek(text)?)
    }

    /// Reads the JSON; unknown members are ignored, null counts as absent.
    ///
    /// # Errors
    /// [`OpenError::Malformed`] names the member.
    pub fn from_json(text: &str) -> Result<Self, OpenError> {
        Self::from_members(&members(text.as_bytes())?)
    }

    pub(in crate::crypto) fn from_members(object: &Map<String, Value>) -> Result<Self, OpenError> {
        let optional = |what: &'static str| match object.get(what) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(OpenError::Malformed { what }),
        };
        let text = |what| optional(what)?.ok_or(OpenError::Malformed { what });
        let meta = match object.get("meta") {
            None | Some(Value::Null) => None,
            Some(Value::Object(entries)) => {
                Some(Meta::from_json(entries).ok_or(OpenError::Malformed { what: "meta" })?)
            }
            Some(_) => return Err(OpenError::Malformed { what: "meta" }),
        };
        Ok(Self {
            id: text("id")?,
            version: text("version")?,
            alg: optional("alg")?,
            to_device_public_key: text("to_device_public_key")?,
            from_ephemeral_public_key: text("from_ephemeral_public_key")?,
            nonce_b64: text("nonce_b64")?,
            ciphertext_b64: text("ciphertext_b64")?,
            created_at: text("created_at")?,
            expires_at: optional("expires_at")?,
            meta,
            aad_b64: optional("aad_b64")?,
            sender_kid: optional("sender_kid")?,
            signature_b64: optional("signature_b64")?,
        })
    }
}

/// The members of what is in an `edek_b64`, with or without the prefix `b64:`.
///
/// # Errors
/// [`OpenError::Malformed`].
pub(in crate::crypto) fn members_of_edek(text: &str) -> Result<Map<String, Value>, OpenError> {
    let bare = text.trim();
    let bare = bare.strip_prefix(BASE64_PREFIX).unwrap_or(bare);
    members(&decode_base64(bare).ok_or(OpenError::Malformed { what: "edek_b64" })?)
}

fn members(json: &[u8]) -> Result<Map<String, Value>, OpenError> {
    serde_json::from_slice(json).map_err(|_| OpenError::Malformed { what: "JSON" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_envelopes_name_the_member() {
        let full = "{\"id\":\"i\",\"version\":\"v1\",\"to_device_public_key\":\"\",\"from_ephemeral_public_key\":\"\",\
                    \"nonce_b64\":\"\",\"ciphertext_b64\":\"\",\"created_at\":\"\",\"meta\":{\"a\":null}}";
        let mut object: Map<String, Value> = serde_json::from_str(full).unwrap();
        assert!(EncryptedEnvelope::from_json(full).is_ok());
        object.insert("meta".to_owned(), serde_json::json!({"a": 1}));
        let read = |object: &Map<String, Value>| {
            EncryptedEnvelope::from_json(&Value::Object(object.clone()).to_string()).unwrap_err()
        };
        assert_eq!(read(&object), OpenError::Malformed { what: "meta" });
        object.insert("nonce_b64".to_owned(), Value::from(7));
        assert_eq!(read(&object), OpenError::Malformed { what: "meta" });
        object.remove("meta");
        assert_eq!(read(&object), OpenError::Malformed { what: "nonce_b64" });
        object.remove("id");
        assert_eq!(read(&object), OpenError::Malformed { what: "id" });
        let error = EncryptedEnvelope::from_edek("b64:e30=").unwrap_err();
        assert_eq!(error, OpenError::Malformed { what: "id" });
        let error = EncryptedEnvelope::from_edek("%").unwrap_err();
        assert_eq!(error, OpenError::Malformed { what: "edek_b64" });
        let error = EncryptedEnvelope::from_json("[]").unwrap_err();
        assert_eq!(error, OpenError::Malformed { what: "JSON" });
    }
}
