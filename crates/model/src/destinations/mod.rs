//! Where a token's values can be sent: a catalogue, one file each, of tools that the user has and is signed in to.
//!
//! Nothing is started here: a [`Plan`] says what is to be run, with which arguments, and what goes to its standard input. No
//! secret is ever in an argument, and nothing that was typed can become an option: it is checked, and comes after a `=`.

mod amazon;
mod bitwarden;
mod cloudflare;
mod command;
mod fly;
mod github;
mod gitlab;
mod google;
mod kubernetes;
mod laravel;
mod onepassword;
mod vercel;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::IoCause;
use crate::formats::{self, Format, Subject};
use protocol::secret::SecretText;
use protocol::variable::Variable;
use protocol::{DeployTokenId, Moment};

/// The longest text of a destination, in bytes.
const LONGEST: usize = 500;

/// A kind of destinations.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What commands call it.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What its destinations look like, in words.
    pub hint: &'static str,
    /// What its destinations look like, as an example.
    pub example: &'static str,
    /// The names of its program; the first that is there is used. Empty where the destination names it.
    pub programs: &'static [&'static str],
    /// What mends that none is there.
    pub install: &'static str,
    /// How values of these names are sent to a destination; `None` for a text that is none.
    pub plan: fn(&str, &[&str]) -> Option<Plan>,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All kinds, in the order in which they are offered.
pub const KINDS: [Kind; 12] = [
    github::GITHUB,
    gitlab::GITLAB,
    kubernetes::KUBERNETES,
    vercel::VERCEL,
    cloudflare::CLOUDFLARE,
    fly::FLY,
    laravel::LARAVEL_CLOUD,
    amazon::AMAZON,
    google::GOOGLE,
    onepassword::ONE_PASSWORD,
    bitwarden::BITWARDEN,
    command::COMMAND,
];

/// What is run for a destination.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The destination in words.
    pub title: String,
    /// The program, where the destination names it.
    pub program: Option<String>,
    /// Arguments that end well where the user is signed in.
    pub signed_in: Option<Vec<String>>,
    /// The command that signs in, or gives what is missing.
    pub sign_in: String,
    /// What sends the values, in this order.
    pub calls: Vec<Call>,
    /// Arguments that list what is stored there, by names and times alone.
    pub look: Option<Vec<String>>,
}

/// One start of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub arguments: Vec<String>,
    /// Other arguments, where the first end badly because what they change is not there yet.
    pub otherwise: Option<Vec<String>>,
    /// What goes to its standard input.
    pub input: Input,
}

/// What goes to a program's standard input.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// One value as it is, by its place.
    Value(usize),
    /// All that are there, as a text.
    Block(Format),
    /// All in one, which takes the place of what was there: both values or nothing.
    Whole(Format),
    /// The same as a manifest of Kubernetes, of this name.
    Manifest(String),
    /// The same as an item of 1Password, of this title.
    OnePassword(String),
    /// The same as an item of Bitwarden, of this name.
    Bitwarden(String),
}

impl Input {
    /// Whether it takes the place of all that was stored, so that a value that has not changed would be lost.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Value(_) | Self::Block(_))
    }

    /// The text; `None` for a place where nothing is.
    pub fn text(&self, parcel: &Parcel) -> Option<SecretText> {
        Some(match self {
            Self::Value(at) => parcel.variables.get(*at)?.value.clone(),
            Self::Block(format) | Self::Whole(format) => (format.write)(&parcel.subject, &parcel.variables),
            Self::Manifest(name) => formats::kubernetes::manifest(name, &parcel.variables),
            Self::OnePassword(title) => formats::vaults::one_password(title, &parcel.variables),
            Self::Bitwarden(name) => formats::vaults::bitwarden(name, &parcel.variables),
        })
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub subject: Subject,
    pub variables: Vec<Variable>,
}

impl Parcel {
    /// The names of its variables.
    pub fn names(&self) -> Vec<&str> {
        self.variables.iter().map(|it| it.name.as_str()).collect()
    }
}

impl From<&crate::Issuance> for Parcel {
    fn from(issuance: &crate::Issuance) -> Self {
        Self {
            subject: issuance.subject(),
            variables: issuance.variables(),
        }
    }
}

/// A place to which values are sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    pub kind: Kind,
    target: String,
}

