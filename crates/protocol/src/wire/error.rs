//! Error bodies (docs/protocol.md 1.3, 6.3, 9.3), reduced to what may be shown.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::types::shape::{is_id, to_line};
use crate::types::{EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId};

/// Code of the answer to a device that the key is not sealed for (docs/protocol.md 6.3).
pub const RESHARE_REQUIRED: &str = "ENV_KEY_RESHARE_REQUIRED";

/// The most characters of a server's own text that are kept.
const MAX_TEXT: usize = 300;
/// The most field errors that are kept.
const MAX_FIELDS: usize = 3;

/// Code of an answer to a request that does not fit (docs/protocol.md 1.3).
pub const VALIDATION: &str = "GHO-VAL-0001";
/// Code of an answer to no bearer, or to one that is not good (any more).
pub const UNAUTHENTICATED: &str = "GHO-AUTH-0001";
/// Code of an answer to versions that have moved on.
pub const VERSION_CONFLICT: &str = "version_conflict";

/// How a server's framework begins when it did not find something: what follows names a class of the server.
const NAMES_A_CLASS: &str = "No query results for model";

/// Messages by field; names of entries of lists are dotted, as in `envelope.recipients.3.id`.
pub type FieldMessages = Map<String, Value>;

/// An error body as a server writes it: three shapes beside the plain message (docs/protocol.md 1.3).
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum ErrorDocument {
    /// Most refusals.
    Message {
        /// What is wrong; may be empty.
        message: String,
    },
    /// A request that does not fit, or a caller who is not known.
    Coded {
        /// All of it.
        error: CodedError,
    },
    /// What is wrong inside a push.
    Fields {
        /// The first of the messages.
        message: String,
        /// All of them.
        errors: FieldMessages,
    },
    /// Variables that changed meanwhile (docs/protocol.md 9.3).
    Conflicts {
        /// What is wrong.
        message: String,
        /// The same, with [`VERSION_CONFLICT`].
        error: CodedError,
        /// Which variables.
        conflicts: Vec<ConflictDocument>,
    },
}

/// An error with a code.
#[derive(Clone, Debug, Serialize)]
pub struct CodedError {
    /// One of the codes above.
    pub code: &'static str,
    /// What is wrong.
    pub detail: String,
    /// The same by field, where it is a field's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<FieldMessages>,
}

impl ErrorDocument {
    /// A message alone.
    pub fn message(message: impl Into<String>) -> Self {
        Self::Message {
            message: message.into(),
        }
    }

    /// A caller who is not known.
    pub fn unauthenticated() -> Self {
        Self::Coded {
            error: CodedError {
                code: UNAUTHENTICATED,
                detail: "Unauthenticated.".to_owned(),
                fields: None,
            },
        }
    }

    /// A request that does not fit, in the order in which its fields are looked at.
    pub fn invalid(wrong: &[(String, String)]) -> Self {
        Self::Coded {
            error: CodedError {
                code: VALIDATION,
                detail: summary(wrong),
                fields: Some(by_field(wrong)),
            },
        }
    }

    /// The same inside a push.
    pub fn inside_push(wrong: &[(String, String)]) -> Self {
        Self::Fields {
            message: summary(wrong),
            errors: by_field(wrong),
        }
    }

    /// Version conflicts (docs/protocol.md 9.3).
    pub fn conflicts(message: &str, conflicts: Vec<ConflictDocument>) -> Self {
        Self::Conflicts {
            message: message.to_owned(),
            error: CodedError {
                code: VERSION_CONFLICT,
                detail: message.to_owned(),
                fields: None,
            },
            conflicts,
        }
    }

    /// What is wrong, in a sentence.
    pub fn text(&self) -> &str {
        match self {
            Self::Message { message } | Self::Fields { message, .. } | Self::Conflicts { message, .. } => {
                message
            }
            Self::Coded { error } => &error.detail,
        }
    }
}

/// The first message, and how many more there are.
fn summary(wrong: &[(String, String)]) -> String {
    let first = wrong.first().map_or("", |(_, message)| message.as_str());
    match wrong.len() {
        0 | 1 => first.to_owned(),
        2 => format!("{first} (and 1 more error)"),
        count => format!("{first} (and {} more errors)", count - 1),
    }
}

fn by_field(wrong: &[(String, String)]) -> FieldMessages {
    let mut fields = FieldMessages::new();
    for (field, message) in wrong {
        let messages = fields
            .entry(field.as_str())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::String(message.clone()));
        }
    }
    fields
}

/// One version conflict.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictDocument {
    /// Name of the variable.
    pub key: String,
    /// The server's version.
    pub server_version: Option<i64>,
    /// The version that the client took to be current.
    pub client_if_version: u64,
}

/// The answer to a device that the key is not sealed for (docs/protocol.md 6.3).
#[derive(Clone, Debug, Serialize)]
pub struct ReshareRequiredDocument<'a> {
    /// All of it.
    pub error: ReshareRequiredError<'a>,
}

