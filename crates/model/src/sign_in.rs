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

/// What getting in waits for, where that is neither a person nor a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInWork {
    /// The server says which ways in it has.
    AskServer,
    /// The session is put into the keychain, which may ask the user for something.
    Keep,
    /// The key file is opened, or made: a passphrase takes its time on purpose.
    OpenKeyFile,
    /// This machine becomes a device and gets the keys.
    Link,
    /// The command line's device becomes this program's.
    AdoptDevice,
}
