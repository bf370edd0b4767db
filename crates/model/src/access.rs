//! Key access: who holds the key of an environment, and who should not.

use super::Problem;
use protocol::crypto::OpenError;
use protocol::{DeployTokenId, DeviceId, EnvironmentName, Fingerprint, Moment, Occurrence};

/// One device or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Device or token, by id.
    pub kind: HolderKind,
    pub name: String,
    /// Of its public key, as the server lists it.
    pub fingerprint: Option<Fingerprint>,
    /// Since when it is there.
    pub since: Option<Moment>,
    /// When it was last heard from; of a token: when a runner last fetched with it.
    pub last_seen: Occurrence,
    /// How it stands with the key.
    pub standing: Standing,
}

/// What a holder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// A person's machine.
    Device {
        id: DeviceId,
        /// Whether it is this one.
        own: bool,
        /// System and architecture.
        platform: String,
    },
    /// A deploy token.
    Token {
        /// Its id, where the entry has one.
        id: Option<DeployTokenId>,
    },
}

/// How a device or token stands with the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The key is sealed for it; where the server does not tell: it is among those that each publication is sealed for.
    Holds,
    /// It should hold the key and does not yet.
    Waits {
        /// Since when it has asked for it; `None` where it has not, as far as is known.
        since: Option<Moment>,
    },
    /// It should not hold the key, or cannot.
    Flawed(Flaw),
}

impl Standing {
    /// A stable word for other programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Holds => "yes",
            Self::Waits { .. } => "waits",
            Self::Flawed(Flaw::Revoked { .. }) => "no_longer",
            Self::Flawed(_) => "should_not",
        }
    }
}

/// Why a device or token is pointed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It was revoked and is still listed; what it kept opens what was sealed before (docs/protocol.md 6.5).
    Revoked {
        /// Since when, where known.
        at: Option<Moment>,
    },
    /// It is revoked, or not listed any more, and the key is still sealed for it (docs/protocol.md G32).
    StillSealed,
    /// Its status is not known to this program: it may be active, so it is sealed for.
    OtherStatus(String),
    /// Its public key is not one: nothing can be sealed for it.
    UnusableKey,
    /// The server has this machine's device with another key than the one that is stored here.
    ForeignKey,
    /// It shares its public key with another one, so that revoking one leaves the other able to open the key.
    SharedKey,
    /// The entry cannot be read as a whole; what it lacks.
    Malformed(&'static str),
}

/// How an environment whose key cannot be shared as it is gets one that can, once the user has said yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// Nothing was ever pushed: the first key is made (docs/protocol.md G3).
    FirstKey,
    /// Nobody has the newest key: a further one is made (docs/protocol.md 6.5, G22).
    FurtherKey,
    /// The key was sealed when the environment had this name: it is sealed anew under the name of today
    /// (docs/protocol.md G21).
    FormerName(EnvironmentName),
    /// The envelope does not say what it is for: the key in it is sealed anew (docs/protocol.md 6.1).
    Unnamed,
}

impl WayOut {
    /// What helps against a problem with a key; `None` where nothing but a colleague does.
    pub fn of(problem: &Problem) -> Option<Self> {
        match problem {
            Problem::NoKey => Some(Self::FirstKey),
            Problem::Open(OpenError::NoEnvelope) => Some(Self::FurtherKey),
            Problem::Open(OpenError::SealedUnderName { name }) => Some(Self::FormerName(name.clone())),
            Problem::Open(OpenError::Unnamed) => Some(Self::Unnamed),
            _ => None,
        }
    }

    /// Whether a key is made, which takes the list of tokens: without it every runner would be locked out.
    pub fn makes_a_key(&self) -> bool {
        matches!(self, Self::FirstKey | Self::FurtherKey)
    }
}