/// Where to wait for the key.
#[derive(Clone, Debug, Serialize)]
pub struct ReshareRequiredError<'a> {
    /// [`RESHARE_REQUIRED`].
    pub code: &'static str,
    /// The same as `code`.
    pub key_access_state: &'static str,
    /// What is wrong.
    pub detail: &'static str,
    /// The requests that wait for this device.
    pub pending_request_ids: &'a [RequestId],
    /// The version of the key that the device needs.
    pub required_key_version: i64,
    /// The organisation.
    pub organization_id: &'a OrganizationId,
    /// The project.
    pub project_id: &'a ProjectId,
    /// The environment.
    pub environment_id: &'a EnvironmentId,
    /// Its name.
    pub environment_name: &'a EnvironmentName,
}

/// What a refusing server said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `detail`, `message`, `error.detail` or `error.message`, shortened, on one line; not where it names a class of the
    /// server, which is for nobody's eyes.
    pub detail: Option<String>,
    /// Up to three `(field, first message)` pairs.
    pub fields: Vec<(String, String)>,
}

impl Refusal {
    /// Whether the organisation was moved to desktop licensing: then every route of it answers 403 with one fixed text, and
    /// nobody has to be asked for access (docs/protocol.md 1.3).
    pub fn is_of_a_moved_organization(&self) -> bool {
        let text = self.detail.as_deref().unwrap_or_default();
        self.status == 403 && text.contains("desktop licensing experience")
    }
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
        if json["error"]["code"] == RESHARE_REQUIRED {
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
    // Nearly everywhere in `error.fields`, on push in `errors`.
    let mut fields = fields(&json["error"]["fields"]);
    if fields.is_empty() {
        fields = self::fields(&json["errors"]);
    }
    ErrorBody::Refusal(Refusal {
        status,
        detail: detail.filter(|text| !text.starts_with(NAMES_A_CLASS)),
        fields,
    })
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .filter(|id| is_id(id))
        .map(str::to_owned)
        .collect()
}

fn conflict(value: &Value) -> Option<Conflict> {
    let key = plain(value["key"].as_str()?);
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
    to_line(text, MAX_TEXT).trim().to_owned()
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
    fn field_messages_are_in_two_places_and_classes_are_not_shown() {
        let body = br#"{"error":{"code":"GHO-VAL-0001","detail":"The public key has already been taken.",
            "fields":{"public_key":["The public key has already been taken."]}},"errors":{"other":["no"]}}"#;
        let ErrorBody::Refusal(refusal) = read(422, body) else {
            panic!()
        };
        let taken = "The public key has already been taken.";
        assert_eq!(refusal.detail.as_deref(), Some(taken));
        assert_eq!(refusal.fields, [("public_key".to_owned(), taken.to_owned())]);
        let body = br#"{"message":"No query results for model [App\\Crypto\\Models\\Device] 7"}"#;
        let ErrorBody::Refusal(refusal) = read(404, body) else {
            panic!()
        };
        assert_eq!(refusal.detail, None);
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

    #[test]
    fn what_is_written_is_read() {
        fn read(status: u16, document: &impl Serialize) -> ErrorBody {
            super::read(status, &serde_json::to_vec(document).unwrap())
        }
        let wrong = [
            ("name".to_owned(), "taken".to_owned()),
            ("name".to_owned(), "and too long".to_owned()),
            ("key".to_owned(), "needed".to_owned()),
        ];
        for document in [ErrorDocument::invalid(&wrong), ErrorDocument::inside_push(&wrong)] {
            let ErrorBody::Refusal(refusal) = read(422, &document) else {
                panic!()
            };
            assert_eq!(refusal.detail.as_deref(), Some("taken (and 2 more errors)"));
            let first = [
                ("name".to_owned(), "taken".to_owned()),
                ("key".to_owned(), "needed".to_owned()),
            ];
            assert_eq!(refusal.fields, first);
        }
        let conflict = ConflictDocument {
            key: "A".to_owned(),
            server_version: Some(3),
            client_if_version: 2,
        };
        let read_conflict = Conflict {
            key: "A".to_owned(),
            server_version: Some(3),
        };
        assert_eq!(
            read(409, &ErrorDocument::conflicts("changed", vec![conflict])),
            ErrorBody::Conflicts(vec![read_conflict])
        );
        let error = ReshareRequiredError {
            code: RESHARE_REQUIRED,
            key_access_state: RESHARE_REQUIRED,
            detail: "wait",
            pending_request_ids: &[RequestId::new("r")],
            required_key_version: 1,
            organization_id: &OrganizationId::new("o"),
            project_id: &ProjectId::new("p"),
            environment_id: &EnvironmentId::new("e"),
            environment_name: &EnvironmentName::new("production"),
        };
        assert_eq!(
            read(409, &ReshareRequiredDocument { error }),
            ErrorBody::ReshareRequired(vec!["r".to_owned()])
        );
    }
}
