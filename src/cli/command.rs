//! What the program can be told to do: each command's arguments, and what carries it out.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use clap_complete::Shell;

use super::args::{
    Activity, Again, Audit, Checklist, Choice, Find, HandOver, Issue, LocalRole, Place, Pull, RenewKey,
    Revoke, Serve,
};
use super::devices::DevicesCommand;
use super::{
    activity, audit, backup, checklist, devices, emergency, find, licences, lifecycle, local_user, pending,
    pull, reference, renew, renew_key, replace, requests, runner, send, serve,
};
use crate::connect::Target;
use crate::failure::Failure;
use protocol::EnvironmentName;
use protocol::crypto::Accepted;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the local workspace until interrupted
    Serve(Serve),
    /// List the deploy tokens of an environment
    List {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show who did what in an environment: its deploy tokens, its key, and what runners fetched
    Activity(Activity),
    /// Create a deploy token and print its secrets, once
    Create {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Name of the token [default: <environment>-ci]
        #[arg(long, value_name = "N")]
        name: Option<String>,
        /// How.
        #[command(flatten)]
        issue: Issue,
    },
    /// Give a deploy token new secrets and print them, once; the old ones stop working
    Rotate {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Token, by id or exact name
        #[arg(required_unless_present = "ending_within")]
        token: Option<String>,
        /// All active tokens of it that end within so many days, each sent to where it was sent before
        #[arg(long, value_name = "DAYS", conflicts_with_all = ["token", "send"], requires = "send_again")]
        ending_within: Option<u16>,
        /// To where.
        #[command(flatten)]
        again: Again,
        /// How.
        #[command(flatten)]
        issue: Issue,
    },
    /// Make a successor for a deploy token and print its secrets, once; the old one works on until --finish
    Replace {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Token, by id or exact name; with --finish the old one or its successor
        token: String,
        /// CI has the new values: revoke the old token. If GHOSTABLE_CI_TOKEN holds its CI token, that is tried and must
        /// be refused
        #[arg(long, conflicts_with_all = ["json", "format", "out", "send", "send_again", "no_verify", "expires_in", "expires_on"])]
        finish: bool,
        /// To where.
        #[command(flatten)]
        again: Again,
        /// How.
        #[command(flatten)]
        issue: Issue,
    },
    /// End deploy tokens at once: some, or all of an environment, or all that there are
    Revoke(Revoke),
    /// Name the tokens that leaked secrets belong to: in a text on standard input, in files, in a repository's history
    Find(Find),
    /// Look through every environment for tokens and keys that want a look; exits with 1 where there are some
    Audit(Audit),
    /// Delete the records of revoked deploy tokens
    Delete {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Tokens, by id or exact name
        #[arg(required = true, value_name = "TOKEN")]
        tokens: Vec<String>,
    },
    /// Seal the environment key again for every device and active token
    Reshare {
        /// Where.
        #[command(flatten)]
        place: Place,
        /// Make a key where there is none, or where nobody has the newest one
        #[arg(long)]
        make_key: bool,
        /// Accept that the key was sealed when the environment had this name
        #[arg(long, value_name = "NAME")]
        was_called: Option<String>,
        /// Accept an envelope that does not say what it is for
        #[arg(long)]
        accept_unnamed: bool,
    },
    /// Make a new environment key and put every variable under it, so that whoever held the old one opens nothing new
    RenewKey(RenewKey),
    /// Which values may have been read, where else the same ones stand, and whether each was changed since
    Checklist(Checklist),
    /// List the devices that wait for a key which this device can share
    Requests {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Share keys with devices that wait for them
    Fulfil {
        /// Requests, by id
        #[arg(value_name = "ID")]
        requests: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "requests")]
        all: bool,
    },
    /// List your own devices; revoke some, or delete the records of revoked ones
    Devices {
        /// What to do.
        #[command(subcommand)]
        what: Option<DevicesCommand>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Print the licences of everything that is inside this program
    Licences,
    /// Show how to sign in to the local workspace: e-mail address, password, one-time codes
    LocalUser {
        /// As which of the people of the sample: admin, developer, read-only or auditor
        #[arg(long = "as", value_name = "ROLE", value_enum, default_value_t = LocalRole::Admin, hide_possible_values = true)]
        role: LocalRole,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write the local workspace into one file, while it is open or not
    Backup {
        /// The file to write
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
        /// Leave out the keys of the workspace's own device: such a backup can only be restored where they still are
        #[arg(long)]
        without_keys: bool,
    },
    /// Put a backup in the place of the local workspace, which has to be closed; what was there is kept beside it
    Restore {
        /// The backup
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// List the kinds of destinations that values can be sent to, or with --env where its tokens' were sent
    Destinations {
        /// Environment, by name or id
        #[arg(long, value_name = "E")]
        env: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// List operations that were interrupted, and what can be done about each
    Pending {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Finish an interrupted operation and print its secrets, or revoke its token, or forget it
    Resume {
        /// Id of the operation, or its beginning, as `pending` lists it
        #[arg(value_name = "ID", required_unless_present = "all_revocations")]
        id: Option<String>,
        /// Finish all interrupted revocations at once
        #[arg(long, conflicts_with_all = ["id", "json", "format", "out", "send", "revoke", "discard"])]
        all_revocations: bool,
        /// What to do.
        #[command(flatten)]
        choice: Choice,
        /// How.
        #[command(flatten)]
        hand_over: HandOver,
    },
    /// Check as a runner: fetch with GHOSTABLE_CI_TOKEN, decrypt with GHOSTABLE_DEPLOY_SEED
    Verify {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        /// Accept what was sealed when the environment had this name
        #[arg(long, value_name = "NAME")]
        was_called: Option<String>,
    },
    /// Print the completions of a shell, for it to load (packages bring those of bash, zsh and fish)
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man pages, one a command, into a folder: for packages
    #[command(hide = true)]
    Man {
        /// A folder that is there
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Write the decrypted variables to a file, as a runner
    Pull(Pull),
}

impl Command {
    /// Carries it out in a project, or in the only or first one, and gives the exit code.
    ///
    /// # Errors
    /// What went wrong before anything could be told.
    pub(super) async fn run(self, target: &Target, project: Option<&str>) -> Result<u8, Failure> {
        match self {
            Self::Serve(options) => serve::serve(target, &options).await,
            Self::List { place, json } => lifecycle::list(target, project, &place, json).await,
            Self::Activity(wanted) => activity::list(target, project, &wanted).await,
            Self::Create { place, name, issue } => {
                lifecycle::create(target, project, &place, name, issue).await
            }
            Self::Rotate {
                place,
                ending_within: Some(days),
                issue,
                ..
            } => renew::ending_within(target, project, &place, days, &issue).await,
            Self::Rotate {
                place,
                token,
                again,
                issue,
                ..
            } => lifecycle::rotate(target, project, &place, &token.unwrap_or_default(), again, issue).await,
            Self::Replace {
                place,
                token,
                finish: true,
                ..
            } => replace::finish(target, project, &place, &token).await,
            Self::Replace {
                place,
                token,
                again,
                issue,
                ..
            } => replace::begin(target, project, &place, &token, again, issue).await,
            Self::Revoke(revoke) if revoke.all => emergency::revoke_all(target, project, &revoke).await,
            Self::Revoke(wanted) => lifecycle::revoke(target, project, &wanted).await,
            Self::Find(options) => find::find(target, &options).await,
            Self::Audit(options) => audit::run(target, &options).await,
            Self::Delete { place, tokens } => lifecycle::delete(target, project, &place, &tokens).await,
            Self::Reshare {
                place,
                make_key,
                was_called,
                accept_unnamed,
            } => {
                let accepted = Accepted {
                    former_name: was_called.map(EnvironmentName::new),
                    unnamed: accept_unnamed,
                };
                lifecycle::reshare(target, project, &place, make_key, &accepted).await
            }
            Self::RenewKey(wanted) => renew_key::run(target, project, wanted).await,
            Self::Checklist(wanted) => checklist::run(target, project, wanted).await,
            Self::Requests { json } => requests::list(target, project, json).await,
            Self::Fulfil { requests, all } => requests::fulfil(target, project, &requests, all).await,
            Self::Devices { what, json } => devices::run(target, what.as_ref(), json).await,
            Self::Licences => licences::print(),
            Self::LocalUser { role, json } => local_user::print(target, role, json),
            Self::Backup {
                file,
                force,
                without_keys,
            } => backup::write(target, &file, force, without_keys),
            Self::Restore { file } => backup::restore(target, &file),
            Self::Destinations { env, json } => {
                send::destinations(target, project, env.as_deref(), json).await
            }
            Self::Pending { json } => pending::list(target, json).await,
            Self::Resume {
                id: Some(id),
                choice,
                hand_over,
                ..
            } => pending::resume(target, &id, choice, hand_over).await,
            Self::Resume { id: None, .. } => emergency::resume(target).await,
            Self::Verify { json, was_called } => {
                runner::verify(target, json, was_called.map(EnvironmentName::new)).await
            }
            Self::Completions { shell } => reference::completions(shell),
            Self::Man { folder } => reference::man(&folder),
            Self::Pull(options) => pull::pull(target, &options).await,
        }
    }
}
