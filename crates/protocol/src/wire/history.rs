//! Feeds of what happened (docs/protocol.md 10b): of a project, an environment, a variable. Clients of this project do not
//! read them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::written::{seconds, seconds_if_any};
use crate::types::{EnvironmentId, EnvironmentName, ProjectId};

/// The feed of an environment.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentFeed<'a> {
    /// `environment`.
    pub scope: &'static str,
    /// Which one.
    pub environment: EnvironmentReference<'a>,
    /// In numbers.
    pub summary: EnvironmentSummary<'a>,
    /// Newest first.
    pub entries: Vec<Entry<'a, OfSecret<'a>>>,
    /// How much of the feed this is.
    pub meta: FeedLimit,
}

/// The feed of a project with all its environments.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectFeed<'a> {
    /// `project`.
    pub scope: &'static str,
    /// Which one.
    pub project: ProjectReference<'a>,
    /// In numbers.
    pub summary: ProjectSummary<'a>,
    /// Newest first.
    pub entries: Vec<Entry<'a, InScope<'a>>>,
    /// How much of the feed this is.
    pub meta: FeedLimit,
}

/// The feed of one variable.
#[derive(Clone, Debug, Serialize)]
pub struct VariableFeed<'a> {
    /// `variable`.
    pub scope: &'static str,
    /// Where it is.
    pub environment: EnvironmentReference<'a>,
    /// Which one.
    pub variable: LatestVariable<'a>,
    /// Newest first.
    pub entries: Vec<Entry<'a, OfVersion<'a>>>,
    /// How much of the feed this is.
    pub meta: FeedMeta,
}

/// An environment that is named.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EnvironmentReference<'a> {
    /// Its id.
    pub id: &'a EnvironmentId,
    /// Its name.
    pub name: &'a EnvironmentName,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'a str,
}

/// A project that is named.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectReference<'a> {
    /// Its id.
    pub id: &'a ProjectId,
    /// Its name.
    pub name: &'a str,
}

/// An environment's feed in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentSummary<'a> {
    /// Within a day.
    pub variables_changed_last_24h: i64,
    /// Now.
    pub total_variables: i64,
    /// Who did the last thing.
    pub last_actor: Option<Actor<'a>>,
    /// When.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_change_at: Option<&'a str>,
}

/// A project's feed in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectSummary<'a> {
    /// Now.
    pub environment_count: i64,
    /// Now.
    pub total_variables: i64,
    /// Within a day.
    pub variables_changed_last_24h: i64,
    /// How many things each did within a day.
    pub actors_last_24h: BTreeMap<String, i64>,
    /// Who did the last thing.
    pub last_actor: Option<Actor<'a>>,
    /// When.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_change_at: Option<&'a str>,
}

/// The newest version of a variable.
#[derive(Clone, Debug, Serialize)]
pub struct LatestVariable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub latest_version: Option<i64>,
    /// When it was last pushed.
    #[serde(serialize_with = "seconds")]
    pub last_updated_at: &'a str,
    /// By whom.
    pub last_updated_by: Actor<'a>,
}

/// How much of a feed there is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FeedLimit {
    /// The most entries.
    pub limit: i64,
    /// Whether there are more.
    pub truncated: bool,
    /// Where the rest is: nowhere.
    pub more_url: Option<&'static str>,
}

/// How much of a variable's feed there is.
#[derive(Clone, Debug, Serialize)]
pub struct FeedMeta {
    /// Its part that this is.
    #[serde(flatten)]
    pub limit: FeedLimit,
    /// What the reader may see.
    pub permissions: FeedPermissions,
}

/// What the reader of a feed may see.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FeedPermissions {
    /// Sealed notes.
    pub view_version_change_notes: bool,
}

/// One thing that happened, and what the feed adds.
#[derive(Clone, Debug, Serialize)]
pub struct Entry<'a, More> {
    /// Which one.
    pub id: &'a str,
    /// When.
    #[serde(serialize_with = "seconds")]
    pub occurred_at: &'a str,
    /// Who did it.
    pub actor: Actor<'a>,
    /// What.
    pub operation: String,
    /// The variable that it is about.
    pub variable: Option<VariableState<'a>>,
    /// The environment key that it is about.
    pub kek: Option<KeyReference<'a>>,
    /// The line of the variable.
    pub line: Option<Line>,
    /// Whether that line is commented out.
    pub commented: bool,
    /// In words; empty where there are none.
    pub description: &'a str,
    /// What the feed adds.
    #[serde(flatten)]
    pub more: More,
}

/// Who did something.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Actor<'a> {
    /// `user`.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Who.
    pub id: Option<&'a str>,
    /// The name.
    pub name: Option<&'a str>,
    /// The e-mail address.
    pub email: Option<&'a str>,
}

/// A variable in a version.
#[derive(Clone, Debug, Serialize)]
pub struct VariableState<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version.
    pub version: i64,
    /// `active` or `deleted`.
    pub state: &'static str,
    /// Id and version.
    pub version_id: String,
}

/// An environment key that is named.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeyReference<'a> {
    /// Counts from 1.
    pub version: i64,
    /// SHA-256 of the key, hex.
    pub fingerprint: Option<&'a str>,
}

/// The line of a variable.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Line {
    /// Its length.
    pub bytes: i64,
    /// Never told: only devices can read it.
    pub display: Option<&'static str>,
}

/// What an environment's feed adds.
#[derive(Clone, Debug, Serialize)]
pub struct OfSecret<'a> {
    /// Id of the variable.
    pub environment_secret_id: Option<&'a str>,
}

/// What a project's feed adds.
#[derive(Clone, Debug, Serialize)]
pub struct InScope<'a> {
    /// Where it happened.
    pub scope: Scope<'a>,
}

/// Where something happened.
#[derive(Clone, Debug, Serialize)]
pub struct Scope<'a> {
    /// `environment` or `project`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The environment.
    pub environment: Option<EnvironmentReference<'a>>,
}

/// What a variable's feed adds.
#[derive(Clone, Debug, Serialize)]
pub struct OfVersion<'a> {
    /// The version that it is about.
    pub version: i64,
    /// The note that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_note: Option<ChangeNote<'a>>,
}

/// A sealed note.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeNote<'a> {
    /// Id of the entry.
    pub id: &'a str,
    /// When it was written.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// By whom.
    pub actor: Actor<'a>,
    /// As it was received, with its own signature.
    pub body: Value,
}
