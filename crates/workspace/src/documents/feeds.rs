//! Entries of the feeds as documents.

use crate::store::activity;
use crate::store::directory::{Environment, Project};
use crate::store::history::{self, Actor, Entry, Place, Totals};
use protocol::wire::activity::{ActivityDocument, CauserDocument, SubjectDocument};
use protocol::wire::history as feed;

/// An entry of the activity feed.
pub(crate) fn activity(row: &activity::Entry) -> ActivityDocument<'_> {
    let (kind, id, name) = &row.subject;
    ActivityDocument {
        id: &row.id,
        log_name: &row.log_name,
        event: &row.event,
        description: &row.description,
        occurred_at: &row.occurred_at,
        subject: SubjectDocument {
            kind,
            id: id.as_deref(),
            name: name.as_deref(),
        },
        causer: CauserDocument {
            kind: &row.causer.kind,
            id: row.causer.id.as_deref(),
            name: row.causer.name.as_deref(),
            email: row.causer.email.as_deref(),
        },
    }
}

/// The feed of an environment.
pub(crate) fn environment_feed<'a>(
    environment: &'a Environment,
    entries: &'a [Entry],
    truncated: bool,
    totals: Totals,
) -> feed::EnvironmentFeed<'a> {
    let last = entries.first();
    let with_id = |row: &'a Entry| {
        let environment_secret_id = row.variable.as_ref().map(|variable| variable.id.as_str());
        let more = feed::OfSecret {
            environment_secret_id,
        };
        entry(row, operation(row, ""), more)
    };
    feed::EnvironmentFeed {
        scope: "environment",
        environment: here(environment),
        summary: feed::EnvironmentSummary {
            variables_changed_last_24h: totals.changed,
            total_variables: totals.variables,
            last_actor: last.map(|entry| actor(&entry.actor)),
            last_change_at: last.map(|entry| entry.occurred_at.as_str()),
        },
        entries: entries.iter().map(with_id).collect(),
        meta: limit(history::ENVIRONMENT_LIMIT, truncated),
    }
}

/// The feed of a project; `summary` without what the entries say.
pub(crate) fn project_feed<'a>(
    project: &'a Project,
    entries: &'a [Entry],
    truncated: bool,
    mut summary: feed::ProjectSummary<'a>,
) -> feed::ProjectFeed<'a> {
    let last = entries.first();
    summary.last_actor = last.map(|entry| actor(&entry.actor));
    summary.last_change_at = last.map(|entry| entry.occurred_at.as_str());
    let with_scope = |row: &'a Entry| {
        let kind = if row.environment.is_some() {
            "environment"
        } else {
            "project"
        };
        let environment = row.environment.as_ref().map(place);
        let scope = feed::Scope { kind, environment };
        entry(row, operation(row, "key_"), feed::InScope { scope })
    };
    feed::ProjectFeed {
        scope: "project",
        project: feed::ProjectReference {
            id: &project.id,
            name: &project.name,
        },
        summary,
        entries: entries.iter().map(with_scope).collect(),
        meta: limit(history::PROJECT_LIMIT, truncated),
    }
}

/// The feed of a variable; `None` without an entry, because then there was never one of that name.
pub(crate) fn variable_feed<'a>(
    environment: &'a Environment,
    name: &'a str,
    entries: &'a [Entry],
) -> Option<feed::VariableFeed<'a>> {
    let last = entries.first()?;
    let with_note = |row: &'a Entry| {
        let body = row
            .note
            .as_deref()
            .and_then(|note| serde_json::from_str(note).ok());
        let change_note = body.map(|body| feed::ChangeNote {
            id: &row.id,
            created_at: &row.occurred_at,
            actor: actor(&row.actor),
            body,
        });
        let version = row.variable.as_ref().map_or(0, |variable| variable.number);
        entry(row, operation(row, ""), feed::OfVersion { version, change_note })
    };
    Some(feed::VariableFeed {
        scope: "variable",
        environment: here(environment),
        variable: feed::LatestVariable {
            name,
            latest_version: last.variable.as_ref().map(|variable| variable.number),
            last_updated_at: &last.occurred_at,
            last_updated_by: actor(&last.actor),
        },
        entries: entries.iter().map(with_note).collect(),
        meta: feed::FeedMeta {
            limit: limit(history::PROJECT_LIMIT, false),
            permissions: feed::FeedPermissions {
                view_version_change_notes: true,
            },
        },
    })
}

fn limit(limit: i64, truncated: bool) -> feed::FeedLimit {
    feed::FeedLimit {
        limit,
        truncated,
        more_url: None,
    }
}

/// What happened, in the words of the feed: those of variables bare, those of keys with what a project's feed puts before
/// them.
fn operation(row: &Entry, of_keys: &str) -> String {
    if let Some(what) = row.operation.strip_prefix("environment_key_") {
        return format!("{of_keys}{what}");
    }
    match row.operation.strip_prefix("variable_").unwrap_or(&row.operation) {
        what @ ("created" | "updated") if row.note.is_some() => format!("{what}_with_reason"),
        what => what.to_owned(),
    }
}

fn entry<More>(row: &Entry, operation: String, more: More) -> feed::Entry<'_, More> {
    let variable = row.variable.as_ref().map(|variable| feed::VariableState {
        name: &variable.name,
        version: variable.number,
        state: if row.operation == "variable_deleted" {
            "deleted"
        } else {
            "active"
        },
        version_id: format!("{}:{}", variable.id, variable.number),
    });
    let kek = row.kek.as_ref().map(|(version, fingerprint)| feed::KeyReference {
        version: *version,
        fingerprint: fingerprint.as_deref(),
    });
    feed::Entry {
        id: &row.id,
        occurred_at: &row.occurred_at,
        actor: actor(&row.actor),
        operation,
        variable,
        kek,
        line: row.line_bytes.map(|bytes| feed::Line { bytes, display: None }),
        commented: row.commented,
        description: row.description.as_deref().unwrap_or_default(),
        more,
    }
}

fn actor(row: &Actor) -> feed::Actor<'_> {
    feed::Actor {
        kind: &row.kind,
        id: row.id.as_deref(),
        name: row.name.as_deref(),
        email: row.email.as_deref(),
    }
}

fn here(row: &Environment) -> feed::EnvironmentReference<'_> {
    feed::EnvironmentReference {
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
    }
}

fn place(row: &Place) -> feed::EnvironmentReference<'_> {
    feed::EnvironmentReference {
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
    }
}
