//! Answers of the API: JSON bodies with their status, and refusals in the form of docs/protocol.md 1.3.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

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
    body: ErrorDocument,
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
        Self {
            status,
            body: ErrorDocument::message(message),
            retry_after: None,
        }
    }

    /// 401: no bearer token, or one that is not good any more.
    pub(super) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403: a good token that may not do this.
    pub(super) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: carries what is not there.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, &format!("{what} not found."))
    }

    /// 409: the state of the thing does not allow it.
    pub(super) fn conflict(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 422 for one field.
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: ErrorDocument::field(field, message),
            retry_after: None,
        }
    }

    /// 429: to be tried again after this many seconds.
    pub(super) fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many attempts. Wait a minute.")
        }
    }

    /// What it says.
    pub(super) fn message(&self) -> &str {
        &self.body.message
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// 500, without saying more.
    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The workspace could not answer.",
        )
    }

    /// 409: variables have changed meanwhile (docs/protocol.md 9.3).
    pub(super) fn conflicts(message: &str, conflicts: Vec<ConflictDocument>) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            body: ErrorDocument::conflicts(message, conflicts),
            retry_after: None,
        }
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotJson => Self::new(StatusCode::BAD_REQUEST, "The body is not JSON."),
            RequestError::Unfit(why) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                &format!("The request does not fit: {why}."),
            ),
            RequestError::Required { what } => Self::invalid(what, "This is required, as a text."),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            StoreError::NotFound(thing) => Self::not_found(match thing {
                Thing::Organization => "Organisation",
                Thing::Project => "Project",
                Thing::Environment => "Environment",
                Thing::Device => "Device",
                Thing::Account => "An account",
            }),
            StoreError::Denied(denial) => Self::forbidden(match denial {
                Denial::NotAMember => "You do not belong to this organisation.",
                Denial::DeviceElsewhere => "This device belongs to another organisation.",
                Denial::DeviceNotOwn => "This device is not yours.",
                Denial::DeviceRevoked => "This device has been revoked.",
                Denial::DeviceUnknown => "This device is not registered here.",
            }),
            StoreError::TooMany(seconds) => Self::too_many(seconds),
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
    // Answers may carry a CI token: nothing between here and the client may keep them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