impl Destination {
    /// Reads `KIND:TARGET`, as [`Destination`] is displayed.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let (name, target) = text.split_once(':').unwrap_or((text, ""));
        let kind = kind(name.trim()).ok_or_else(|| DestinationError::Kind { text: cut(name) })?;
        Self::of(kind, target)
    }

    /// One of a kind.
    ///
    /// # Errors
    /// [`DestinationError::Target`].
    pub fn of(kind: Kind, target: &str) -> Result<Self, DestinationError> {
        let target = target.trim();
        let wrong = || DestinationError::Target {
            kind: kind.name,
            text: cut(target),
        };
        let is_odd = target.len() > LONGEST || target.contains(char::is_control);
        if is_odd || (kind.plan)(target, &[]).is_none() {
            return Err(wrong());
        }
        Ok(Self {
            kind,
            target: target.to_owned(),
        })
    }

    /// What is after the kind.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// How values of these names are sent there.
    pub fn plan(&self, names: &[&str]) -> Option<Plan> {
        (self.kind.plan)(&self.target, names)
    }

    /// It in words.
    pub fn title(&self) -> String {
        self.plan(&[]).map_or_else(|| self.to_string(), |plan| plan.title)
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.name, self.target)
    }
}

/// The kind of this name.
pub fn kind(name: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.name == name)
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A text that is no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// There is no such kind.
    #[error("there is no kind of destinations “{text}”")]
    Kind { text: String },
    /// Its kind does not have such.
    #[error("“{text}” is no destination of {kind}")]
    Target {
        /// The name of the kind.
        kind: &'static str,
        /// What was given.
        text: String,
    },
}

/// A destination to which a token's values were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Handed {
    pub destination: Destination,
    /// When they were sent there last.
    pub at: Moment,
}

/// To where the values of one of these tokens were sent.
pub fn destinations_of(
    token: &DeployTokenId,
    handed: &BTreeMap<DeployTokenId, Vec<Handed>>,
) -> Vec<Destination> {
    let all = handed.get(token).map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|it| it.destination.clone()).collect()
}

/// What was seen when values had been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What was run.
    pub program: PathBuf,
    /// What it lists afterwards of what was sent: names and times. Empty where it cannot be asked.
    pub seen: Vec<String>,
}

/// Why values were not sent, or not all of them. What a program said has no secret in it: it was masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Its program is not on this machine.
    #[error("{program} is not there")]
    Missing {
        program: String,
        /// What mends that.
        install: &'static str,
    },
    /// The user is not signed in to it, or it cannot reach what it is for.
    #[error("{} is not signed in", program.display())]
    NotSignedIn {
        program: PathBuf,
        /// The command that mends that.
        sign_in: String,
        said: String,
    },
    /// It takes both values at once, and only one is new.
    #[error("both values are needed")]
    Incomplete,
    /// It could not be started.
    #[error("{} cannot be started", program.display())]
    NotStarted { program: PathBuf, cause: IoCause },
    /// It ended badly. Some of the values may have been stored.
    #[error("{} failed", program.display())]
    Failed { program: PathBuf, said: String },
    /// It did not end in time, and was stopped.
    #[error("{} took too long", program.display())]
    TimedOut { program: PathBuf, seconds: u64 },
    /// The user stopped it. Some of the values may have been stored.
    #[error("it was stopped")]
    Stopped,
}

/// Whether a text is a name as tools take it: letters, digits, `-`, `_` and `.`, not beginning with `-`.
fn is_name(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(part)
}

/// Whether it is such names with `/` between.
fn is_path(text: &str) -> bool {
    text.split('/')
        .all(|part| is_name(part) && part != "." && part != "..")
}

/// Whether people may call a thing so: any text that does not begin as an option, and says nothing at its ends.
fn is_title(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.starts_with('-')
}

/// A target and what is after its last `@`, if anything.
fn with_scope(target: &str) -> (&str, Option<&str>) {
    match target.rsplit_once('@') {
        Some((target, scope)) => (target, Some(scope)),
        None => (target, None),
    }
}

/// Arguments of a program.
fn arguments<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

/// A call for each value, with that on its standard input.
fn each(names: &[&str], call: impl Fn(&str) -> Vec<String>) -> Vec<Call> {
    let calls = names.iter().enumerate().map(|(at, name)| Call {
        arguments: call(name),
        otherwise: None,
        input: Input::Value(at),
    });
    calls.collect()
}

#[cfg(test)]
mod tests;
