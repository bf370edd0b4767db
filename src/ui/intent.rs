//! What the user wants: the only thing that components send. Carrying it out is somebody else's work.

use dioxus::prelude::*;

use crate::state::Section;
use model::{Document, Grace, Remedy};
use protocol::{DeployToken, DeployTokenId, EnvironmentId, ProjectId, RequestId};

/// A wish of the user. It never carries a secret.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Try again what failed: the connection, or the list.
    Retry,
    /// Fetch the list again.
    Refresh,
    /// Show a page.
    Show(Section),
    /// Open the local workspace.
    OpenLocal,
    /// The address of the API was typed.
    AddressTyped(String),
    /// Sign in at the typed address.
    SignIn,
    /// Open the page of the sign-in under way once more.
    OpenSignInPage,
    /// Sign in by e-mail address and password instead.
    AskForPassword,
    /// Send the typed password, and the code where one is asked for.
    SendPassword,
    /// End the sign-in under way.
    CancelSignIn,
    /// Go on with what is shown, without a session.
    StaySignedOut,
    /// Go on as the command line's user with a new device.
    ContinueWithNewDevice,
    /// Ask before the command line's own device is used.
    AskForItsDevice,
    /// Go on as the command line's user with its device: confirmed.
    ContinueWithItsDevice,
    /// Open or make the key file with the typed passphrase.
    Unlock,
    /// Sign out: confirmed.
    SignOut {
        /// Also when the server cannot be told.
        anyway: bool,
    },
    /// Close what is open and show the ways in.
    Leave,
    /// Ask under which name this machine is to be linked.
    AskToLink,
    /// Link this machine.
    LinkDevice {
        /// Its name as typed.
        name: String,
    },
    /// End this machine's device: confirmed.
    UnlinkDevice,
    /// Share a key with somebody who waits for it, or with all who do.
    Fulfil(Option<RequestId>),
    /// Open the project of a folder.
    OpenFolder(String),
    /// Open an environment of the open project.
    OpenEnvironment(EnvironmentId),
    /// Open a project.
    OpenProject(ProjectId),
    /// Create a token.
    Create {
        /// Its name as typed; it was checked, and is to be checked again.
        name: String,
    },
    /// Rotate a token: confirmed.
    Rotate(DeployToken),
    /// Make a successor for a token, and revoke it at a time: confirmed.
    Replace(DeployToken, Grace),
    /// Revoke a token whose successor CI has: confirmed.
    FinishReplacement(DeployToken),
    /// Forget that this token is being replaced; both stay as they are.
    ForgetReplacement(DeployTokenId),
    /// See what was interrupted.
    ShowInterrupted,
    /// Do something about an interrupted operation.
    Resume {
        /// Its name in the journal.
        id: String,
        /// What.
        remedy: Remedy,
    },
    /// Revoke a token: confirmed.
    Revoke(DeployToken),
    /// Delete the record of a revoked token: confirmed.
    Delete(DeployToken),
    /// Share the environment key again with everybody who should have it.
    Reshare,
    /// Share it again for the token of the open sheet.
    ShareAgain,
    /// Whether what is issued at this server is checked as its runner.
    CheckIssued(bool),
    /// Check again whether a runner with the sheet's values works.
    VerifyAgain,
    /// Revoke the token of the open sheet.
    RevokeIssued,
    /// Copy the block of the open sheet.
    CopyBlock,
    /// Copy `GHOSTABLE_CI_TOKEN` of the open sheet.
    CopyCiToken,
    /// Copy `GHOSTABLE_DEPLOY_SEED` of the open sheet.
    CopySeed,
    /// Clear the clipboard now of what was copied from a sheet.
    ClearClipboard,
    /// Copy a public text: an id or a fingerprint.
    CopyText(String),
    /// Show or hide `GHOSTABLE_CI_TOKEN`.
    RevealCiToken(bool),
    /// Show or hide `GHOSTABLE_DEPLOY_SEED`.
    RevealSeed(bool),
    /// Show something to read that is inside the program.
    Read(Document),
    /// Show the data folder in the system's file manager.
    OpenDataFolder,
    /// Something of the emergency page.
    Emergency(EmergencyWish),
}

/// A wish of the emergency page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmergencyWish {
    /// Look into everything again.
    Look,
    /// Find the token of the leaked block in the clipboard.
    PasteLeak,
    /// Forget what was pasted.
    ForgetLeak,
    /// Revoke the chosen tokens: held, or typed.
    Revoke,
    /// Go on with revocations that were interrupted.
    GoOn,
    /// Wait no more for a server that does not answer.
    StopWaiting,
    /// Copy the incident report.
    CopyReport,
    /// Save the incident report as a file.
    SaveReport,
    /// Leave the run that is over.
    Close,
}

impl Intent {
    /// Whether it is done again when the session has ended meanwhile and the user has signed in again.
    pub fn can_be_repeated(&self) -> bool {
        matches!(
            self,
            Self::Create { .. }
                | Self::Rotate(_)
                | Self::Replace(..)
                | Self::FinishReplacement(_)
                | Self::Resume { .. }
                | Self::Revoke(_)
                | Self::Delete(_)
                | Self::Reshare
                | Self::ShareAgain
                | Self::RevokeIssued
                | Self::LinkDevice { .. }
                | Self::UnlinkDevice
                | Self::Fulfil(_)
                | Self::OpenProject(_)
        )
    }
}

/// Where intents go; put it into the context of the root.
#[derive(Clone, Copy, PartialEq)]
pub struct Send(pub Callback<Intent>);

/// The way to send an intent.
pub fn use_send() -> Callback<Intent> {
    use_context::<Send>().0
}
