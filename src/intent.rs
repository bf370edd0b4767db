//! What the user wants, by area: the only thing that components send. Carrying it out is the work of the part of
//! `actions` that is called the same.

use std::path::PathBuf;

use crate::state::{BulkKind, Section};
use model::{
    AuditFinding, ClosedSheet, Destination, Document, ExportForm, Grace, Holder, Preferences, PublicText,
    Remedy, WayOut,
};
use protocol::{DeployToken, DeployTokenId, EnvironmentId, Lifetime, ProjectId, RequestId, UserDevice};

/// A wish of the user. It never carries a secret.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// About getting in and out.
    Session(SessionIntent),
    /// About where the window is.
    Place(PlaceIntent),
    /// About the tokens of the open environment.
    Token(TokenIntent),
    /// About the open sheet.
    Sheet(SheetIntent),
    /// About devices and keys.
    Access(AccessIntent),
    /// About what was done by whom.
    Activity(ActivityIntent),
    /// About what somebody should look at, everywhere.
    Audit(AuditIntent),
    /// About the emergency page.
    Emergency(EmergencyIntent),
    /// About values that may have been read.
    Checklist(ChecklistIntent),
    /// About the program itself, and the clipboard.
    Program(ProgramIntent),
}

/// Getting in and out.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionIntent {
    /// Open the local workspace.
    OpenLocal,
    /// Open a server that was open before.
    OpenServer(String),
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
    /// Close what is open and open a server that was open before.
    SwitchTo(String),
    /// Keep session and keys in a file with a passphrase, because the keychain does not give them.
    UseKeyFile,
}

/// Where the window is.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceIntent {
    /// Try again what failed: the connection, or the list.
    Retry,
    /// Fetch the list again.
    Refresh,
    /// Show a page.
    Show(Section),
    /// Open the project of a folder.
    OpenFolder(String),
    /// Choose such a folder, and open its project.
    BrowseFolder,
    /// Open a project.
    OpenProject(ProjectId),
    /// Open an environment of the open project.
    OpenEnvironment(EnvironmentId),
    /// Open an environment of any project.
    OpenPlace(ProjectId, EnvironmentId),
    /// Fetch the environments of the projects that are not open.
    LookElsewhere,
    /// Whether what is issued at this server is checked as its runner.
    CheckIssued(bool),
}

/// The tokens of the open environment.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenIntent {
    /// See all that is known of a token.
    ShowDetails(DeployTokenId),
    /// Create a token.
    Create {
        /// Its name as typed; it was checked, and is to be checked again.
        name: String,
        /// For how long its CI token is to work.
        lifetime: Lifetime,
    },
    /// Rotate a token, for so long: confirmed.
    Rotate(DeployToken, Lifetime),
    /// Make a successor for a token, for so long, and revoke the token at a time: confirmed.
    Replace(DeployToken, Lifetime, Grace),
    /// Revoke a token whose successor CI has: confirmed.
    FinishReplacement(DeployToken),
    /// Forget that this token is being replaced; both stay as they are.
    ForgetReplacement(DeployTokenId),
    /// Revoke a token: confirmed.
    Revoke(DeployToken),
    /// Delete the record of a revoked token: confirmed.
    Delete(DeployToken),
    /// Do something with all chosen tokens: confirmed. New CI tokens work for so long.
    InBulk(BulkKind, Lifetime),
    /// Write what the list says of these into a file.
    Export(ExportForm, Vec<DeployTokenId>),
    /// Show the values of a closed sheet again.
    ShowAgain(ClosedSheet),
    /// Forget the values of a closed sheet now.
    ForgetValues(ClosedSheet),
    /// See what was interrupted.
    ShowInterrupted,
    /// Do something about an interrupted operation.
    Resume {
        /// Its name in the journal.
        id: String,
        /// What.
        remedy: Remedy,
    },
}

/// The open sheet.
#[derive(Clone, Debug, PartialEq)]
pub enum SheetIntent {
    /// Show the block in the format of this name, now and from now on.
    ChooseFormat(&'static str),
    /// Copy the block with both values.
    CopyBlock,
    /// Show where the values can be sent.
    AskToSend,
    /// Find the program that would be run for a destination.
    LookForProgram(Destination),
    /// Send the values there.
    SendTo(Destination),
    /// Send the values to all destinations that do not have them.
    SendToAll,
    /// Stop what is being sent there.
    StopSending(Destination),
    /// Save the block to a new file, whose place is chosen then.
    Save,
    /// Copy `GHOSTABLE_CI_TOKEN`.
    CopyCiToken,
    /// Copy `GHOSTABLE_DEPLOY_SEED`.
    CopySeed,
    /// Show or hide `GHOSTABLE_CI_TOKEN`.
    RevealCiToken(bool),
    /// Show or hide `GHOSTABLE_DEPLOY_SEED`.
    RevealSeed(bool),
    /// Share the environment key again, so that the sheet's token has it.
    ShareAgain,
    /// Check again whether a runner with the sheet's values works.
    VerifyAgain,
    /// Revoke the sheet's token.
    RevokeIssued,
}

/// Devices and keys.
#[derive(Clone, Debug, PartialEq)]
pub enum AccessIntent {
    /// Ask under which name this machine is to be linked.
    AskToLink,
    /// Link this machine.
    LinkDevice {
        /// Its name as typed.
        name: String,
    },
    /// End this machine's device: confirmed.
    UnlinkDevice,
    /// Revoke another device of the user's own: confirmed.
    RevokeDevice(UserDevice),
    /// Delete the record of a revoked device of the user's own: confirmed.
    DeleteDevice(UserDevice),
    /// Share the keys that these requests are for.
    Fulfil(Vec<RequestId>),
    /// Fetch what is known of the devices that wait.
    LookWhoAsks,
    /// Write what is listed of these holders of the key into a file.
    Export(ExportForm, Vec<Holder>),
    /// Share the environment key again with everybody who should have it.
    Reshare,
    /// Make the environment key anew, with every variable under it: confirmed.
    RenewKey,
    /// Make a key, or seal one anew, where it cannot be shared as it is: confirmed.
    TakeWayOut(WayOut),
}

/// What was done by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityIntent {
    /// Fetch the newest entries.
    Refresh,
    /// Fetch those before what is shown.
    Older,
}

