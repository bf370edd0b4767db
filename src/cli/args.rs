//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, ValueEnum, ValueHint};

use super::Command;
use crate::build_info;
use crate::failure::{Failure, WRONG_USE};
use model::formats::pulled::{self, FORMS, Form};
use model::formats::{self, FORMATS, Format};
use model::{GivenLimits, SecretLimits};
use protocol::{ActivityKind, Lifetime, Moment};

/// Issue, rotate, revoke and delete Ghostable deploy tokens. Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "deploy-tokens", version, long_version = build_info::summary(), about, after_help = EXIT_CODES)]
pub struct Arguments {
    /// Folder of the local workspace [default: the platform's data folder]
    #[arg(long, value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// Use the local workspace in the data folder
    #[arg(long, global = true, conflicts_with = "api")]
    pub local: bool,
    /// Address of the API [default: GHOSTABLE_API, or the hosted service]; the user's token is read from GHOSTABLE_TOKEN
    #[arg(long, value_name = "URL", global = true, value_hint = ValueHint::Url)]
    pub api: Option<String>,
    /// Project, by id or name [default: the only or first one]
    #[arg(long, value_name = "ID-or-name", global = true)]
    pub project: Option<String>,
    /// Folder of a project: the project is the one that its .ghostable/ghostable.yaml names
    #[arg(long, value_name = "FOLDER", global = true, conflicts_with = "project", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// How the window treats secrets.
    #[command(flatten)]
    pub window: WindowOptions,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What only the window heeds.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Options of the window")]
pub struct WindowOptions {
    /// Seconds until the clipboard is cleared of a secret, up to 86400; 0 clears it when the window is closed only [default:
    /// what Settings say, or 45]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    clear_clipboard_after: Option<u64>,
    /// Seconds without input until an open sheet hides its secrets, up to 86400; 0 never [default: what Settings say, or 300]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    hide_sheet_after: Option<u64>,
}

impl WindowOptions {
    /// The times that were given.
    pub fn limits(&self) -> GivenLimits {
        GivenLimits {
            clipboard: self.clear_clipboard_after,
            idle: self.hide_sheet_after,
        }
    }
}

/// Says the range for whatever is out of it: too large, negative, a fraction, no number.
fn seconds(text: &str) -> Result<u64, String> {
    let seconds = text.parse::<u64>().ok();
    let seconds = seconds.filter(|seconds| *seconds <= SecretLimits::MOST_SECONDS);
    seconds.ok_or_else(|| {
        format!(
            "it is not a whole number of seconds from 0 to {}",
            SecretLimits::MOST_SECONDS
        )
    })
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by the server, \
4 could not reach it, 5 done but not shared, 6 its certificate cannot be trusted\n\n\
DEPLOY_TOKENS_JOURNAL_MINUTES: how long secrets that were shown can be had again if the window never closed its \
sheet (1 to 1440, default 15)";

/// The environment a command works in.
#[derive(Debug, Args)]
pub struct Place {
    /// Environment, by name or id
    #[arg(long, value_name = "E")]
    pub env: String,
}

/// For how long a CI token is to work.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct End {
    /// The CI token ends after this many days, 7 to 365 [default: 90]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub expires_in: Option<i64>,
    /// The CI token ends on this day, such as 2027-01-31
    #[arg(long, value_name = "DATE")]
    pub expires_on: Option<String>,
}

impl End {
    /// Reads it, before anything is changed.
    ///
    /// # Errors
    /// For a text that is no date, and what is out of the server's range.
    pub fn lifetime(&self) -> Result<Lifetime, Failure> {
        let zone = jiff::tz::TimeZone::system();
        let lifetime = match (self.expires_in, &self.expires_on) {
            (Some(days), _) => Lifetime::of_days(days),
            (None, Some(day)) => Lifetime::until(day, Moment::now(), &zone),
            (None, None) => Ok(Lifetime::default()),
        };
        lifetime.map_err(|error| {
            let message = text::lifetime(&error);
            Failure::new(WRONG_USE, message.what, message.next)
        })
    }
}

/// How secrets are handed over.
#[derive(Debug, Args)]
pub struct HandOver {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print or write the block as this: env, shell, docker, github, gitlab, kubernetes, json or values [default: env]
    #[arg(long, value_name = "NAME", conflicts_with = "json", value_parser = format_names(), hide_possible_values = true)]
    pub format: Option<String>,
    /// Write the block to a new file, readable by its owner alone
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub out: Option<PathBuf>,
    /// Send the values there instead of printing them, such as github:northwind/storefront@production; `destinations`
    /// lists the kinds
    #[arg(long, value_name = "KIND:TARGET", conflicts_with_all = ["json", "format", "out"])]
    pub send: Vec<String>,
}

impl HandOver {
    /// The format of the block.
    pub fn format(&self) -> Format {
        let named = self.format.as_deref().and_then(formats::named);
        named.unwrap_or_default()
    }
}

fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.map(|format| format.name))
}

