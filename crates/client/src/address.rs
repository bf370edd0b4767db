//! The address of an API: checked once, so that nothing else has to.

use model::AddressError;
use url::{Host, Url};

/// The hosted service (docs/protocol.md 1.1).
pub const HOSTED: &str = "https://ghostable.dev/api/v2";

/// A base address that credentials may be sent to: https, or http on the loopback interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAddress(Url);

impl ApiAddress {
    /// Reads and checks an address; slashes at its end are dropped.
    ///
    /// # Errors
    /// [`AddressError`] says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let mut url = Url::parse(text.trim()).map_err(|_| AddressError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Query);
        }
        let host = url.host().ok_or(AddressError::NotAnAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(AddressError::NotHttps),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Whether a page that the server names may be opened in a browser: https, or on this machine if the server is there,
    /// too; without a user name or password inside.
    pub(super) fn may_open(&self, page: &str) -> bool {
        let Ok(page) = Url::parse(page) else { return false };
        let here = page.host().is_some_and(|host| is_loopback(&host)) && self.is_loopback();
        let safe = match page.scheme() {
            "https" => page.host().is_some(),
            "http" => here,
            _ => false,
        };
        safe && page.username().is_empty() && page.password().is_none()
    }

    /// The address of `path`, which starts with a slash and is already encoded.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(|host| is_loopback(&host))
    }

    /// The host, and the port where it is not the scheme's own: how people recognise a server.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The whole address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_only_here() {
        for good in [
            HOSTED,
            "http://127.0.0.1:8080/api/v2/",
            "http://localhost/api/v2",
            "http://[::1]:1/x",
        ] {
            assert!(ApiAddress::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("http://ghostable.dev/api/v2", AddressError::NotHttps),
            ("http://127.0.0.1.evil.example/", AddressError::NotHttps),
            ("ftp://localhost/", AddressError::NotHttps),
            ("ghostable.dev/api", AddressError::NotAnAddress),
            ("", AddressError::NotAnAddress),
            ("https://me:pw@ghostable.dev/", AddressError::Credentials),
            ("https://ghostable.dev/?a=1", AddressError::Query),
        ] {
            assert_eq!(ApiAddress::parse(bad), Err(why), "{bad}");
        }
        let address = ApiAddress::parse("http://127.0.0.1:8080/api/v2/").unwrap();
        assert_eq!(address.join("/user"), "http://127.0.0.1:8080/api/v2/user");
        assert_eq!(address.host(), "127.0.0.1:8080");
    }

    #[test]
    fn only_a_safe_page_is_opened() {
        let here = ApiAddress::parse("http://127.0.0.1:8080/api/v2/").unwrap();
        let hosted = ApiAddress::parse(HOSTED).unwrap();
        assert!(hosted.may_open("https://ghostable.dev/cli?x=1"));
        assert!(here.may_open("http://127.0.0.1:9/sign-in/x"));
        for (page, server) in [
            ("http://ghostable.dev/", &here),
            ("http://127.0.0.1:9/", &hosted),
            ("javascript:alert(1)", &here),
            ("file:///etc/passwd", &here),
            ("https://me:pw@ghostable.dev/", &here),
            ("https://", &here),
            ("here", &here),
        ] {
            assert!(!server.may_open(page), "{page}");
        }
    }
}
