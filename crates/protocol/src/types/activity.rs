//! Who did what in a project, deploy tokens and fetches of runners included (docs/protocol.md 17).

use super::{DeployTokenId, EnvironmentId, Occurrence};

/// One entry of the activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    /// Which one, where it is told.
    pub id: Option<String>,
    /// What happened.
    pub kind: ActivityKind,
    /// The same in the server's own word.
    pub event: String,
    /// The same in the server's sentence; empty where there is none. The only place where a deploy token is named that was
    /// created, rotated, revoked or deleted.
    pub description: String,
    /// When. Never [`Occurrence::Never`].
    pub at: Occurrence,
    /// What it was done to, where it is told.
    pub subject: ActivitySubject,
    /// Who did it.
    pub author: ActivityAuthor,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivityKind {
    /// A deploy token was created.
    Created,
    /// A deploy token got new secrets.
    Rotated,
    /// A deploy token was revoked.
    Revoked,
    /// The record of a deploy token was deleted.
    Deleted,
    /// A runner fetched.
    Fetched,
    /// An environment key was made, or shared again.
    Shared,
    /// Anything else, what this program does not know among it.
    Other,
}

impl ActivityKind {
    /// All of them, as they are offered.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Rotated,
        Self::Revoked,
        Self::Deleted,
        Self::Fetched,
        Self::Shared,
        Self::Other,
    ];

    /// What the server's word for an event means.
    pub fn of(event: &str) -> Self {
        match event {
            "deployment_token_created" => Self::Created,
            "deployment_token_rotated" => Self::Rotated,
            "deployment_token_revoked" => Self::Revoked,
            "deployment_token_deleted" => Self::Deleted,
            "deploy" => Self::Fetched,
            "environment_key_created" | "environment_key_reshared" => Self::Shared,
            _ => Self::Other,
        }
    }

    /// Whether it is what a person did with a deploy token.
    pub fn is_of_a_token(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Rotated | Self::Revoked | Self::Deleted
        )
    }
}

/// What something was done to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivitySubject {
    /// `project`, `environment`, `environment_token` and others.
    pub kind: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// Its name at that time.
    pub name: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityAuthor {
    /// A person.
    Person {
        /// The name.
        name: Option<String>,
        /// The e-mail address.
        email: Option<String>,
    },
    /// A runner, by its deploy token.
    Token {
        /// The deploy token.
        id: DeployTokenId,
        /// Its name.
        name: Option<String>,
    },
    /// Nobody, or somebody who is not there any more: also the runners of deleted tokens.
    System,
    /// Somebody whom this program does not know, by what the server calls them.
    Other(String),
}

/// A page of the activity, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// The entries that could be read.
    pub entries: Vec<ActivityEntry>,
    /// How many could not.
    pub unreadable: usize,
    /// Whether there is another page.
    pub has_more: bool,
}

impl ActivityEntry {
    /// Whether it happened in this environment, as far as it is told. What is about a CI token alone belongs to none.
    pub fn is_in(&self, environment: &EnvironmentId) -> bool {
        self.subject.id.as_deref() == Some(environment.as_str())
    }

    /// Whether it is about the deploy token with this id and name: a fetch by its id, else by the name in the sentence,
    /// which other tokens may have, too.
    pub fn is_about(&self, id: &DeployTokenId, name: &str) -> bool {
        match &self.author {
            ActivityAuthor::Token { id: author, .. } => author == id,
            _ => self.kind.is_of_a_token() && self.description.contains(&format!("token \"{name}\" for \"")),
        }
    }
}
