//! What a request says, read once: bearer token (as its hash only), path, query, device header, body.

use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Query, RawPathParams, Request};
use axum::http::{StatusCode, header, request::Parts};
use futures_util::StreamExt;
use serde_json::Value;

use super::answer::Refusal;
use super::token_hash::TokenHash;
use protocol::wire::request::{self, RequestError};

/// The largest body of most calls.
pub(super) const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// The largest body of a publication, which grows by about 1.3 KB a recipient.
pub(super) const PUBLICATION_LIMIT: usize = 64 * 1024 * 1024;
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

impl<S: Send + Sync> FromRequest<S> for Input {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        // Inside a nest of routes the request's own address has lost its beginning.
        let original = match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.clone(),
            None => parts.uri.clone(),
        };
        let bad = |what: &str| Refusal::new(StatusCode::BAD_REQUEST, what);
        let path = match RawPathParams::from_request_parts(&mut parts, state).await {
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
        let body = collect(body, limit(parts.uri.path())).await?;
        Ok(Self {
            bearer: bearer(&parts),
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
        })
    }
}

fn limit(path: &str) -> usize {
    if path.ends_with("/key") || path.ends_with("/key/envelopes") {
        PUBLICATION_LIMIT
    } else {
        BODY_LIMIT
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

async fn collect(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The body ended too early."))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            kept.extend_from_slice(&chunk);
        } else if seen > DRAIN_LIMIT {
            break;
        } else {
            kept.clear();
        }
    }
    if seen > limit {
        let message = format!("The body is larger than {} MiB.", limit / 1024 / 1024);
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, &message));
    }
    Ok(kept.into())
}
