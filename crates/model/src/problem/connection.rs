//! Why no trusted connection was made: the server's certificate, or the proxy on the way. Nothing was sent in any case.

use protocol::Moment;

/// What is wrong with a server's certificate, as this machine sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFlaw {
    /// Nobody whom this machine trusts has signed it.
    #[error("its issuer is not known")]
    UnknownIssuer,
    /// It has ended, by this machine's clock.
    #[error("it has expired")]
    Expired {
        /// When, and what the clock said, where the library tells.
        ended: Option<(Moment, Moment)>,
    },
    /// It begins in the future, by this machine's clock.
    #[error("it is not valid yet")]
    NotValidYet {
        /// When, and what the clock said, where the library tells.
        begins: Option<(Moment, Moment)>,
    },
    /// It is for other names than the one that was called.
    #[error("it is for another name")]
    OtherName {
        /// Those that it is for, where the library tells.
        names: Vec<String>,
    },
    /// Its issuer has taken it back.
    #[error("it was revoked")]
    Revoked,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// What a proxy did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyFlaw {
    /// It cannot be reached itself.
    Unreachable,
    /// It wants a user name and a password, or other ones.
    WantsPassword,
    /// It does not reach the server, or does not let anybody through to it.
    NoWayThrough,
}
