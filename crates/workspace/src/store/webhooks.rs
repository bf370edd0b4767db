//! Audit webhooks, what is to be sent to them yet, and how it went (docs/protocol.md 19).

use rusqlite::{Connection, OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::column::named;
use crate::stamp::{new_id, now};
use protocol::OrganizationId;

/// How often something is tried, and how many seconds lie between.
const WAITS: [i64; 3] = [30, 120, 300];
/// How many seconds somebody who sends has, before somebody else may.
const LEASE: i64 = 30;
/// How long it is kept how sending went: as long as it can be asked for.
const KEPT: i64 = 30 * 86_400;

const ACTIVE: &str = "active";
const DISABLED: &str = "disabled";
/// It is given up until its secret is rotated.
pub(crate) const DEAD_LETTER: &str = "dead_letter";

/// A webhook.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    pub(crate) endpoint_url: String,
    pub(crate) status: String,
    pub(crate) consecutive_failures: i64,
    pub(crate) last_error: Option<String>,
    pub(crate) last_delivered_at: Option<String>,
    pub(crate) disabled_at: Option<String>,
    pub(crate) dead_lettered_at: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

const WEBHOOK: &str =
    "SELECT id, organization_id, name, endpoint_url, status, consecutive_failures, last_error,
    last_delivered_at, disabled_at, dead_lettered_at, created_at, updated_at FROM audit_webhooks";

impl Webhook {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            organization_id: named(row, 1, OrganizationId::new)?,
            name: row.get(2)?,
            endpoint_url: row.get(3)?,
            status: row.get(4)?,
            consecutive_failures: row.get(5)?,
            last_error: row.get(6)?,
            last_delivered_at: row.get(7)?,
            disabled_at: row.get(8)?,
            dead_lettered_at: row.get(9)?,
            created_at: row.get(10)?,
            updated_at: row.get(11)?,
        })
    }
}

/// The webhooks of an organisation, newest first.
pub(crate) fn list(db: &Connection, organization: &OrganizationId) -> rusqlite::Result<Vec<Webhook>> {
    db.prepare_cached(&format!(
        "{WEBHOOK} WHERE organization_id = ?1 ORDER BY created_at DESC, rowid DESC"
    ))?
    .query_map([organization.as_str()], Webhook::from_row)?
    .collect()
}

/// A webhook, whoever's it is.
pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Webhook>> {
    db.prepare_cached(&format!("{WEBHOOK} WHERE id = ?1"))?
        .query_row([id], Webhook::from_row)
        .optional()
}

/// Makes a webhook, active from now on, and gives its id.
pub(crate) fn insert(
    db: &Connection,
    organization: &OrganizationId,
    (name, endpoint_url): (&str, &str),
    secret: &str,
) -> rusqlite::Result<String> {
    let id = new_id();
    db.prepare_cached(
        "INSERT INTO audit_webhooks (id, organization_id, name, endpoint_url, signing_secret, status, created_at,
         updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )?
    .execute(params![id, organization.as_str(), name, endpoint_url, secret, ACTIVE, now()])?;
    Ok(id)
}

/// A new secret; the webhook is as new, whatever it was before.
pub(crate) fn rotate(db: &Connection, id: &str, secret: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE audit_webhooks SET signing_secret = ?2, status = ?3, consecutive_failures = 0, last_error = NULL,
         disabled_at = NULL, dead_lettered_at = NULL, updated_at = ?4 WHERE id = ?1",
    )?
    .execute(params![id, secret, ACTIVE, now()])?;
    Ok(())
}

/// Switches a webhook off. What waits for it is dropped when its turn comes.
pub(crate) fn disable(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE audit_webhooks SET status = ?2, disabled_at = ?3, updated_at = ?3 WHERE id = ?1",
    )?
    .execute(params![id, DISABLED, now()])?;
    Ok(())
}

