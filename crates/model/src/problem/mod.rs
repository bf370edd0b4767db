//! What can go wrong, as one value that can be kept, compared and worded later.

mod call;
mod connection;
mod input;
mod journal;
mod keychain;
mod machine;
mod manifest;

pub use call::{CallError, Sent};
pub use connection::{CertificateFlaw, ProxyFlaw};
pub use input::{AddressError, LeakError};
pub use journal::{EntryError, JournalError};
pub use keychain::{KeychainError, KeysIn, Owner, Part};
pub use machine::{LocalWorkspaceError, MachineError};
pub use manifest::{ManifestError, ManifestFlaw};

use protocol::crypto::{BundleProblemKind, CryptoError, OpenError, SeedError};
use protocol::token::FindError;
use protocol::{DeployTokenId, DeviceId, EnvironmentName, NameError};

use super::destinations::{DestinationError, SendError};
use super::{Pauses, SignInEnd};
use std::time::Duration;

/// What the system said about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IoCause {
    /// Which kind of failure it was.
    pub kind: std::io::ErrorKind,
    said: String,
}

impl From<std::io::Error> for IoCause {
    fn from(error: std::io::Error) -> Self {
        Self {
            kind: error.kind(),
            said: error.to_string(),
        }
    }
}

impl std::fmt::Display for IoCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.said)
    }
}

