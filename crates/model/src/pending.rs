//! Interrupted operations: what they were, what became of them, and what can be done.

use protocol::{DeployTokenId, EnvironmentName, Moment, Occurrence, ProjectId};

use super::{EntryError, Problem};

/// An interrupted operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its name in the journal.
    pub id: String,
    /// What it was; `None` where the entry cannot be read, or is in use.
    pub about: Option<About>,
    /// What became of it.
    pub finding: Finding,
    /// Set where its values were shown and are kept for a while.
    pub shown: Option<Shown>,
}

/// Values that were shown, and that the journal keeps until their time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// When they are forgotten.
    pub until: Moment,
    /// The user has closed their sheet: nobody has to be told of them.
    pub is_closed: bool,
}

/// An operation that its process did not end, as the journal alone knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// What it was; `None` where the entry cannot be read.
    pub about: Option<About>,
    /// The token whose values were not handed over, where its id is known.
    pub token: Option<DeployTokenId>,
    pub values: Values,
}

/// What became of the values of an operation that was not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// They were not shown yet, or there are none.
    NotShown,
    /// They were shown, nobody has closed their sheet, and they are kept until then.
    Until(Moment),
    /// The same, and their time is over.
    Gone,
}

/// A sheet that was closed, and can be shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedSheet {
    /// Its name in the journal.
    pub entry: String,
    /// Its token.
    pub token: DeployTokenId,
    /// The token's name.
    pub name: String,
    /// When its values are forgotten.
    pub until: Moment,
}

/// What an operation was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub kind: WorkKind,
    /// Name of the token, or of the first one.
    pub name: String,
    /// Its id, where known; of a replacement that of the old token.
    pub token: Option<DeployTokenId>,
    pub project: ProjectId,
    pub environment: EnvironmentName,
    /// When it began.
    pub started: Moment,
}

/// The kind of an operation in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkKind {
    /// A new token.
    Create,
    /// New secrets.
    Rotate,
    /// A successor for a token, and the end of that one.
    Replace,
    /// The end of this many tokens.
    Revoke(usize),
    /// A new environment key.
    RenewKey,
}

/// What became of an interrupted operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The token works, and its secrets are in the journal.
    Complete,
    /// The token is registered and active; something is missing.
    Unfinished {
        /// Its CI token is in the journal, or the one that CI has stays valid.
        has_ci_token: bool,
    },
    /// The token works; its values were shown, nobody has closed their sheet, and they are gone from here.
    ValuesGone,
    /// A token was registered, and has another key now: the seed in the journal is of no use.
    OtherKey,
    /// Nothing of it is active.
    NotActive(NotActive),
    /// Tokens wait to be revoked, or the key to be sealed again.
    Queue {
        /// How many still wait.
        waiting: usize,
    },
    /// A replacement whose successor's secrets the user has: the old token works until this is finished.
    Waiting {
        /// When CI last used the successor.
        used: Occurrence,
    },
    /// The environment's key is new, and variables are still under an earlier one, which only this journal has.
    Variables {
        /// How many can be put under the key of now.
        left: usize,
        /// How many nobody here can open.
        lost: usize,
    },
    /// The environment's key is to be made anew, because tokens of it leaked; nothing of that has begun.
    KeyWanted,
    /// Another window or command works on it, or still shows its secrets.
    InUse,
    /// It belongs to another server.
    Elsewhere,
    /// Its entry cannot be read; it was left as it is.
    Unreadable(EntryError),
    /// The server could not be asked.
    Unknown(Problem),
}

/// Why nothing of an operation is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotActive {
    /// The server never registered its key.
    NeverRegistered,
    /// The token has newer secrets.
    Superseded,
    /// The token was revoked meanwhile.
    Revoked,
    /// The token's record was deleted meanwhile.
    Gone,
    /// The successor of a replacement is not active any more; the old token was left as it is.
    SuccessorGone,
}

impl Finding {
    /// What can be done, the most sensible first.
    pub fn remedies(&self) -> &'static [Remedy] {
        match self {
            Self::Complete => &[Remedy::Show, Remedy::Revoke],
            Self::Unfinished { .. } => &[Remedy::Finish, Remedy::Revoke],
            Self::ValuesGone => &[Remedy::Rotate, Remedy::Revoke, Remedy::Discard],
            Self::OtherKey => &[Remedy::Revoke, Remedy::Discard],
            Self::Waiting { .. } => &[Remedy::Finish, Remedy::Revoke, Remedy::Discard],
            Self::Queue { .. } | Self::KeyWanted => &[Remedy::Finish, Remedy::Discard],
            Self::Variables { .. } => &[Remedy::Finish],
            Self::NotActive(_) | Self::Unreadable(_) => &[Remedy::Discard],
            Self::InUse | Self::Elsewhere | Self::Unknown(_) => &[],
        }
    }
}

/// What can be done about an interrupted operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Show the secrets; nothing is changed.
    Show,
    /// Do what is missing, and show the secrets if there are some.
    Finish,
    /// Give the token new secrets, and show those.
    Rotate,
    /// End the token.
    Revoke,
    /// Forget the operation.
    Discard,
}
