//! Signed request bodies: `client_sig` (docs/protocol.md 5.3, 5.7).
//!
//! Which members a body has and in which order is the caller's business; here they are written compactly, signed, and
//! checked again from the received text. Checking from the text instead of from a parsed model keeps members that this
//! program does not know, and the sender's own spelling of numbers.

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Serialize;
use serde::de::IgnoredAny;

use super::error::{CryptoError, SignatureError};
use super::identity::{DeviceIdentity, SIGNATURE_LENGTH};
use super::meta::push_text;
use crate::types::SigningPublicKey;
use crate::types::keys::decode_base64;

/// The member that carries the signature, always last.
const CLIENT_SIG: &str = "client_sig";

/// Writes a body as compact JSON and appends `client_sig`. For requests `device_id` must be its first member; variables
/// have none (docs/protocol.md 9.1).
///
/// # Errors
/// [`CryptoError::BodyNotAnObject`].
pub fn sign_body<T: Serialize + ?Sized>(identity: &DeviceIdentity, body: &T) -> Result<String, CryptoError> {
    let text = serde_json::to_string(body).map_err(|_| CryptoError::BodyNotAnObject)?;
    let open = match text.strip_suffix('}') {
        Some(open) if open.starts_with('{') => open,
        _ => return Err(CryptoError::BodyNotAnObject),
    };
    let comma = if open.len() > 1 { "," } else { "" };
    let signature = BASE64.encode(&identity.sign(text.as_bytes()));
    Ok(format!("{open}{comma}\"{CLIENT_SIG}\":\"{signature}\"}}"))
}

/// Checks `client_sig` of a received body: everything else, written compactly in the received order, is what must have
/// been signed.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_body(text: &str, key: &SigningPublicKey) -> Result<(), SignatureError> {
    let (signed, signature) = split_body(text)?;
    let signature = decode_base64(&signature)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(SignatureError::Malformed)?;
    verify_bytes(signed.as_bytes(), &signature, key)
}

/// Checks a standard Ed25519 signature, refusing keys and commitments of low order.
///
/// # Errors
/// [`SignatureError::Key`] or [`SignatureError::Mismatch`].
pub fn verify_bytes(
    bytes: &[u8],
    signature: &[u8; SIGNATURE_LENGTH],
    key: &SigningPublicKey,
) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| SignatureError::Key)?;
    if key.is_weak() {
        return Err(SignatureError::Key);
    }
    key.verify_strict(bytes, &Signature::from_bytes(signature))
        .map_err(|_| SignatureError::Mismatch)
}

/// The body without its `client_sig` in compact form, and that signature's text.
fn split_body(text: &str) -> Result<(String, String), SignatureError> {
    let text = text.trim();
    if !text.starts_with('{') || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Err(SignatureError::NotAnObject);
    }
    let compact = compact(text).ok_or(SignatureError::NotAnObject)?;
    let inner = compact
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .ok_or(SignatureError::NotAnObject)?;
    let label = format!("\"{CLIENT_SIG}\":");
    let members = split_members(inner);
    let mut signatures = members.iter().filter_map(|member| member.strip_prefix(&label));
    let (Some(signature), None) = (signatures.next(), signatures.next()) else {
        return Err(SignatureError::Missing);
    };
    let signature = serde_json::from_str(signature).map_err(|_| SignatureError::Malformed)?;
    let kept: Vec<_> = members
        .into_iter()
        .filter(|member| !member.starts_with(&label))
        .collect();
    Ok((format!("{{{}}}", kept.join(",")), signature))
}

/// Valid JSON without white space and with the escapes of docs/protocol.md 5.3; all else stays as it is written.
fn compact(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => {
                let length = text_length(rest)?;
                let value: String = serde_json::from_str(rest.get(..length)?).ok()?;
                push_text(&mut out, &value);
                length
            }
            ' ' | '\t' | '\n' | '\r' => 1,
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest.get(taken..)?;
    }
    Some(out)
}

/// Length in bytes of the JSON text that `json` starts with, quotes included.
fn text_length(json: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}

/// The members of a compact object, given what is between its braces.
fn split_members(inner: &str) -> Vec<&str> {
    let (mut members, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for (place, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                members.extend(inner.get(start..place));
                start = place + 1;
            }
            _ => {}
        }
    }
    members.extend(inner.get(start..).filter(|last| !last.is_empty()));
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity() -> DeviceIdentity {
        DeviceIdentity::make(&mut super::super::system_rng())
    }

    #[test]
    fn a_body_may_be_reformatted_but_not_changed() {
        let device = identity();
        let key = device.signing_public();
        let body = json!({"device_id": "d", "list": [1, {"client_sig": "inner"}], "text": "}\",ü\u{2028}/"});
        let signed = sign_body(&device, &body).unwrap();
        assert!(signed.starts_with("{\"device_id\":\"d\",\"list\":[1,{\"client_sig\":\"inner\"}],"));
        assert_eq!(verify_body(&signed, &key), Ok(()));
        let spaced = signed.replace(":", " : ").replace('ü', "\\u00fc");
        assert_eq!(verify_body(&spaced, &key), Ok(()));
        let changed = signed.replace("[1,", "[2,");
        assert_eq!(verify_body(&changed, &key), Err(SignatureError::Mismatch));
        assert_eq!(
            verify_body(&signed, &identity().signing_public()),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn what_is_not_a_signed_object_is_refused() {
        let device = identity();
        let key = device.signing_public();
        let signed = sign_body(&device, &json!({})).unwrap();
        assert_eq!(verify_body(&signed, &key), Ok(()), "an empty body has no comma");
        let twice = signed.replace('}', &format!(",{}", &signed[1..]));
        for (text, error) in [
            ("[]", SignatureError::NotAnObject),
            ("{", SignatureError::NotAnObject),
            ("", SignatureError::NotAnObject),
            ("{}", SignatureError::Missing),
            (twice.as_str(), SignatureError::Missing),
            ("{\"client_sig\":7}", SignatureError::Malformed),
            ("{\"client_sig\":\"AAAA\"}", SignatureError::Malformed),
        ] {
            assert_eq!(verify_body(text, &key), Err(error), "{text}");
        }
        assert_eq!(
            sign_body(&device, &[1]).unwrap_err(),
            CryptoError::BodyNotAnObject
        );
    }

    #[test]
    fn keys_of_low_order_verify_nothing() {
        let mut one = [0; 32];
        one[0] = 1;
        let key = SigningPublicKey::from_bytes(one);
        assert_eq!(verify_bytes(b"", &[0; 64], &key), Err(SignatureError::Key));
    }
}
