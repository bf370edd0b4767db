//! HTTP: time limits, size limits, retries of reads, no redirects. Every request goes through the server's gate
//! ([`super::gate`]).

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::ApiAddress;
use super::client::{Answer, CLIENT_TYPE};
use super::gate::{Gate, Priority};
use super::lost::{lost, proxy_for, said};
use super::server_clock::ServerClock;
use model::{CallError, Pause, RetryPolicy};
use protocol::shape::is_bearer;
use protocol::wire::error::{self as error_body, ErrorBody};
use protocol::{DeviceId, Moment};

/// How long a call may take, how much it may answer, and when a read is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A connection must be made within this time.
    pub connect: Duration,
    /// A whole call, answer included, must be done within this time.
    pub total: Duration,
    /// The most bytes of an answer that are read.
    pub max_answer: usize,
    /// When a read is tried again.
    pub retry: RetryPolicy,
    /// The longest time that a server that takes no more calls is waited for, before a request is sent again. Also a write
    /// is: a request that was refused for its number has done nothing (docs/protocol.md 15).
    pub longest_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            max_answer: 32 * 1024 * 1024,
            retry: RetryPolicy::READ,
            longest_wait: Duration::from_secs(61),
        }
    }
}

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(20);

/// How often a request is sent again that the server refused for its number. Others may use the same budget up.
const TURNS: usize = 3;
/// How many calls the server takes a minute (docs/protocol.md 15).
const LIMIT: &str = "x-ratelimit-limit";
/// How many calls the server takes yet.
const REMAINING: &str = "x-ratelimit-remaining";
/// The most bytes of an error's body that are read.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Everything except what JavaScript's encodeURIComponent leaves alone (docs/protocol.md 1.1).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Encodes an id or a name for a path or a query.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Whether every part of a path stays a part of it: what is encoded can still be empty, or dots, by which a URL goes up.
///
/// # Errors
/// [`CallError::UnsendableId`].
fn leads_where_it_says(path: &str) -> Result<(), CallError> {
    let path = path.split('?').next().unwrap_or_default();
    let is_part = |part: &str| !part.is_empty() && !part.bytes().all(|byte| byte == b'.');
    if path.split('/').skip(1).all(is_part) {
        Ok(())
    } else {
        Err(CallError::UnsendableId)
    }
}

/// The `Authorization` header, marked as sensitive so that it is never printed.
pub(super) struct Bearer(Option<HeaderValue>);

impl Bearer {
    /// White space around the token is none of it.
    pub(super) fn new(token: &str) -> Self {
        let token = token.trim();
        let header = Zeroizing::new(format!("Bearer {token}"));
        let mut value = HeaderValue::from_str(&header).ok().filter(|_| is_bearer(token));
        if let Some(value) = &mut value {
            value.set_sensitive(true);
        }
        Self(value)
    }
}

/// An answer, and when the server gave it by its own clock, where it says so (RFC 9110, 6.6.1).
pub(super) struct Dated {
    pub(super) body: Answer,
    pub(super) at: Option<Moment>,
}

/// One API with one bearer.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    address: ApiAddress,
    /// Whether there is a bearer that can be sent, or none is needed.
    usable: bool,
    limits: Limits,
    gate: Arc<Gate>,
    /// The proxy that requests go through.
    proxy: Option<Arc<str>>,
    clock: ServerClock,
}

impl Transport {
    pub(super) fn new(address: ApiAddress, bearer: Bearer, limits: Limits) -> Result<Self, CallError> {
        let usable = bearer.0.is_some();
        Self::build(address, bearer.0, usable, limits)
    }

    /// For the calls by which one signs in.
    pub(super) fn without_bearer(address: ApiAddress) -> Result<Self, CallError> {
        // Somebody waits for an answer to what was just typed: too many tries are told, and not waited out.
        let limits = Limits {
            longest_wait: Duration::ZERO,
            ..Limits::default()
        };
        Self::build(address, None, true, limits)
    }

