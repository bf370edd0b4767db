//! Why something that a person gave cannot be used. Never repeats it.

/// A text in which neither is found. It never repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeakError {
    /// There is nothing in it.
    #[error("there is nothing in it")]
    Empty,
    /// Nothing in it is, or may be, one of the two.
    #[error("neither GHOSTABLE_CI_TOKEN nor GHOSTABLE_DEPLOY_SEED is in it")]
    Neither,
    /// It is too long to be looked through at once.
    #[error("it is longer than 50 megabytes")]
    TooLong,
}

/// Why an address is refused. None of them repeats the address: it may carry a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an absolute address.
    #[error("it is not a complete web address")]
    NotAnAddress,
    /// http to another machine, or another scheme.
    #[error("it does not start with https (plain http is only for this machine)")]
    NotHttps,
    /// User name or password inside.
    #[error("it has a user name or password inside")]
    Credentials,
    /// A query or fragment.
    #[error("it has a query or fragment (a part after ? or #)")]
    Query,
}