/// Puts an entry of the activity in the queue of each active webhook of its organisation.
pub(super) fn enqueue(
    db: &Connection,
    organization: &OrganizationId,
    activity_id: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit_webhook_queue (webhook_id, activity_id, due_at)
         SELECT id, ?2, ?3 FROM audit_webhooks WHERE organization_id = ?1 AND status = ?4",
    )?
    .execute(params![organization.as_str(), activity_id, now(), ACTIVE])?;
    Ok(())
}

/// Something that is to be sent, as it is sent.
#[derive(Debug)]
pub(crate) struct Due {
    /// Its place in the queue.
    pub(crate) id: i64,
    pub(crate) webhook_id: String,
    pub(crate) endpoint_url: String,
    pub(crate) secret: Zeroizing<String>,
    /// The how manieth time this is, from 1 on.
    pub(crate) attempt: usize,
    pub(crate) entry: Entry,
}

/// An entry of the activity, as webhooks are told of it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) event: String,
    pub(crate) description: String,
    pub(crate) occurred_at: String,
    pub(crate) subject: (String, Option<String>),
    pub(crate) causer: (String, Option<String>),
}

/// When the next thing is due; `None` while nothing waits.
pub(crate) fn next_due(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT min(due_at) FROM audit_webhook_queue")?
        .query_row([], |row| row.get(0))
}

/// Takes what is due, at most so much, oldest first: for [`LEASE`] seconds nobody else does. What is for a webhook that is not
/// active any more is dropped.
pub(crate) fn claim(db: &Connection, most: i64) -> rusqlite::Result<Vec<Due>> {
    db.prepare_cached(
        "DELETE FROM audit_webhook_queue WHERE due_at <= ?1
         AND webhook_id IN (SELECT id FROM audit_webhooks WHERE status <> ?2)",
    )?
    .execute(params![now(), ACTIVE])?;
    let due: Vec<Due> = db
        .prepare_cached(
            "SELECT q.id, w.id, w.endpoint_url, w.signing_secret, q.attempts, a.id, a.organization_id, a.event,
             a.description, a.occurred_at, a.subject_type, a.subject_id, a.causer_type, a.causer_id
             FROM audit_webhook_queue q JOIN audit_webhooks w ON w.id = q.webhook_id JOIN activity a ON a.id = q.activity_id
             WHERE q.due_at <= ?1 ORDER BY q.id LIMIT ?2",
        )?
        .query_map(params![now(), most], due)?
        .collect::<Result<_, _>>()?;
    for one in &due {
        db.prepare_cached(
            "UPDATE audit_webhook_queue SET due_at = ?2, attempts = attempts + 1 WHERE id = ?1",
        )?
        .execute(params![one.id, in_seconds(LEASE)])?;
    }
    Ok(due)
}

fn due(row: &Row<'_>) -> rusqlite::Result<Due> {
    let before: i64 = row.get(4)?;
    Ok(Due {
        id: row.get(0)?,
        webhook_id: row.get(1)?,
        endpoint_url: row.get(2)?,
        secret: Zeroizing::new(row.get(3)?),
        attempt: usize::try_from(before).unwrap_or_default().saturating_add(1),
        entry: Entry {
            id: row.get(5)?,
            organization_id: row.get(6)?,
            event: row.get(7)?,
            description: row.get(8)?,
            occurred_at: row.get(9)?,
            subject: (row.get(10)?, row.get(11)?),
            causer: (row.get(12)?, row.get(13)?),
        },
    })
}

/// The secret of a webhook.
pub(crate) fn secret(db: &Connection, id: &str) -> rusqlite::Result<Zeroizing<String>> {
    db.prepare_cached("SELECT signing_secret FROM audit_webhooks WHERE id = ?1")?
        .query_row([id], |row| row.get(0).map(Zeroizing::new))
}

/// What became of something that was sent.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It was answered with this status, after so many milliseconds; where that is none of success, with these words.
    Answered {
        status: u16,
        latency_ms: i64,
        failure: Option<String>,
    },
    /// There was no answer, for this reason.
    Unanswered(String),
}