    fn build(
        address: ApiAddress,
        bearer: Option<HeaderValue>,
        usable: bool,
        limits: Limits,
    ) -> Result<Self, CallError> {
        // Fails only if a provider was chosen before, which is then just as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let name = bearer.as_ref().map_or(&[][..], HeaderValue::as_bytes);
        let gate = Gate::of(address.as_str(), name);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // The source of what is noted in the audit (docs/protocol.md 1.2).
        headers.insert("x-ghostable-client-type", HeaderValue::from_static(CLIENT_TYPE));
        if let Some(value) = bearer {
            headers.insert(AUTHORIZATION, value);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("deploy-tokens/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            // Shorter than servers keep a silent connection, so that none ends as a request is sent on it.
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            .no_proxy_for_loopback(&address)
            .build()
            .map_err(|error| CallError::Setup { cause: said(&error) })?;
        let proxy = proxy_for(&address).map(Arc::from);
        Ok(Self {
            http,
            address,
            usable,
            limits,
            gate,
            proxy,
            clock: ServerClock::default(),
        })
    }

    pub(super) fn address(&self) -> &ApiAddress {
        &self.address
    }

    /// Until when requests wait because the server takes no more for now; `None` while none waits.
    pub(super) fn waiting(&self) -> watch::Receiver<Option<Pause>> {
        self.gate.waiting()
    }

    /// How many calls the server takes yet; `None` where it does not say.
    pub(super) fn calls_left(&self) -> Option<u64> {
        self.gate.left()
    }

    /// By how many seconds the server's clock is ahead of this machine's, where an answer has said so.
    pub(super) fn clock_ahead(&self) -> Option<i64> {
        self.clock.ahead()
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, CallError> {
        Ok(self.get_dated(path).await?.body)
    }

    pub(super) async fn get_dated(&self, path: &str) -> Result<Dated, CallError> {
        let request = self.request(Method::GET, path)?;
        self.read(request).await
    }

    pub(super) async fn get_as_device(&self, path: &str, device: &DeviceId) -> Result<Answer, CallError> {
        let request = self
            .request(Method::GET, path)?
            .header("X-Device-ID", device.as_str());
        Ok(self.read(request).await?.body)
    }

    /// A write is never repeated blindly: only where the server has refused to look at it.
    pub(super) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self
            .request(Method::POST, path)?
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        Ok(self.send(request, Priority::Urgent).await?.body)
    }

    /// As [`Transport::post`], for an answer with a secret in it: the connection is closed afterwards, because the buffers
    /// of an idle one keep what was read last.
    pub(super) async fn post_for_secret(&self, path: &str, body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self
            .request(Method::POST, path)?
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .body(body);
        Ok(self.send(request, Priority::Urgent).await?.body)
    }

    /// A write is never repeated blindly: only where the server has refused to look at it.
    pub(super) async fn delete(&self, path: &str) -> Result<Answer, CallError> {
        let request = self.request(Method::DELETE, path)?;
        Ok(self.send(request, Priority::Urgent).await?.body)
    }

    /// # Errors
    /// As [`leads_where_it_says`].
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CallError> {
        leads_where_it_says(path)?;
        Ok(self.http.request(method, self.address.join(path)))
    }

    /// Reads are repeated with back-off, or when the server said to come back. They have no body, so that there always is a copy.
    async fn read(&self, request: RequestBuilder) -> Result<Dated, CallError> {
        let mut pauses = self.limits.retry.begin();
        loop {
            let Some(once) = request.try_clone() else {
                return self.send(request, Priority::Looking).await;
            };
            let error = match self.send(once, Priority::Looking).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(pause) = pauses.after(&error) else {
                return Err(error);
            };
            tracing::debug!(?pause, %error, "reading again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends when it is this request's turn, and again when the server refused to look at it and said for how long.
    async fn send(&self, mut request: RequestBuilder, priority: Priority) -> Result<Dated, CallError> {
        if !self.usable {
            return Err(CallError::UnsendableToken);
        }
        for _ in 1..TURNS {
            // Bodies are in memory, so that there always is one.
            let Some(again) = request.try_clone() else { break };
            match self.send_once(request, priority).await {
                Err(CallError::TooManyRequests {
                    retry_after: Some(pause),
                }) if pause <= self.limits.longest_wait => request = again,
                answer => return answer,
            }
        }
        self.send_once(request, priority).await
    }

    async fn send_once(&self, request: RequestBuilder, priority: Priority) -> Result<Dated, CallError> {
        let pass = self.gate.enter(priority).await;
        let begun = Instant::now();
        let proxy = self.proxy.as_deref();
        let response = request.send().await.map_err(|error| lost(error, proxy))?;
        let status = response.status();
        let at = response.headers().get(DATE);
        let at = at.and_then(|value| http_date(value.to_str().ok()?.trim()));
        if let Some(at) = at {
            self.clock.note(at, begun.elapsed());
        }
        let told = |name: &str| response.headers().get(name)?.to_str().ok()?.trim().parse().ok();
        pass.allowed(told(LIMIT));
        pass.answered(told(REMAINING));
        if status.is_success() {
            let body = read_limited(response, self.limits.max_answer).await?;
            return Ok(Dated { body, at });
        }
        let error = refusal(status, response).await;
        match &error {
            CallError::TooManyRequests {
                retry_after: Some(pause),
            } if *pause <= self.limits.longest_wait => pass.refused(*pause),
            _ => {}
        }
        Err(error)
    }
}

/// Proxies are for other machines: a proxy from the process environment must never see loopback traffic.
trait NoProxyForLoopback {
    fn no_proxy_for_loopback(self, address: &ApiAddress) -> Self;
}

impl NoProxyForLoopback for reqwest::ClientBuilder {
    fn no_proxy_for_loopback(self, address: &ApiAddress) -> Self {
        if address.as_str().starts_with("http:") {
            self.no_proxy()
        } else {
            self
        }
    }
}

/// `Retry-After`: seconds, or the moment of an HTTP date (RFC 9110, 10.2.3); one that has passed is no pause.
fn wanted_pause(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let left = http_date(text)?.seconds_since(Moment::now());
    Some(Duration::from_secs(u64::try_from(left).unwrap_or(0)))
}

/// The moment of an HTTP date.
fn http_date(text: &str) -> Option<Moment> {
    Some(Moment(jiff::fmt::rfc2822::parse(text).ok()?.timestamp()))
}

async fn refusal(status: StatusCode, response: Response) -> CallError {
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| wanted_pause(value.to_str().ok()?.trim()));
    if status.is_redirection() {
        return CallError::Redirected {
            status: status.as_u16(),
        };
    }
    match status {
        StatusCode::UNAUTHORIZED => return CallError::Unauthorized,
        StatusCode::TOO_MANY_REQUESTS => return CallError::TooManyRequests { retry_after },
        _ => {}
    }
    let body = read_limited(response, MAX_ERROR_BODY).await.unwrap_or_default();
    match error_body::read(status.as_u16(), &body) {
        ErrorBody::ReshareRequired(pending) => CallError::ReshareRequired { pending },
        ErrorBody::Conflicts(conflicts) => CallError::Conflicts(conflicts),
        ErrorBody::Refusal(refusal) => CallError::Refused(refusal),
    }
}

async fn read_limited(response: Response, limit: usize) -> Result<Answer, CallError> {
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(CallError::TooLarge { limit });
    }
    // Room for the whole answer from the start: growing would leave copies behind that nothing wipes.
    let mut body: Answer = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(16 * 1024)));
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| lost(error, None))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(CallError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        assert_eq!(wanted_pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            wanted_pause("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
        let soon = jiff::Timestamp::now()
            .checked_add(jiff::SignedDuration::from_secs(90))
            .unwrap();
        let text = soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let pause = wanted_pause(&text).unwrap();
        assert!((85..=90).contains(&pause.as_secs()), "{pause:?}");
        for text in ["", "-1", "soon", "1e9", "Wed, 99 Oct 2015 07:28:00 GMT"] {
            assert_eq!(wanted_pause(text), None, "{text}");
        }
    }

    #[test]
    fn no_id_leads_a_path_elsewhere() {
        for id in ["", ".", "..", "..."] {
            let path = format!("/projects/{}/deploy-tokens?x=..", segment(id));
            assert_eq!(leads_where_it_says(&path), Err(CallError::UnsendableId), "{id}");
        }
        for id in ["a", "..a", "../b", "%2e%2e", "a/b", "a?b#c"] {
            let path = format!("/projects/{}/deploy-tokens?x=..", segment(id));
            assert_eq!(leads_where_it_says(&path), Ok(()), "{id}");
        }
    }

    #[test]
    fn segments_are_encoded_like_encode_uri_component() {
        assert_eq!(segment("proj 1/ä"), "proj%201%2F%C3%A4");
        assert_eq!(segment("A-z_0.!~*'()"), "A-z_0.!~*'()");
        assert_eq!(segment("a:b?c#d+e"), "a%3Ab%3Fc%23d%2Be");
    }
}
