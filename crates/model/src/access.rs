//! Key access: who holds the key of an environment, and who should not.

use protocol::{DeployTokenId, DeviceId, Fingerprint, Moment, Occurrence};

/// One device or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Device or token, by id.
    pub kind: HolderKind,
    /// Its name.
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
        /// Its id.
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