/// Which variables to write, where to and how.
#[derive(Debug, Args)]
pub struct Pull {
    /// The file to write, - for standard output
    #[arg(long, value_name = "FILE", default_value = ".env", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Write it as this: env, shell, docker, json, yaml or github-env
    #[arg(long, value_name = "NAME", default_value = FORMS[0].name, value_parser = form_names(), hide_possible_values = true)]
    format: String,
    /// Only this variable, and others that are named the same way
    #[arg(long, value_name = "KEY")]
    pub only: Vec<String>,
    /// Replace a file that pull did not write, or that was changed since
    #[arg(long)]
    pub force: bool,
    /// Accept what was sealed when the environment had this name
    #[arg(long, value_name = "NAME")]
    pub was_called: Option<String>,
}

impl Pull {
    /// The form of the file.
    pub fn form(&self) -> Form {
        pulled::named(&self.format).unwrap_or(FORMS[0])
    }
}

fn form_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMS.map(|form| form.name))
}

/// How secrets are issued, whatever for.
#[derive(Debug, Args)]
pub struct Issue {
    /// For how long.
    #[command(flatten)]
    pub end: End,
    /// Do not check as a runner whether the values work; a server may count that as use
    #[arg(long)]
    pub no_verify: bool,
    /// How.
    #[command(flatten)]
    pub hand_over: HandOver,
}

/// To where the values of a token go that it had before.
#[derive(Clone, Copy, Debug, Args)]
pub struct Again {
    /// Send the new values to where this token's were sent from this machine before
    #[arg(long, conflicts_with_all = ["json", "format", "out"])]
    pub send_again: bool,
}

/// What to do with an interrupted operation, if not to finish it.
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub struct Choice {
    /// Revoke its token instead
    #[arg(long, conflicts_with_all = ["json", "format", "out", "send", "discard"])]
    pub revoke: bool,
    /// Rotate its token: its values are not kept any more
    #[arg(long)]
    pub rotate: bool,
    /// Forget it: nothing of it is active, or its rest is not wanted
    #[arg(long, conflicts_with_all = ["json", "format", "out", "send"])]
    pub discard: bool,
}

/// What is looked through for leaked secrets.
#[derive(Debug, Args)]
pub struct Find {
    /// Files and folders to look through, - for standard input [default: standard input]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Everything that was ever added to the git repository of a folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".", value_hint = ValueHint::DirPath)]
    pub git: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print what was found where as SARIF 2.1.0, for tools that show such results beside the code
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
}

/// From when on something is pointed out.
#[derive(Debug, Args)]
pub struct Audit {
    /// Tokens that end within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    pub ending_within: u16,
    /// Tokens that were not used for so many days
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub unused: u16,
    /// Environment keys that are older than so many days
    #[arg(long, value_name = "DAYS")]
    pub max_age: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print what was found where as SARIF 2.1.0, for tools that collect such results
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
}

