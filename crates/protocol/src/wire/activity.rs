//! The activity feed: who did what, deploy tokens and runners included (docs/protocol.md 17).

use serde::Serialize;

use super::written::seconds;

/// One entry.
#[derive(Clone, Debug, Serialize)]
pub struct ActivityDocument<'a> {
    /// Which one.
    pub id: &'a str,
    /// Which log it is in: `cli-token` for the bearers of deploy tokens.
    pub log_name: &'a str,
    /// What happened, such as `deployment_token_created`, or `deploy` for a runner's fetch.
    pub event: &'a str,
    /// In a sentence; the only place where a deploy token is named that was created, rotated, revoked or deleted.
    pub description: &'a str,
    /// When.
    #[serde(serialize_with = "seconds")]
    pub occurred_at: &'a str,
    /// What it was done to.
    pub subject: SubjectDocument<'a>,
    /// Who did it.
    pub causer: CauserDocument<'a>,
}

/// What something was done to.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectDocument<'a> {
    /// `project`, `environment`, `environment_token` and others.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Its id.
    pub id: Option<&'a str>,
    /// Its name at that time.
    pub name: Option<&'a str>,
}

/// Who did something.
#[derive(Clone, Debug, Serialize)]
pub struct CauserDocument<'a> {
    /// `user`, `deployment_token`, or `system` where there is nobody (any more).
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The person or the deploy token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The e-mail address of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
}
