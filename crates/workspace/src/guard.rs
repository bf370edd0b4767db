//! The gate before every route: only programs of this machine that mean this server get through.
//!
//! A web page can make a browser send requests to loopback addresses, and a hostile name server can make its own name
//! point there (DNS rebinding). Browsers tell both by `Origin` and `Host`; this API is never called from a page, so an
//! `Origin` is refused whatever it says, and `Host` has to be the server's own address. The one page that the server
//! has itself, the confirmation of a browser sign-in, may send its form, with its own `Origin`.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use super::routes::PAGE;

/// The names under which the server may be called.
#[derive(Clone, Debug)]
pub(super) struct OwnHosts([String; 4]);

impl OwnHosts {
    /// For a server that listens here.
    pub(super) fn of(address: SocketAddr) -> Self {
        let port = address.port();
        Self([
            address.to_string(),
            format!("127.0.0.1:{port}"),
            format!("localhost:{port}"),
            format!("[::1]:{port}"),
        ])
    }

    fn has(&self, host: &str) -> bool {
        self.0.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

/// Lets a request through, or answers 403.
pub(super) async fn check(State(own): State<OwnHosts>, request: Request, next: Next) -> Response {
    match refusal(&own, &request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

fn refusal(own: &OwnHosts, request: &Request) -> Option<Refusal> {
    if request.headers().contains_key(header::ORIGIN) && !is_own_form(request) {
        return Some(Refusal::new(
            StatusCode::FORBIDDEN,
            "Requests from web pages are refused.",
        ));
    }
    let hosts = request.headers().get_all(header::HOST);
    let mut hosts = hosts.iter().map(|host| host.to_str().unwrap_or_default());
    let host_fits = matches!((hosts.next(), hosts.next()), (Some(host), None) if own.has(host));
    let target_fits = request
        .uri()
        .authority()
        .is_none_or(|authority| own.has(authority.as_str()));
    (!host_fits || !target_fits).then(|| {
        let message = "This server answers to its own address only.";
        Refusal::new(StatusCode::FORBIDDEN, message)
    })
}

/// Whether the confirmation page sends its form: same origin to the letter.
fn is_own_form(request: &Request) -> bool {
    let one = |name| {
        let mut values = request.headers().get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    };
    let same_origin = match (one(header::ORIGIN), one(header::HOST)) {
        (Some(origin), Some(host)) => origin.strip_prefix("http://") == Some(host),
        _ => false,
    };
    same_origin && request.method() == Method::POST && request.uri().path().starts_with(PAGE)
}