/// Which key to make anew, and how.
#[derive(Debug, Args)]
pub struct RenewKey {
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// Accept variables that were sealed when the environment had this name
    #[arg(long, value_name = "NAME")]
    pub was_called: Option<String>,
    /// Do not try with a throw-away token whether a runner decrypts
    #[arg(long)]
    pub no_runner_check: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Which checklist, and what to do with it.
#[derive(Debug, Args)]
pub struct Checklist {
    /// One of them, by id [default: all]
    #[arg(value_name = "ID", conflicts_with = "env")]
    pub id: Option<String>,
    /// Begin one: of the values of this environment, by name or id
    #[arg(long, value_name = "E")]
    pub env: Option<String>,
    /// When it is begun: a token whose runner could read the values
    #[arg(long, value_name = "TOKEN", requires = "env")]
    pub because: Vec<String>,
    /// When it is begun: look for the same values in every project, not in this one alone
    #[arg(long, requires = "env")]
    pub everywhere: bool,
    /// Note that the values of this name are dealt with
    #[arg(long, value_name = "NAME", requires = "id")]
    pub settled: Vec<String>,
    /// Forget it
    #[arg(long, requires = "id", conflicts_with_all = ["settled", "json"])]
    pub forget: bool,
    /// Print a JSON array
    #[arg(long)]
    pub json: bool,
}

/// Which tokens to end.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Environment, by name or id
    #[arg(long, value_name = "E", required_unless_present = "everywhere")]
    pub env: Option<String>,
    /// Every environment of every project that you can see; with --all
    #[arg(long, conflicts_with = "env", requires = "all")]
    pub everywhere: bool,
    /// All active tokens, several at a time; asks first
    #[arg(long, conflicts_with = "tokens")]
    pub all: bool,
    /// With --all: do not ask
    #[arg(long, requires = "all")]
    pub yes: bool,
    /// With --all: write an incident report to a new file
    #[arg(long, value_name = "FILE", requires = "all")]
    pub report: Option<PathBuf>,
    /// Then make the keys of their environments anew, so that what leaked opens nothing new
    #[arg(long)]
    pub renew_key: bool,
    /// Tokens, by id or exact name
    #[arg(required_unless_present = "all", value_name = "TOKEN")]
    pub tokens: Vec<String>,
}

/// Which part of the activity to print.
#[derive(Debug, Args)]
pub struct Activity {
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// Only what is about this token, by id or exact name
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Only what is of this kind
    #[arg(long, value_name = "KIND", value_enum)]
    pub kind: Option<Kind>,
    /// So many entries at most, the newest; up to 1000
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u16,
    /// Print a JSON array
    #[arg(long)]
    pub json: bool,
}

/// A kind of entries of the activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A token was created
    Created,
    /// A token got new secrets
    Rotated,
    /// A token was revoked
    Revoked,
    /// The record of a token was deleted
    Deleted,
    /// A runner fetched
    Fetched,
    /// The key was made, or shared again
    Shared,
    /// Anything else
    Other,
}

impl From<Kind> for ActivityKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Created => Self::Created,
            Kind::Rotated => Self::Rotated,
            Kind::Revoked => Self::Revoked,
            Kind::Deleted => Self::Deleted,
            Kind::Fetched => Self::Fetched,
            Kind::Shared => Self::Shared,
            Kind::Other => Self::Other,
        }
    }
}

/// A role in the organisation of the local workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LocalRole {
    /// May do everything; the only one with one-time codes
    Admin,
    /// May share keys and push variables, and nothing with deploy tokens
    Developer,
    /// May read variables
    ReadOnly,
    /// May read the activity
    Auditor,
}

/// How to serve the local workspace.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on; loopback only
    #[arg(long, value_name = "127.0.0.1:PORT", default_value = "127.0.0.1:0")]
    pub addr: SocketAddr,
    /// Tokens of the sample environment, when it is first made
    #[arg(long, value_name = "N")]
    pub tokens: Option<usize>,
    /// Devices of the sample organisation, when it is first made
    #[arg(long, value_name = "N")]
    pub devices: Option<usize>,
    /// Variables of the sample environment, when it is first made
    #[arg(long, value_name = "N")]
    pub variables: Option<usize>,
    /// Calls a minute for each person, and for the runners of each environment; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub requests_per_minute: u32,
    /// Add an organisation that was moved to the desktop program and is refused
    #[arg(long)]
    pub moved: bool,
    /// Let every call wait
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Check more than the hosted service does, of what is sealed and signed
    #[arg(long)]
    pub strict: bool,
}
