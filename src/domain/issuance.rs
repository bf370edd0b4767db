//! The steps of handing out a token, and what is known about its reach.

/// Which operation issues the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuanceKind {
    /// A new token.
    Create,
    /// New secrets for a token that exists.
    Rotate,
}

/// A step of an operation, in the order in which they run. Not every operation has every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before any write: identity, environment key, lists and recipients are checked (docs/protocol.md 7.6).
    Check,
    /// The key pair is made on this machine.
    Mint,
    /// The public half is registered with the server.
    Register,
    /// The server is told to end the token.
    Revoke,
    /// The environment key is sealed for this many recipients.
    Seal {
        /// Devices and tokens together.
        recipients: usize,
    },
    /// The sealed key is published.
    Publish,
    /// Everything is done.
    Done,
}

impl Step {
    /// What the user reads while it runs.
    pub fn label(self) -> String {
        match self {
            Self::Check => "Checking access".to_owned(),
            Self::Mint => "Making the key pair on this machine".to_owned(),
            Self::Register => "Registering the public key".to_owned(),
            Self::Revoke => "Ending the CI token".to_owned(),
            Self::Seal { recipients: 1 } => "Sealing for 1 recipient".to_owned(),
            Self::Seal { recipients } => format!("Sealing for {recipients} recipients"),
            Self::Publish => "Publishing the sealed key".to_owned(),
            Self::Done => "Done".to_owned(),
        }
    }
}

/// Whether the recipients of an environment have its key after an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// The server took the sealed key.
    Shared {
        /// For how many recipients.
        recipients: usize,
    },
    /// It is not shared; why, and what to do.
    NotShared(super::Message),
}

impl ShareState {
    /// Whether the server took the sealed key.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Shared { .. })
    }
}
