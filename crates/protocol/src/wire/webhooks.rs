//! Audit webhooks: addresses to which each entry of the activity is posted (docs/protocol.md 19). Written alone; nothing here
//! reads them.

use serde::Serialize;

use super::written::{seconds, seconds_if_any};

/// One webhook. Its signing secret is told once, in [`SigningSecretMeta`].
#[derive(Clone, Debug, Serialize)]
pub struct WebhookDocument<'a> {
    /// Which one.
    pub id: &'a str,
    /// Whose activity it hears of.
    pub organization_id: &'a str,
    /// As its maker called it.
    pub name: &'a str,
    /// Where entries are posted to.
    pub endpoint_url: &'a str,
    /// `active`, `disabled` or `dead_letter`.
    pub status: &'a str,
    /// How many answers in a row were none of success.
    pub consecutive_failures: i64,
    /// What went wrong last, until something is taken again.
    pub last_error: Option<&'a str>,
    /// When something was taken last.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_delivered_at: Option<&'a str>,
    /// Since when it is switched off.
    #[serde(serialize_with = "seconds_if_any")]
    pub disabled_at: Option<&'a str>,
    /// Since when it is given up.
    #[serde(serialize_with = "seconds_if_any")]
    pub dead_lettered_at: Option<&'a str>,
    /// When it was made.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When anything of it changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// `meta` of an answer that tells a signing secret, for the only time.
#[derive(Serialize)]
pub struct SigningSecretMeta<'a> {
    /// 64 characters; as text, not as base64, the key of the signature.
    pub signing_secret: &'a str,
}

/// `POST …/test` that was taken.
#[derive(Clone, Debug, Serialize)]
pub struct TestedDocument<'a> {
    /// In a sentence.
    pub message: &'static str,
    /// The webhook as it is now.
    pub data: WebhookDocument<'a>,
}

/// `POST …/test` that was answered with another status than one of success.
#[derive(Clone, Debug, Serialize)]
pub struct TestFailedDocument<'a> {
    /// In a sentence.
    pub message: &'static str,
    /// What was answered.
    pub error: TestFailure<'a>,
    /// The webhook as it is now.
    pub data: WebhookDocument<'a>,
}

/// Why a test failed.
#[derive(Clone, Debug, Serialize)]
pub struct TestFailure<'a> {
    /// Status and the beginning of the body.
    pub detail: &'a str,
}

/// What is posted: an entry of the activity, or what shows whether an address takes anything.
#[derive(Clone, Debug, Serialize)]
pub struct EventDocument<'a, Properties> {
    /// Id of the entry, or of this test alone.
    pub id: &'a str,
    /// `audit.event`, or `audit.webhook.test`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What happened, as the activity calls it, or `webhook.test`.
    pub event: &'a str,
    /// In a sentence.
    pub description: &'a str,
    /// Where.
    pub organization_id: &'a str,
    /// When.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// What it was done to; a test does not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<AuditRecord<'a>>,
    /// Who did it, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causer: Option<AuditRecord<'a>>,
    /// More about it: none of an entry, why it was sent of a test.
    pub properties: Properties,
}

/// An entry has no properties: an empty list.
pub type NoProperties = [(); 0];

/// A record as the server's own database names it.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRecord<'a> {
    /// Its class.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// Which one.
    pub id: Option<&'a str>,
}

/// Why a test was sent.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TestSource {
    /// `manual_test`.
    pub source: &'static str,
}

/// `GET …/metrics`.
#[derive(Clone, Debug, Serialize)]
pub struct MetricsDocument<'a> {
    /// Whose webhooks they are of.
    pub organization_id: &'a str,
    /// `24h`, `7d` or `30d`.
    pub window: &'a str,
    /// Since when is counted.
    #[serde(serialize_with = "seconds")]
    pub window_start: &'a str,
    /// Until when.
    #[serde(serialize_with = "seconds")]
    pub generated_at: &'a str,
    /// All webhooks together.
    pub summary: MetricsSummary,
    /// Each of them, newest first.
    pub webhooks: Vec<WebhookMetrics<'a>>,
}

/// All webhooks together.
#[derive(Clone, Debug, Serialize)]
pub struct MetricsSummary {
    /// What was sent.
    #[serde(flatten)]
    pub counts: DeliveryCounts,
    /// How many of them are given up.
    pub dead_lettered_webhooks: usize,
}

/// What was answered, by count and time. What got no answer is not counted.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryCounts {
    /// All.
    pub attempted: usize,
    /// Answered with a status of success.
    pub succeeded: usize,
    /// Answered with another one.
    pub failed: usize,
    /// Percent of all, to two places; null of none.
    pub success_rate: Option<f64>,
    /// Milliseconds within which half of the answers came.
    pub latency_p50: Option<i64>,
    /// The same of 95 in a hundred.
    pub latency_p95: Option<i64>,
    /// The same of 99 in a hundred.
    pub latency_p99: Option<i64>,
    /// How many took how long.
    pub latency_buckets: LatencyBuckets,
}

/// How many answers took how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LatencyBuckets {
    /// Up to 100 ms.
    #[serde(rename = "0-100ms")]
    pub to_100: usize,
    /// Up to 300 ms.
    #[serde(rename = "101-300ms")]
    pub to_300: usize,
    /// Up to 1000 ms.
    #[serde(rename = "301-1000ms")]
    pub to_1000: usize,
    /// Up to 3000 ms.
    #[serde(rename = "1001-3000ms")]
    pub to_3000: usize,
    /// Longer.
    #[serde(rename = "3001ms+")]
    pub longer: usize,
}

/// One webhook.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookMetrics<'a> {
    /// Which one.
    pub id: &'a str,
    /// As its maker called it.
    pub name: &'a str,
    /// Where entries are posted to.
    pub endpoint_url: &'a str,
    /// `active`, `disabled` or `dead_letter`.
    pub status: &'a str,
    /// How many answers in a row were none of success.
    pub consecutive_failures: i64,
    /// What was sent.
    #[serde(flatten)]
    pub counts: DeliveryCounts,
    /// `delivered` or `failed`; null where nothing was sent.
    pub last_delivery_status: Option<&'static str>,
    /// The status of the last answer.
    pub last_delivery_http_status: Option<i64>,
    /// What went wrong last, until something is taken again.
    pub last_error: Option<&'a str>,
    /// When an answer of failure came last.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_error_at: Option<&'a str>,
    /// When something was taken last.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_delivered_at: Option<&'a str>,
    /// Since when it is given up.
    #[serde(serialize_with = "seconds_if_any")]
    pub dead_lettered_at: Option<&'a str>,
    /// When anything of it changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}
