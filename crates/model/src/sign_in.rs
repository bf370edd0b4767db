//! Signing in by the browser, as it is shown.

/// How a browser sign-in ended without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInEnd {
    /// The e-mail address has to be verified first.
    VerificationRequired,
    /// Nobody answered in time.
    Expired,
    /// It was cancelled in the browser.
    Cancelled,
}

/// What is told while waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The server answers, and nobody has decided yet.
    ForPerson,
    /// The server does not answer; it is asked again until the ticket ends.
    ForServer,
}