/// What went wrong: the facts, from which the crate `text` makes words when it is shown, and which exit codes and retries
/// ask. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The API could not be called, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The environment key could not be opened.
    #[error("the environment key could not be opened")]
    Open(#[from] OpenError),
    /// Sealing or signing failed.
    #[error("sealing failed")]
    Crypto(#[from] CryptoError),
    /// No project has that id or name.
    #[error("there is no project “{wanted}”")]
    UnknownProject {
        /// What was asked for; empty for "any".
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No environment has that name or id.
    #[error("there is no environment “{wanted}”")]
    UnknownEnvironment {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No token, or several, by that name.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A text is no destination to which values could be sent.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Values were not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// This machine has no device identity yet.
    #[error("this machine is not linked as a device")]
    NoDevice,
    /// This machine's device is not (or no longer) one that may hold this environment's key.
    #[error("this device is not among the active devices of the environment")]
    NotARecipient,
    /// The server has another public key for this device than belongs to the one that this machine uses: what is kept here was
    /// damaged or exchanged.
    #[error("the {half} is not the one that the server has")]
    OtherKeys {
        /// The signing or the encryption key.
        half: Part,
        /// Where this machine has it from.
        kept: KeysIn,
    },
    /// The environment exists and has no key.
    #[error("the environment has no key yet")]
    NoKey,
    /// The server shows deploy tokens to admins of the organisation alone (docs/protocol.md 16).
    #[error("only admins of the organisation may see and change its deploy tokens")]
    NotAnAdmin,
    /// The server shows the activity to admins and auditors alone, on plans that have it (docs/protocol.md 16, 17).
    #[error("the activity may not be read")]
    ActivityNotShown,
    /// The server took a key, and gives another one, or another envelope: somebody else's publication counts
    /// (docs/protocol.md 6.4, G24).
    #[error("somebody else's publication of the key counts")]
    Overtaken,
    /// The server does not tell in which environment a token is, so its key cannot be found.
    #[error("the server does not tell the environment")]
    NoEnvironment,
    /// Somebody who may hold the key would lose it: nothing can be sealed for them, because the server's list does not tell
    /// their key, nor can what is sealed for them be kept, because its envelope does not tell that (docs/protocol.md 6.4).
    #[error("{who} may hold the key and would lose it")]
    WouldLoseKey {
        /// Name or id.
        who: String,
    },
    /// The key is sealed for a recipient of a type that this program does not know, and could not publish again.
    #[error("the key is sealed for a recipient of the type “{of}”")]
    OtherRecipient {
        /// The type.
        of: String,
    },
    /// The name under which the key was sealed is another environment's now, so that the key may be that one's.
    #[error("another environment is called “{name}” now")]
    FormerNameInUse {
        /// That name.
        name: EnvironmentName,
    },
    /// The token is in the wrong state for what was asked.
    #[error("{0}")]
    WrongState(WrongState),
    /// The server answered, and afterwards says that nothing changed.
    #[error("the server accepted the call, but did not do it")]
    NotDone,
    /// A write's answer was lost, and what it did cannot be found out now.
    #[error("the answer was lost, and the server cannot be asked what it did")]
    Uncertain(#[source] Box<Problem>),
    /// The token was registered, but no CI token could be had for it; it was revoked again.
    #[error("the server gave no CI token; the token was revoked again")]
    TakenBack(DeployTokenId),
    /// The answer names the token but not in a state in which a runner can use it.
    #[error("the server did not register the token as it was asked to")]
    Misregistered,
    /// A re-share request that cannot be fulfilled.
    #[error(transparent)]
    Request(RequestError),
    /// The keys of a new device could not be stored; the device was revoked again.
    #[error("the keys of this device could not be stored")]
    NotStored(#[source] KeychainError),
    /// The server registered a new device with another key; it was revoked again.
    #[error("the server registered this device with another key")]
    WrongDevice,
    /// Linking failed, and the device that was registered could not be revoked again.
    #[error("linking failed, and the registered device could not be revoked again")]
    HalfLinked {
        /// The device that is left on the server. Nobody has its keys.
        device: DeviceId,
        /// Why linking failed.
        why: Box<Problem>,
        /// Why revoking failed.
        cause: CallError,
    },
    /// The device is revoked, but its keys could not be removed.
    #[error("the keys of this device could not be removed")]
    NotForgotten(#[source] KeychainError),
    /// The manifest of a folder cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The operation could not be written ahead, so it was not begun.
    #[error("the journal cannot be used")]
    Journal(#[from] JournalError),
    /// What was asked for has to be written down for longer than a process lives, and there is nowhere to.
    #[error("there is no journal")]
    NoJournal,
    /// Another window or command works in the same environment, or on the same operation.
    #[error("another window or command is at work here")]
    Busy,
    /// An interrupted operation cannot be treated like that.
    #[error("{0}")]
    NotResumable(ResumeError),
    /// The keychain did not do what was asked.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The user did not want to wait for the server's answer any more.
    #[error("the server's answer was not waited for")]
    NotAwaited,
    /// A name that no token can have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A seed that is none.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// An address that no API can have.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A text in which nothing leaked.
    #[error(transparent)]
    Leak(#[from] LeakError),
    /// What leaked fits no token that the user can see.
    #[error("what leaked fits no token")]
    NobodysLeak {
        /// Whether the server still accepts a CI token in it; `None` where it was not asked about all of them.
        works: Option<bool>,
        /// Something in it is cut, masked or put together of several lines, so that nothing can be said about it.
        in_parts: bool,
    },
    /// A sign-in by browser ended without a session.
    #[error("the sign-in ended without a session")]
    SignIn(SignInEnd),
    /// E-mail address, password or code is wrong.
    #[error("the server refused the password")]
    PasswordRefused {
        /// The server's own words, where it gave some.
        detail: Option<String>,
        /// Whether a one-time code went with it.
        with_code: bool,
    },
    /// There is no session for a server, and nobody to ask for one.
    #[error("there is no sign-in for {host}")]
    NoSession {
        /// The server's host.
        host: String,
        /// Whether there is a keychain that could have one.
        keychain: bool,
    },
    /// A project that the user cannot see.
    #[error("the project {name} is not among the user's")]
    ForeignProject {
        /// Its name, or else its id.
        name: String,
    },
    /// A runner with what was issued does not decrypt everything.
    #[error("a runner decrypts {decrypted} of {total} variables")]
    Unverified {
        /// Of what the first trouble is, where it has a name.
        name: Option<String>,
        /// The first trouble, where one was named.
        kind: Option<BundleProblemKind>,
        /// How many variables it decrypts.
        decrypted: usize,
        /// Of how many.
        total: usize,
    },
    /// The same, of several environments that were worked on: in this one.
    #[error("{environment}: {problem}")]
    In {
        /// Its name.
        environment: EnvironmentName,
        /// What went wrong there.
        problem: Box<Problem>,
    },
    /// The machine did not do what was asked of it.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The local workspace cannot be opened or served.
    #[error(transparent)]
    Workspace(#[from] LocalWorkspaceError),
    /// Variables that the environment's key does not open.
    #[error("{} variables cannot be opened", names.len())]
    Unopened {
        /// Their names.
        names: Vec<String>,
        /// Whether the key was changed before it was found out.
        is_renewed: bool,
    },
    /// The environment's key is new, or may be, and not everything is under it yet.
    #[error("the key is new, and not everything is under it yet")]
    RenewalUnfinished(#[source] Box<Problem>),
    /// A renewal of this environment's key was interrupted, and comes first.
    #[error("a renewal of the key was interrupted")]
    RenewalPending,
    /// Tokens of this environment wait to be revoked, and would get the new key.
    #[error("tokens wait to be revoked before the key is renewed")]
    RevokeFirst,
    /// A background task ended before its result.
    #[error("a background task was stopped")]
    Stopped,
}

/// Why an interrupted operation cannot be finished, revoked or forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// There is nothing to finish or to revoke: nothing of it is active.
    #[error("nothing of the interrupted operation is active")]
    NotActive,
    /// Forgetting it would leave an active token that nobody holds.
    #[error("the token of the interrupted operation is active")]
    StillActive,
    /// Forgetting it would lose the only key of variables.
    #[error("variables are under a key that is nowhere else")]
    OnlyKey,
    /// The entry cannot be read.
    #[error("the entry cannot be read: {0}")]
    Unreadable(EntryError),
    /// The secrets of a replacement's successor were not handed over yet.
    #[error("the successor's secrets were not handed over yet")]
    NotHandedOver,
    /// Its values were shown longer ago than they are kept.
    #[error("the values of the operation are gone")]
    ValuesGone,
    /// It belongs to another server.
    #[error("the operation belongs to another server")]
    Elsewhere,
}

/// A token in the wrong state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongState {
    /// It is revoked already.
    #[error("the token is already revoked")]
    AlreadyRevoked,
    /// It is being replaced already, or replaces another one.
    #[error("the token is part of a replacement already")]
    BeingReplaced,
    /// It is not being replaced.
    #[error("the token is not being replaced")]
    NotBeingReplaced,
    /// The successor is not active, so that the old token has to stay.
    #[error("the successor is not active")]
    SuccessorGone,
    /// It is still active, and only revoked tokens are deleted.
    #[error("the token is still active")]
    StillActive,
}

/// Why a request cannot be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No pending request that this device can answer has this id.
    #[error("there is no such request that waits for this device")]
    Unknown(String),
    /// It was answered, cancelled or superseded meanwhile.
    #[error("the request does not wait any more")]
    NotPending,
    /// The server does not tell for which environment it is.
    #[error("the request does not name its environment")]
    NoEnvironment,
    /// Its device is revoked, gone, or has no usable key.
    #[error("the device of the request is not an active device of the environment")]
    DeviceGone,
}

impl Problem {
    /// Whether the key exists and is only not shared with this device yet (docs/protocol.md 6.3).
    pub fn is_access_pending(&self) -> bool {
        matches!(
            self,
            Self::Call(CallError::ReshareRequired { .. }) | Self::Open(OpenError::NotShared)
        )
    }

    /// Whether the server says that this is not for the user, which is a matter of the role (docs/protocol.md 16).
    pub fn is_not_allowed(&self) -> bool {
        match self {
            Self::NotAnAdmin => true,
            Self::Call(CallError::Refused(refusal)) => {
                refusal.status == 403 && !refusal.is_of_a_moved_organization()
            }
            _ => false,
        }
    }

    /// Whether there is no keychain on this machine, so that a key file is needed.
    pub fn is_without_keychain(&self) -> bool {
        matches!(self, Self::Keychain(KeychainError::Absent { .. }))
    }

    /// Whether the system's keychain does not give what it has, or take what it is given: a key file does not need it.
    pub fn is_of_keychain(&self) -> bool {
        let is_of_it = |it: &KeychainError| {
            matches!(
                it,
                KeychainError::Absent { .. }
                    | KeychainError::Locked { .. }
                    | KeychainError::Refused { .. }
                    | KeychainError::NoAnswer
            )
        };
        matches!(self, Self::Keychain(error) if is_of_it(error))
    }

    /// The failed call at the bottom, if there is one.
    pub fn call(&self) -> Option<&CallError> {
        match self {
            Self::Call(error) => Some(error),
            Self::Uncertain(cause) => cause.call(),
            _ => None,
        }
    }

    /// Whether what was asked for may have been done all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Uncertain(_) => true,
            Self::Call(error) => error.may_have_happened(),
            _ => false,
        }
    }

    /// How long to wait before the next try; `None` when there is to be none.
    pub fn pause(&self, pauses: &mut Pauses) -> Option<Duration> {
        pauses.after(self.call()?)
    }

    /// Whether it can be over by itself, so that asking again later makes sense.
    pub fn may_pass(&self) -> bool {
        self.call().is_some_and(CallError::may_pass)
    }
}
