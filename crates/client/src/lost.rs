//! Why a call ended without an answer, from what the libraries below say.

use std::error::Error;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::ApiAddress;
use model::{CallError, CertificateFlaw, ProxyFlaw, Sent};
use protocol::Moment;

/// The most names of a certificate that are told.
const MOST_NAMES: usize = 5;

/// The proxy that calls to an address go through by the variables of the process (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), as the
/// client itself reads them, without user name and password.
pub(super) fn proxy_for(address: &ApiAddress) -> Option<String> {
    let destination: http::Uri = address.as_str().parse().ok()?;
    // Plain HTTP is for this machine alone, and never goes through one.
    if destination.scheme_str() != Some("https") {
        return None;
    }
    let proxy = Matcher::from_system().intercept(&destination)?;
    let (uri, host) = (proxy.uri(), proxy.uri().host()?);
    let scheme = uri.scheme_str().unwrap_or("http");
    Some(match uri.port_u16() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// What became of a call that has no answer, which went through a proxy if there is one.
pub(super) fn lost(error: reqwest::Error, proxy: Option<&str>) -> CallError {
    if let Some(flaw) = certificate_flaw(&error) {
        return CallError::Untrusted(flaw);
    }
    let sent = if error.is_connect() || error.is_builder() {
        Sent::No
    } else {
        Sent::Maybe
    };
    if error.is_timeout() {
        return CallError::TimedOut { sent };
    }
    // The address may be private, and it is known anyway.
    let cause = said(&error.without_url());
    match (proxy, sent) {
        (Some(proxy), Sent::No) => CallError::Proxy {
            proxy: proxy.to_owned(),
            flaw: proxy_flaw(&cause),
        },
        _ => CallError::Unreachable { sent, cause },
    }
}

/// What a library said, down to its first cause.
pub(super) fn said(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        below = cause.source();
    }
    said
}

/// The library below has no types for them that could be looked at, so that its words are (hyper-util: `TunnelError`,
/// `SocksError`; tests/it/network.rs has each from a real proxy).
fn proxy_flaw(cause: &str) -> ProxyFlaw {
    const PASSWORD: [&str; 4] = [
        "proxy authorization required",
        "credentials not accepted",
        "does not support user/pass authentication",
        "implements authentication incorrectly",
    ];
    let is_handshake = cause.contains("tunnel error: ") || cause.contains("SOCKS error: ");
    if PASSWORD.iter().any(|words| cause.contains(words)) {
        ProxyFlaw::WantsPassword
    } else if is_handshake && !cause.contains("failed to create underlying connection") {
        ProxyFlaw::NoWayThrough
    } else {
        ProxyFlaw::Unreachable
    }
}

/// What is wrong with the certificate, where that is why.
fn certificate_flaw(error: &(dyn Error + 'static)) -> Option<CertificateFlaw> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let inner: Option<&(dyn Error + 'static)> = inner.map(|it| it as _);
        let found = [Some(error), inner].into_iter().flatten();
        if let Some(tls) = found.filter_map(|it| it.downcast_ref::<rustls::Error>()).next() {
            return of_tls(tls);
        }
        next = inner.or_else(|| error.source());
    }
    None
}

fn of_tls(error: &rustls::Error) -> Option<CertificateFlaw> {
    let rustls::Error::InvalidCertificate(error) = error else {
        return None;
    };
    Some(match error {
        CertificateError::UnknownIssuer => CertificateFlaw::UnknownIssuer,
        CertificateError::Expired => CertificateFlaw::Expired { ended: None },
        CertificateError::ExpiredContext { time, not_after } => CertificateFlaw::Expired {
            ended: both(*not_after, *time),
        },
        CertificateError::NotValidYet => CertificateFlaw::NotValidYet { begins: None },
        CertificateError::NotValidYetContext { time, not_before } => CertificateFlaw::NotValidYet {
            begins: both(*not_before, *time),
        },
        CertificateError::NotValidForName => CertificateFlaw::OtherName { names: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => CertificateFlaw::OtherName {
            names: presented
                .iter()
                .take(MOST_NAMES)
                .map(|name| plain(name))
                .collect(),
        },
        CertificateError::Revoked => CertificateFlaw::Revoked,
        other => CertificateFlaw::Other(other.to_string()),
    })
}

/// `DnsName("x")` and `IpAddress(::1)` are what the library calls them.
fn plain(name: &str) -> String {
    let bare = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    bare.unwrap_or(name).trim_matches('"').to_owned()
}

fn both(first: UnixTime, second: UnixTime) -> Option<(Moment, Moment)> {
    let moment = |time: UnixTime| {
        let seconds = i64::try_from(time.as_secs()).ok()?;
        Some(Moment(jiff::Timestamp::from_second(seconds).ok()?))
    };
    Some((moment(first)?, moment(second)?))
}