impl Outcome {
    /// Why it was not taken.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self {
            Self::Answered { failure, .. } => failure.as_deref(),
            Self::Unanswered(reason) => Some(reason),
        }
    }
}

/// Notes what became of something at its webhook. What got no answer changes nothing there.
pub(crate) fn note(db: &Connection, webhook: &str, outcome: &Outcome) -> rusqlite::Result<()> {
    let Outcome::Answered {
        status,
        latency_ms,
        failure,
    } = outcome
    else {
        return Ok(());
    };
    let at = now();
    db.prepare_cached(
        "INSERT INTO audit_webhook_deliveries (webhook_id, at, delivered, http_status, latency_ms)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![webhook, at, failure.is_none(), status, latency_ms])?;
    db.prepare_cached("DELETE FROM audit_webhook_deliveries WHERE webhook_id = ?1 AND at < ?2")?
        .execute(params![webhook, in_seconds(-KEPT)])?;
    let changed = match failure {
        None => {
            "last_delivered_at = ?2, last_error = ?3, consecutive_failures = 0, dead_lettered_at = NULL, updated_at = ?2"
        }
        Some(_) => "last_error = ?3, consecutive_failures = consecutive_failures + 1, updated_at = ?2",
    };
    db.prepare_cached(&format!("UPDATE audit_webhooks SET {changed} WHERE id = ?1"))?
        .execute(params![webhook, at, failure])?;
    Ok(())
}

/// Takes what was sent out of the queue, or puts it back until its next turn. After the last one its webhook is given up.
pub(crate) fn settle(db: &Connection, sent: &Due, outcome: &Outcome) -> rusqlite::Result<()> {
    note(db, &sent.webhook_id, outcome)?;
    let again = outcome
        .failure()
        .and_then(|_| WAITS.get(sent.attempt.saturating_sub(1)));
    if let Some(wait) = again {
        db.prepare_cached("UPDATE audit_webhook_queue SET due_at = ?2 WHERE id = ?1")?
            .execute(params![sent.id, in_seconds(*wait)])?;
        return Ok(());
    }
    db.prepare_cached("DELETE FROM audit_webhook_queue WHERE id = ?1")?
        .execute([sent.id])?;
    if let Some(reason) = outcome.failure() {
        db.prepare_cached(
            "UPDATE audit_webhooks SET status = ?2, dead_lettered_at = ?3, last_error = ?4, updated_at = ?3
             WHERE id = ?1 AND status = ?5",
        )?
        .execute(params![sent.webhook_id, DEAD_LETTER, now(), reason, ACTIVE])?;
    }
    Ok(())
}

/// One answer of a webhook's address.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) webhook_id: String,
    pub(crate) at: String,
    pub(crate) delivered: bool,
    pub(crate) http_status: i64,
    pub(crate) latency_ms: i64,
}

/// What an organisation's webhooks answered since then, oldest first.
pub(crate) fn deliveries(
    db: &Connection,
    organization: &OrganizationId,
    since: &str,
) -> rusqlite::Result<Vec<Delivery>> {
    db.prepare_cached(
        "SELECT d.webhook_id, d.at, d.delivered, d.http_status, d.latency_ms FROM audit_webhook_deliveries d
         JOIN audit_webhooks w ON w.id = d.webhook_id WHERE w.organization_id = ?1 AND d.at >= ?2 ORDER BY d.id",
    )?
    .query_map([organization.as_str(), since], |row| {
        Ok(Delivery {
            webhook_id: row.get(0)?,
            at: row.get(1)?,
            delivered: row.get(2)?,
            http_status: row.get(3)?,
            latency_ms: row.get(4)?,
        })
    })?
    .collect()
}

fn in_seconds(seconds: i64) -> String {
    protocol::Moment::now().plus_seconds(seconds).to_wire()
}
