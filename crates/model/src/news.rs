//! What is told in passing: something is done, or something needs a look.

use std::path::PathBuf;

use protocol::EnvironmentName;

use super::{ClosedSheet, Problem};

/// A text that is copied, and that everybody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicText {
    /// Of a token or device.
    Id,
    /// Of a public key.
    Fingerprint,
    /// Where a sign-in is confirmed.
    Address,
    /// Of this program.
    Version,
    /// What an emergency did.
    IncidentReport,
    /// Which values are to be changed.
    Checklist,
    /// What a list shows.
    List,
    /// What to ask others for.
    Message,
}

/// What has just come to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A public text is in the clipboard.
    Copied(PublicText),
    /// The clipboard is empty again.
    ClipboardCleared,
    /// A key that this device waited for is shared with it.
    KeyIsHere { environment: EnvironmentName },
    /// So many requests were answered.
    RequestsAnswered(usize),
    /// The key is sealed for so many recipients; the environment is named where the window shows another one.
    Reshared {
        /// Which.
        environment: Option<EnvironmentName>,
        /// For how many.
        recipients: usize,
    },
    /// The key is new, and so many variables are under it.
    KeyRenewed {
        environment: EnvironmentName,
        /// How many.
        variables: usize,
    },
    /// A revocation left the key as it was.
    NotReshared {
        environment: EnvironmentName,
        /// Why.
        problem: Problem,
    },
    /// A token is revoked.
    Revoked { name: String },
    /// A token is not revoked.
    NotRevoked {
        /// Its name, or what it was asked for by.
        name: String,
        /// Why.
        problem: Problem,
    },
    /// A token's record is deleted.
    Deleted { name: String },
    /// A token is replaced, and its end is proven.
    Replaced {
        /// The name of both.
        name: String,
    },
    /// A token is replaced and revoked, and the server could not be asked whether it holds to that.
    ReplacedUnproven {
        /// The name of both.
        name: String,
    },
    /// A replaced token is still to be revoked; that is tried again.
    NotYetReplaced {
        /// The name of both.
        name: String,
        /// Why.
        problem: Problem,
    },
    /// A replaced token was not revoked in time.
    ReplacementOverdue {
        /// The name of both.
        name: String,
        /// Why.
        problem: Problem,
    },
    /// A replaced token is not revoked at its time, because its server was left before.
    ReplacementLeft {
        /// The name of both.
        name: String,
    },
    /// A sheet was closed, and can be shown again.
    SheetClosed(ClosedSheet),
    /// The values of a closed sheet are forgotten.
    ValuesForgotten {
        /// The token's name.
        name: String,
    },
    /// An interrupted operation is forgotten.
    Forgotten,
    /// This machine is linked.
    Linked,
    /// This machine is not linked any more.
    Unlinked,
    /// Another device of the user's own is revoked.
    DeviceRevoked { name: String },
    /// The record of a device of the user's own is deleted.
    DeviceDeleted { name: String },
    /// This machine is linked, and no key could be shared with it.
    LinkedWithoutKeys(Problem),
    /// This machine is linked and has every key, but for those of these environments.
    LinkedWithKeys {
        /// Project and environment of each key that is missing.
        missing: Vec<String>,
    },
    /// The session is ended.
    SignedOut,
    /// What is issued is not written down in this session: the journal's key is damaged.
    NoJournal,
    /// The project that was remembered or asked for at the start is not among the user's.
    OtherProject,
    /// The project that another start asked for is not among the user's.
    NoSuchProject,
    /// The project that another start asked for is not opened while something is open.
    ProjectWaits {
        /// Its name.
        project: String,
    },
    /// Something cannot be done while tokens are being revoked.
    RunUnderWay,
    /// The incident report is in this file.
    ReportSaved(PathBuf),
    /// So many lines of a list are in a file.
    Exported { path: PathBuf, lines: usize },
    /// Something went wrong that is told nowhere else.
    Trouble(Problem),
}

impl News {
    /// Whether it needs a look.
    pub fn is_warning(&self) -> bool {
        match self {
            Self::Copied(_)
            | Self::ClipboardCleared
            | Self::KeyIsHere { .. }
            | Self::RequestsAnswered(_)
            | Self::Reshared { .. }
            | Self::KeyRenewed { .. }
            | Self::Revoked { .. }
            | Self::Deleted { .. }
            | Self::Replaced { .. }
            | Self::Forgotten
            | Self::SheetClosed(_)
            | Self::ValuesForgotten { .. }
            | Self::Linked
            | Self::Unlinked
            | Self::DeviceRevoked { .. }
            | Self::DeviceDeleted { .. }
            | Self::SignedOut
            | Self::Exported { .. }
            | Self::ReportSaved(_) => false,
            Self::LinkedWithKeys { missing } => !missing.is_empty(),
            Self::NotReshared { .. }
            | Self::NotRevoked { .. }
            | Self::ReplacedUnproven { .. }
            | Self::NotYetReplaced { .. }
            | Self::ReplacementOverdue { .. }
            | Self::ReplacementLeft { .. }
            | Self::LinkedWithoutKeys(_)
            | Self::NoJournal
            | Self::OtherProject
            | Self::NoSuchProject
            | Self::ProjectWaits { .. }
            | Self::RunUnderWay
            | Self::Trouble(_) => true,
        }
    }
}
