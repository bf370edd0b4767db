//! What the user wants: the only thing that components send. Carrying it out is somebody else's work.

use dioxus::prelude::*;

use crate::domain::{DeployToken, DeployTokenId, EnvironmentId, Grace, ProjectId, Remedy};

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
}

/// Where intents go; put it into the context of the root.
#[derive(Clone, Copy, PartialEq)]
pub struct Send(pub Callback<Intent>);

/// The way to send an intent.
pub fn use_send() -> Callback<Intent> {
    use_context::<Send>().0
}
