//! What can go wrong between here and a server. No variant carries a secret, a body or an address.

use std::time::Duration;

use super::{CertificateFlaw, ProxyFlaw};
use protocol::wire::WireError;
use protocol::wire::error::{Conflict, Refusal};

/// Whether a request may have had an effect although it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It never left: no connection was made.
    No,
    /// It may have reached the server, and the answer was lost.
    Maybe,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Calls could not be set up: TLS, certificates, the resolver.
    #[error("the HTTP client could not be set up: {cause}")]
    Setup {
        /// What the library said.
        cause: String,
    },
    /// The server could not be reached, or the connection was lost.
    #[error("the server could not be reached: {cause}")]
    Unreachable {
        /// Whether the request may have had an effect.
        sent: Sent,
        /// What the network said; stripped of the address.
        cause: String,
    },
    /// The server's certificate cannot be trusted, so that nothing was sent.
    #[error("the server's certificate cannot be trusted: {0}")]
    Untrusted(#[source] CertificateFlaw),
    /// The proxy on the way to the server did not do its part, so that nothing reached the server.
    #[error("the proxy {proxy} could not be used")]
    Proxy {
        /// Its address, without user name and password.
        proxy: String,
        /// What it did not do.
        flaw: ProxyFlaw,
    },
    /// No answer in time.
    #[error("the server did not answer in time")]
    TimedOut {
        /// Whether the request may have had an effect.
        sent: Sent,
    },
    /// 401: the bearer token is not valid (any more).
    #[error("the server does not accept this sign-in")]
    Unauthorized,
    /// The bearer token has characters that no request can carry, so that none was made.
    #[error("the token has characters that cannot be sent")]
    UnsendableToken,
    /// An id is empty or leads elsewhere in an address, so that no request was made.
    #[error("an id cannot be part of an address")]
    UnsendableId,
    /// 409 `ENV_KEY_RESHARE_REQUIRED` (docs/protocol.md 6.3).
    #[error("the environment key is not shared with this device")]
    ReshareRequired {
        /// The requests a colleague can fulfil.
        pending: Vec<String>,
    },
    /// 409 with version conflicts (docs/protocol.md 9.3).
    #[error("the server has newer versions of {} variables", .0.len())]
    Conflicts(Vec<Conflict>),
    /// 429, also after waiting.
    #[error("the server asks to slow down")]
    TooManyRequests {
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect: credentials are not sent on to another address.
    #[error("the server redirects elsewhere")]
    Redirected { status: u16 },
    /// Any other status outside 200..299.
    #[error("the server refused with status {}", .0.status)]
    Refused(Refusal),
    /// The answer is larger than this client takes.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// The answer cannot be read. For a write this means that it may have had an effect.
    #[error("the answer cannot be read")]
    Malformed(#[source] WireError),
}

impl CallError {
    /// Whether the request never left this machine, so that nothing can have come of it. Whatever a server or a gateway before
    /// it has answered is no such proof: a gateway can refuse after the server has acted.
    pub fn was_not_sent(&self) -> bool {
        match self {
            Self::Setup { .. } | Self::UnsendableToken | Self::UnsendableId => true,
            Self::Untrusted(_) | Self::Proxy { .. } => true,
            Self::Unreachable { sent, .. } | Self::TimedOut { sent } => *sent == Sent::No,
            _ => false,
        }
    }

    /// Whether nothing but another sign-in helps.
    pub fn needs_sign_in(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::UnsendableToken)
    }

    /// Whether a write that ended with this error may have had an effect on the server.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Unreachable { sent, .. } | Self::TimedOut { sent } => *sent == Sent::Maybe,
            Self::TooLarge { .. } | Self::Malformed(_) => true,
            // 408 and 499 are a gateway's words for a server that it did not wait for.
            Self::Refused(refusal) => refusal.status >= 500 || matches!(refusal.status, 408 | 499),
            _ => false,
        }
    }

    /// Whether it can be over by itself: the network, a server that is overloaded, starting or broken for the moment. 501
    /// says that it never will.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::TooManyRequests { .. } => true,
            Self::Proxy { flaw, .. } => *flaw != ProxyFlaw::WantsPassword,
            Self::Refused(refusal) => refusal.status >= 500 && refusal.status != 501,
            _ => false,
        }
    }

    /// How long the server asked to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// Whether the server was not reached, or did not answer.
    pub fn is_network(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::Setup { .. }
                | Self::Untrusted(_)
                | Self::Proxy { .. }
        )
    }

    /// Whether no answer came in time.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// The status, where the server gave one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized => Some(401),
            Self::ReshareRequired { .. } | Self::Conflicts(_) => Some(409),
            Self::TooManyRequests { .. } => Some(429),
            Self::Redirected { status } => Some(*status),
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }
}

impl From<WireError> for CallError {
    fn from(error: WireError) -> Self {
        Self::Malformed(error)
    }
}
