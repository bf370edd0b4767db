//! Answers of the API: JSON bodies with their status, and refusals in the form of docs/protocol.md 1.3.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::checks;
use super::store::{Denial, StoreError, Thing};
use protocol::wire::error::{ConflictDocument, ErrorDocument};
use protocol::wire::request::RequestError;

/// What a route answers.
pub(super) type Answer = Result<Reply, Refusal>;

/// An answer whose effects are kept.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    body: Vec<u8>,
}

/// An answer whose effects, if any, are rolled back.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Box<ErrorDocument>,
    retry_after: Option<u64>,
}

impl Reply {
    /// 200 with a body.
    pub(super) fn ok(body: &impl Serialize) -> Answer {
        Self::with(StatusCode::OK, body)
    }

    /// 201 with a body.
    pub(super) fn created(body: &impl Serialize) -> Answer {
        Self::with(StatusCode::CREATED, body)
    }

    /// 204 without a body.
    pub(super) fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: Vec::new(),
        }
    }

    /// A refusal that undoes nothing: what was done before it stays.
    pub(super) fn refused(refusal: &Refusal) -> Answer {
        Self::with(refusal.status, &refusal.body)
    }

    /// Any status with a body.
    pub(super) fn with(status: StatusCode, body: &impl Serialize) -> Answer {
        serde_json::to_vec(body)
            .map(|body| Self { status, body })
            .map_err(|_| Refusal::internal())
    }
}

impl Refusal {
    /// Any status with a message.
    pub(super) fn new(status: StatusCode, message: &str) -> Self {
        Self::with(status, ErrorDocument::message(message))
    }

    fn with(status: StatusCode, body: ErrorDocument) -> Self {
        Self {
            status,
            body: Box::new(body),
            retry_after: None,
        }
    }

    /// 401: no bearer token, or one that is not good any more.
    pub(super) fn unauthenticated() -> Self {
        Self::with(StatusCode::UNAUTHORIZED, ErrorDocument::unauthenticated())
    }

    /// 403: a good token that may not do this.
    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is unauthorized.")
    }

    /// 404: carries the class of what is not there, as the server's framework names it.
    pub(super) fn not_found(class: &str) -> Self {
        let message = format!("No query results for model [App\\{class}].");
        Self::new(StatusCode::NOT_FOUND, &message)
    }

    /// 409: the state of the thing does not allow it.
    pub(super) fn conflict(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 422: what is asked is understood, and its subject does not allow it.
    pub(super) fn unprocessable(message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 422 for one field.
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        Self::fields(&[(field.to_owned(), message.to_owned())])
    }

    /// 422 for fields, in order.
    pub(super) fn fields(wrong: &[(String, String)]) -> Self {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, ErrorDocument::invalid(wrong))
    }

    /// 422 for one field of a push.
    pub(super) fn inside_push(field: &str, message: &str) -> Self {
        let wrong = [(field.to_owned(), message.to_owned())];
        Self::with(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorDocument::inside_push(&wrong),
        )
    }

    /// 429: to be tried again after this many seconds.
    pub(super) fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Attempts.")
        }
    }

    /// What it says.
    pub(super) fn message(&self) -> &str {
        self.body.text()
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// 500, without saying more.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Server Error")
    }

    /// 409: variables have changed meanwhile (docs/protocol.md 9.3).
    pub(super) fn conflicts(message: &str, conflicts: Vec<ConflictDocument>) -> Self {
        Self::with(StatusCode::CONFLICT, ErrorDocument::conflicts(message, conflicts))
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotJson => Self::new(StatusCode::BAD_REQUEST, "The body is not JSON."),
            RequestError::Unfit(why) => Self::invalid("body", &format!("The request does not fit: {why}.")),
            RequestError::Required { what } => Self::invalid(what, &checks::required(what)),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            StoreError::NotFound(thing) => Self::not_found(match thing {
                Thing::Organization => "Organization\\Models\\Organization",
                Thing::Project => "Project\\Models\\Project",
                Thing::Environment => "Environment\\Models\\Environment",
                Thing::Device => "Crypto\\Models\\Device",
                Thing::Account => "Account\\Models\\User",
            }),
            StoreError::Denied(denial) => match denial {
                Denial::NotAMember => Self::forbidden(),
                Denial::Moved => Self::new(
                    StatusCode::FORBIDDEN,
                    "This organization uses the desktop licensing experience.",
                ),
                Denial::DeviceNotOwn => {
                    Self::new(StatusCode::FORBIDDEN, "You do not have access to this device.")
                }
                Denial::DeviceRevoked => Self::invalid("device_id", "The device has been revoked."),
                Denial::DeviceUnknown => Self::invalid("device_id", "The selected device id is invalid."),
            },
            StoreError::TooMany(seconds) => Self::too_many(seconds),
            StoreError::NoRoom(disk) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                &format!("Nothing can be changed: {disk}."),
            ),
            StoreError::NoRandomness | StoreError::CutOff => Self::internal(),
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly};
        // SQLite's texts name tables and columns, never values.
        tracing::error!(%error, "the workspace's database refused an operation");
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The workspace is busy. Try again.",
            ),
            Some(DiskFull | ReadOnly) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "The workspace's disk is full or read-only.",
            ),
            _ => Self::internal(),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        respond(self.status, self.body)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = respond(self.status, serde_json::to_vec(&self.body).unwrap_or_default());
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn respond(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // A constant without meaning for this version of the API, which all its answers carry.
    headers.insert("x-ghostable-api-versions", HeaderValue::from_static("v1"));
    // Answers may carry a CI token: nothing between here and the client may keep them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