/// What somebody should look at, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditIntent {
    /// Look through everything again.
    Look,
    /// End the look that is under way.
    Stop,
    /// Go to where something was found, and ask for its remedy.
    Mend(AuditFinding),
}

/// The emergency page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmergencyIntent {
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
    /// Renew the keys that were not renewed when their tokens were revoked.
    RenewKeys,
    /// Wait no more for a server that does not answer.
    StopWaiting,
    /// Copy the incident report.
    CopyReport,
    /// Save the incident report as a new file, whose place is chosen then.
    SaveReport,
    /// Leave the run that is over.
    Close,
}

/// Values that may have been read.
#[derive(Clone, Debug, PartialEq)]
pub enum ChecklistIntent {
    /// Begin a checklist of what the runners of the shown run's tokens could read; or show it, if it was begun.
    BeginOfRun,
    /// Begin one of the values of the open environment.
    BeginHere,
    /// Show the one with this name.
    Show(String),
    /// Note that a value is dealt with, or is not after all.
    Settle {
        /// Which checklist.
        id: String,
        environment: EnvironmentId,
        /// The variable's name.
        name: String,
        settled: bool,
    },
    /// Copy it as text.
    Copy(String),
    /// Forget it.
    Forget(String),
}

/// The program itself, and the clipboard.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramIntent {
    /// Copy a public text.
    CopyText(PublicText, String),
    /// Clear the clipboard now of what was copied from a sheet.
    ClearClipboard,
    /// Show something to read that is inside the program.
    Read(Document),
    /// Show the data folder in the system's file manager.
    OpenDataFolder,
    /// Let the window be so from now on.
    Prefer(Preferences),
    /// Show the folder of a file that was saved there.
    OpenFolderOf(PathBuf),
}

impl Intent {
    /// Whether it is done again when the session has ended meanwhile and the user has signed in again.
    pub fn can_be_repeated(&self) -> bool {
        match self {
            Self::Token(intent) => matches!(
                intent,
                TokenIntent::Create { .. }
                    | TokenIntent::Rotate(..)
                    | TokenIntent::Replace(..)
                    | TokenIntent::FinishReplacement(_)
                    | TokenIntent::Revoke(_)
                    | TokenIntent::Delete(_)
                    | TokenIntent::ShowAgain(_)
                    | TokenIntent::Resume { .. }
            ),
            Self::Sheet(intent) => matches!(intent, SheetIntent::ShareAgain | SheetIntent::RevokeIssued),
            Self::Access(intent) => matches!(
                intent,
                AccessIntent::Reshare
                    | AccessIntent::RenewKey
                    | AccessIntent::TakeWayOut(_)
                    | AccessIntent::LinkDevice { .. }
                    | AccessIntent::UnlinkDevice
                    | AccessIntent::RevokeDevice(_)
                    | AccessIntent::DeleteDevice(_)
                    | AccessIntent::Fulfil(_)
            ),
            Self::Place(intent) => matches!(intent, PlaceIntent::OpenProject(_) | PlaceIntent::OpenPlace(..)),
            Self::Session(_)
            | Self::Activity(_)
            | Self::Audit(_)
            | Self::Emergency(_)
            | Self::Checklist(_)
            | Self::Program(_) => false,
        }
    }
}

/// An area's intents are intents.
macro_rules! areas {
    ($($area:ident: $intents:ident),+ $(,)?) => {
        $(impl From<$intents> for Intent {
            fn from(intent: $intents) -> Self {
                Self::$area(intent)
            }
        })+
    };
}

areas! {
    Session: SessionIntent,
    Place: PlaceIntent,
    Token: TokenIntent,
    Sheet: SheetIntent,
    Access: AccessIntent,
    Activity: ActivityIntent,
    Audit: AuditIntent,
    Emergency: EmergencyIntent,
    Checklist: ChecklistIntent,
    Program: ProgramIntent,
}
