//! Error bodies (docs/protocol.md 1.3, 6.3, 9.3), reduced to what may be shown.

use serde_json::Value;

/// The most characters of a server's own text that are kept.
const MAX_TEXT: usize = 300;
/// The most field errors that are kept.
const MAX_FIELDS: usize = 3;

/// What a refusing server said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `detail`, `message`, `error.detail` or `error.message`, shortened, on one line.
    pub detail: Option<String>,
    /// Up to three `(field, first message)` pairs.
    pub fields: Vec<(String, String)>,
}

/// One variable whose version on the server is not the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Name of the variable.
    pub key: String,
    /// The server's version.
    pub server_version: Option<u64>,
}

/// An error body, read as far as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorBody {
    /// `ENV_KEY_RESHARE_REQUIRED`, with the ids of pending requests.
    ReshareRequired(Vec<String>),
    /// Version conflicts.
    Conflicts(Vec<Conflict>),
    /// Anything else.
    Refusal(Refusal),
}

/// Reads an error body; what is not JSON is dropped, because it is rarely meant for people.
pub fn read(status: u16, body: &[u8]) -> ErrorBody {
    let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    if status == 409 {
        if json["error"]["code"] == "ENV_KEY_RESHARE_REQUIRED" {
            return ErrorBody::ReshareRequired(texts(&json["error"]["pending_request_ids"]));
        }
        if let Some(list) = json["conflicts"].as_array() {
            return ErrorBody::Conflicts(list.iter().filter_map(conflict).collect());
        }
    }
    let detail = [
        &json["detail"],
        &json["message"],
        &json["error"]["detail"],
        &json["error"]["message"],
    ]
    .into_iter()
    .find_map(plain_text);
    ErrorBody::Refusal(Refusal {
        status,
        detail,
        fields: fields(&json["errors"]),
    })
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn conflict(value: &Value) -> Option<Conflict> {
    let key = value["key"].as_str()?.to_owned();
    Some(Conflict {
        key,
        server_version: value["server_version"].as_u64(),
    })
}

fn fields(errors: &Value) -> Vec<(String, String)> {
    let map = errors.as_object().into_iter().flatten();
    map.filter_map(|(field, messages)| {
        let first = messages.as_array().map_or(Some(messages), |list| list.first())?;
        Some((plain(field), plain_text(first)?))
    })
    .take(MAX_FIELDS)
    .collect()
}

fn plain_text(value: &Value) -> Option<String> {
    let text = plain(value.as_str()?);
    (!text.is_empty()).then_some(text)
}

/// One line, without control characters, shortened.
fn plain(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_TEXT)
        .collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_looked_up_in_order_and_made_plain() {
        let body = br#"{"message":"second","detail":" \n ","error":{"detail":"third"}}"#;
        let ErrorBody::Refusal(refusal) = read(422, body) else {
            panic!()
        };
        assert_eq!(refusal.detail.as_deref(), Some("second"));
        let body = br#"{"errors":{"public_key":["must be\n32 bytes","more"],"name":"taken","x":3}}"#;
        let ErrorBody::Refusal(refusal) = read(422, body) else {
            panic!()
        };
        assert_eq!(
            refusal.fields,
            [
                ("public_key".into(), "must be 32 bytes".into()),
                ("name".into(), "taken".into())
            ]
        );
        let ErrorBody::Refusal(refusal) = read(500, b"<html>") else {
            panic!()
        };
        assert_eq!(
            refusal,
            Refusal {
                status: 500,
                ..Default::default()
            }
        );
    }

    #[test]
    fn the_two_meanings_of_409_are_told_apart_by_the_body() {
        let body = br#"{"error":{"code":"ENV_KEY_RESHARE_REQUIRED","pending_request_ids":["r1",2]}}"#;
        assert_eq!(read(409, body), ErrorBody::ReshareRequired(vec!["r1".into()]));
        let body = br#"{"conflicts":[{"key":"A","server_version":3,"client_if_version":null}]}"#;
        let conflict = Conflict {
            key: "A".into(),
            server_version: Some(3),
        };
        assert_eq!(read(409, body), ErrorBody::Conflicts(vec![conflict]));
        assert!(matches!(read(409, b"{}"), ErrorBody::Refusal(_)));
    }
}
