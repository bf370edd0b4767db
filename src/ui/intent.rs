//! What the user wants: the only thing that components send. Carrying it out is somebody else's work.

use dioxus::prelude::*;

use crate::domain::{DeployToken, EnvironmentId, ProjectId};

/// A wish of the user. It never carries a secret.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Try again what failed: the connection, or the list.
    Retry,
    /// Fetch the list again.
    Refresh,
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
    /// Revoke a token: confirmed.
    Revoke(DeployToken),
    /// Delete the record of a revoked token: confirmed.
    Delete(DeployToken),
    /// Share the environment key again with everybody who should have it.
    Reshare,
    /// Share it again for the token of the open sheet.
    ShareAgain,
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
    /// Copy a public text: an id or a fingerprint.
    CopyText(String),
    /// Show or hide `GHOSTABLE_CI_TOKEN`.
    RevealCiToken(bool),
    /// Show or hide `GHOSTABLE_DEPLOY_SEED`.
    RevealSeed(bool),
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
    /// Copy the incident report.
    CopyReport,
    /// Save the incident report as a file.
    SaveReport,
    /// Leave the run that is over.
    Close,
}

/// Where intents go; put it into the context of the root.
#[derive(Clone, Copy, PartialEq)]
pub struct Send(pub Callback<Intent>);

/// The way to send an intent.
pub fn use_send() -> Callback<Intent> {
    use_context::<Send>().0
}
