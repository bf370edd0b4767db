//! What a request says, read once: bearer token (as its hash only), path, query, device header, body.

use std::time::Duration;

use axum::body::HttpBody as _;
use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Query, RawPathParams, Request};
use axum::http::{StatusCode, header, request::Parts};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use super::answer::Refusal;
use super::routes::PAGE;
use super::store::Store;
use super::token_hash::TokenHash;
use protocol::wire::request::{self, RequestError};

/// The largest body of most calls.
pub(super) const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// The largest body of a publication, which grows by about 1.3 KB a recipient.
pub(super) const PUBLICATION_LIMIT: usize = 64 * 1024 * 1024;
/// The largest body of who is not known, and what is read without taking of the shared room.
const SMALL: usize = 16 * 1024;
/// How long a large body may take, waiting for room included.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How long one may take that is at most [`SMALL`]: it comes in one piece from whoever means well, and what is begun holds a
/// connection.
const SMALL_BODY_TIME: Duration = Duration::from_secs(10);
/// Where the paths of sign-in begin.
const SIGN_IN: &str = "/cli/";
/// How much of a body over its limit is read and thrown away so that the client gets to see the answer.
const DRAIN_LIMIT: usize = 4 * PUBLICATION_LIMIT;

/// A request's content.
#[derive(Debug)]
pub(super) struct Input {
    /// The hash of the bearer token, if there is one.
    pub(super) bearer: Option<TokenHash>,
    device_header: Option<String>,
    source: &'static str,
    host: String,
    uri: String,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
    /// What the body takes of the room that all large ones share, until the request is answered.
    _room: Option<OwnedSemaphorePermit>,
}

impl Input {
    /// Under which of its names the server was called; the guard has checked it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// A parameter of the path; the route has it, or the text is empty.
    pub(super) fn path(&self, name: &str) -> &str {
        find(&self.path, name).unwrap_or_default()
    }

    /// A parameter of the query, if it is there and not empty.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name).filter(|value| !value.is_empty())
    }

    /// Whether a flag of the query is on.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.query(name), Some("1" | "true"))
    }

    /// All values of a repeated parameter: `only[]=A&only[]=B`.
    pub(super) fn queries(&self, name: &str) -> Vec<&str> {
        let same = self.query.iter().filter(|(key, _)| key == name);
        same.map(|(_, value)| value.as_str()).collect()
    }

    /// A flag of the query, or what it is where the query does not say.
    pub(super) fn flag_or(&self, name: &str, unsaid: bool) -> bool {
        self.query(name)
            .map_or(unsaid, |text| matches!(text, "1" | "true"))
    }

    /// The device that asks, if one does: from the query, or else from the header (docs/protocol.md 6.3).
    pub(super) fn device(&self) -> Option<&str> {
        let named = self.query("device_id").or(self.device_header.as_deref());
        named.map(str::trim).filter(|id| !id.is_empty())
    }

    /// Which kind of program asks, as it is noted: `desktop` where the header says so, else `cli`.
    pub(super) fn source(&self) -> &'static str {
        self.source
    }

    /// The address of a page of the list that is asked for, with the rest of the query as it is.
    pub(super) fn page_url(&self, page: i64) -> String {
        let others = self.query.iter().filter(|(name, _)| name != "page");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("page", &page.to_string())
            .finish();
        format!("http://{}{}?{query}", self.host, self.uri)
    }

    /// The body's text, as it was signed.
    pub(super) fn text(&self) -> Result<&str, Refusal> {
        std::str::from_utf8(&self.body)
            .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The body is not UTF-8."))
    }

    /// The body as JSON with the order of its members kept; an empty body is `{}`.
    pub(super) fn json(&self) -> Result<Value, RequestError> {
        request::parse(&self.body)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

impl FromRequest<Store> for Input {
    type Rejection = Refusal;

    async fn from_request(request: Request, store: &Store) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        // Inside a nest of routes the request's own address has lost its beginning.
        let original = match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.clone(),
            None => parts.uri.clone(),
        };
        let bad = |what: &str| Refusal::new(StatusCode::BAD_REQUEST, what);
        let path = match RawPathParams::from_request_parts(&mut parts, store).await {
            Ok(params) => params
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => {
                return Err(bad("The path is not UTF-8."));
            }
            Err(_) => Vec::new(),
        };
        let Query(query) = Query::try_from_uri(&parts.uri).map_err(|_| bad("The query cannot be read."))?;
        let bearer = bearer(&parts);
        let declared = body.size_hint().exact();
        let reading = read(store, bearer.as_ref(), &parts, body);
        let (body, room) = tokio::time::timeout(time(declared), reading)
            .await
            .map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "The body took too long."))??;
        Ok(Self {
            bearer,
            device_header: text(&parts, "x-device-id").map(str::to_owned),
            source: match text(&parts, "x-ghostable-client-type") {
                Some("desktop") => "desktop",
                _ => "cli",
            },
            host: text(&parts, "host").unwrap_or_default().to_owned(),
            uri: original.path().to_owned(),
            path,
            query,
            body,
            _room: room,
        })
    }
}

fn limit(path: &str) -> usize {
    if path.starts_with(SIGN_IN) || path.starts_with(PAGE) {
        SMALL
    } else if path.ends_with("/key") || path.ends_with("/key/envelopes") {
        PUBLICATION_LIMIT
    } else {
        BODY_LIMIT
    }
}

/// How long a body may take that says it is as long as this, or nothing.
fn time(declared: Option<u64>) -> Duration {
    match declared.map(usize::try_from) {
        Some(Ok(length)) if length <= SMALL => SMALL_BODY_TIME,
        _ => BODY_TIME,
    }
}

fn text<'a>(parts: &'a Parts, header: &str) -> Option<&'a str> {
    parts.headers.get(header)?.to_str().ok()
}

fn bearer(parts: &Parts) -> Option<TokenHash> {
    let (scheme, token) = text(parts, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| TokenHash::of(token))
}

/// Reads a body: who sends a large one is known before, and there is room for it.
async fn read(
    store: &Store,
    bearer: Option<&TokenHash>,
    parts: &Parts,
    body: Body,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Refusal> {
    let limit = limit(parts.uri.path());
    let declared = body.size_hint().exact();
    let declared = declared.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if declared.is_some_and(|length| length <= SMALL) {
        return Ok((collect(body, limit).await?, None));
    }
    let refused = match (limit, declared) {
        (limit, Some(length)) if length > limit => Some(too_large(limit)),
        (SMALL, _) => None,
        _ => store.known(bearer).await.err(),
    };
    if let Some(refusal) = refused {
        // Nothing of it is kept; it is read so that the answer is seen, less where there is no bearer at all.
        let most = bearer.map_or(BODY_LIMIT, |_| DRAIN_LIMIT);
        throw_away(body, most).await;
        return Err(refusal);
    }
    let room = store.room_for(declared.unwrap_or(limit)).await?;
    Ok((collect(body, limit).await?, Some(room)))
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("The body is larger than {} KiB.", limit / 1024);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, &message)
}

async fn throw_away(body: Body, most: usize) {
    let (mut stream, mut seen) = (body.into_data_stream(), 0_usize);
    while let Some(Ok(chunk)) = stream.next().await {
        seen = seen.saturating_add(chunk.len());
        if seen > most {
            break;
        }
    }
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The body ended too early."))?;
        if kept.len().saturating_add(chunk.len()) > limit {
            throw_away(Body::from_stream(stream), DRAIN_LIMIT).await;
            return Err(too_large(limit));
        }
        kept.extend_from_slice(&chunk);
    }
    Ok(kept.into())
}
