//! The steps of handing out a token, what is known about its reach, and the issuance itself.

use super::Problem;
use protocol::secret::{CiToken, DeploySeed};
use protocol::{DeployToken, Lifetime, TokenName};

/// The variable that holds the CI token (docs/protocol.md 1.1).
pub const CI_TOKEN_VARIABLE: &str = "GHOSTABLE_CI_TOKEN";
/// The variable that holds the seed (docs/protocol.md 8.2).
pub const SEED_VARIABLE: &str = "GHOSTABLE_DEPLOY_SEED";

/// Which operation issues the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuanceKind {
    /// A new token.
    Create,
    /// New secrets for a token that exists.
    Rotate,
    /// A new token beside one that stays until CI has the new values.
    Replace,
}

/// A token that is to be made, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    pub name: String,
    /// For how long its CI token is to work.
    pub lifetime: Lifetime,
}

impl NewToken {
    /// One of the same name.
    pub fn like(token: &DeployToken, lifetime: Lifetime) -> Self {
        Self {
            name: token.name.clone(),
            lifetime,
        }
    }
}

impl From<&TokenName> for NewToken {
    fn from(name: &TokenName) -> Self {
        Self {
            name: name.as_str().to_owned(),
            lifetime: Lifetime::default(),
        }
    }
}

/// A step of an operation, in the order in which they run. Not every operation has every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before any write: identity, environment key, lists and recipients are checked (docs/protocol.md 7.6).
    Check,
    /// The key pair is made on this machine.
    Mint,
    /// The public half is registered with the server, and with it the environment key that is sealed for it.
    Register,
    /// The environment key is read again, to see whether it is sealed for everybody.
    ReadBack,
    /// The server is told to end the token.
    Revoke,
    /// The environment key is sealed for this many recipients.
    Seal {
        /// Devices and tokens together.
        recipients: usize,
    },
    /// The sealed key is published.
    Publish,
    /// Variables are read, and opened with the key that the environment has.
    Open,
    /// Variables are uploaded under a new key.
    Upload {
        /// How many.
        variables: usize,
    },
    /// Everything is read again, and opened with the key that the environment has now.
    Prove,
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
            Self::ReadBack => "Looking whether the key arrived".to_owned(),
            Self::Revoke => "Ending the CI token".to_owned(),
            Self::Seal { recipients: 1 } => "Sealing for 1 recipient".to_owned(),
            Self::Seal { recipients } => format!("Sealing for {recipients} recipients"),
            Self::Publish => "Publishing the sealed key".to_owned(),
            Self::Open => "Reading and opening the variables".to_owned(),
            Self::Upload { variables: 1 } => "Uploading 1 variable under the new key".to_owned(),
            Self::Upload { variables } => format!("Uploading {variables} variables under the new key"),
            Self::Prove => "Reading everything again".to_owned(),
            Self::Done => "Done".to_owned(),
        }
    }
}

/// The CI token of an issuance.
#[derive(Clone, Debug)]
pub enum CiTokenOutcome {
    /// The server made one.
    Issued(CiToken),
    /// Rotate gave none: the one that CI has stays valid, only the seed changed (docs/protocol.md 7.2).
    Kept,
    /// Create gave none: no runner can sign in with this token (docs/protocol.md C9).
    Missing,
}

impl CiTokenOutcome {
    /// What an answer with this CI token, or without one, means.
    pub fn of(ci_token: Option<CiToken>, kind: IssuanceKind) -> Self {
        match (ci_token, kind) {
            (Some(token), _) => Self::Issued(token),
            (None, IssuanceKind::Rotate) => Self::Kept,
            (None, IssuanceKind::Create | IssuanceKind::Replace) => Self::Missing,
        }
    }
}

/// Something odd about an answer that did not stop the issuance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The answer carried two different CI tokens; the one the command line prints was taken.
    TwoCiTokens,
    /// The record could not be read; what it lacks.
    MalformedRecord(&'static str),
    /// The answer was lost, and the token was found again by its public key.
    AnswerLost,
}

/// What create and rotate hand over, once. Dropping it wipes both secrets.
#[derive(Clone, Debug)]
pub struct Issuance {
    /// Created, rotated, or created to replace another one.
    pub kind: IssuanceKind,
    /// The token as the server answered it.
    pub token: DeployToken,
    /// `GHOSTABLE_CI_TOKEN`.
    pub ci_token: CiTokenOutcome,
    /// `GHOSTABLE_DEPLOY_SEED`.
    pub seed: DeploySeed,
    /// For how many recipients the environment key was sealed, or why it was not.
    pub share: Result<usize, Problem>,
    /// What the user should know beside that.
    pub notes: Vec<Note>,
}

impl PartialEq for Issuance {
    /// Two issuances are the same when they are of the same token and key; secrets are not compared.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.token == other.token
            && self.share == other.share
            && self.notes == other.notes
    }
}
