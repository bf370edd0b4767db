//! Audit webhooks, and how sending to them went, as documents.

use crate::store::webhooks::{DEAD_LETTER, Delivery, Webhook};
use protocol::wire::webhooks::{
    DeliveryCounts, LatencyBuckets, MetricsDocument, MetricsSummary, WebhookDocument, WebhookMetrics,
};
use protocol::{Moment, OrganizationId};

/// How far metrics go back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    name: &'static str,
    hours: i64,
}

impl Window {
    /// What is meant where nobody says.
    pub(crate) const UNSAID: &'static str = "24h";

    /// The window of a name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (name, hours) = match name {
            "24h" => (Self::UNSAID, 24),
            "7d" => ("7d", 7 * 24),
            "30d" => ("30d", 30 * 24),
            _ => return None,
        };
        Some(Self { name, hours })
    }

    /// When it begins that ends then.
    pub(crate) fn before(self, end: Moment) -> Moment {
        end.plus_seconds(-3600 * self.hours)
    }
}

/// A webhook.
pub(crate) fn webhook(row: &Webhook) -> WebhookDocument<'_> {
    WebhookDocument {
        id: &row.id,
        organization_id: row.organization_id.as_str(),
        name: &row.name,
        endpoint_url: &row.endpoint_url,
        status: &row.status,
        consecutive_failures: row.consecutive_failures,
        last_error: row.last_error.as_deref(),
        last_delivered_at: row.last_delivered_at.as_deref(),
        disabled_at: row.disabled_at.as_deref(),
        dead_lettered_at: row.dead_lettered_at.as_deref(),
        created_at: &row.created_at,
        updated_at: &row.updated_at,
    }
}

/// How sending to an organisation's webhooks went.
pub(crate) fn metrics<'a>(
    organization: &'a OrganizationId,
    window: Window,
    (window_start, generated_at): (&'a str, &'a str),
    (webhooks, deliveries): (&'a [Webhook], &'a [Delivery]),
) -> MetricsDocument<'a> {
    let dead = webhooks.iter().filter(|webhook| webhook.status == DEAD_LETTER);
    MetricsDocument {
        organization_id: organization.as_str(),
        window: window.name,
        window_start,
        generated_at,
        summary: MetricsSummary {
            counts: counts(deliveries.iter()),
            dead_lettered_webhooks: dead.count(),
        },
        webhooks: webhooks.iter().map(|row| of_webhook(row, deliveries)).collect(),
    }
}

fn of_webhook<'a>(row: &'a Webhook, deliveries: &'a [Delivery]) -> WebhookMetrics<'a> {
    let own = || deliveries.iter().filter(|delivery| delivery.webhook_id == row.id);
    let last = own().next_back();
    let failed = own().rfind(|delivery| !delivery.delivered);
    WebhookMetrics {
        id: &row.id,
        name: &row.name,
        endpoint_url: &row.endpoint_url,
        status: &row.status,
        consecutive_failures: row.consecutive_failures,
        counts: counts(own()),
        last_delivery_status: last.map(|last| if last.delivered { "delivered" } else { "failed" }),
        last_delivery_http_status: last.map(|last| last.http_status),
        last_error: row.last_error.as_deref(),
        last_error_at: failed.map(|failed| failed.at.as_str()),
        last_delivered_at: row.last_delivered_at.as_deref(),
        dead_lettered_at: row.dead_lettered_at.as_deref(),
        updated_at: &row.updated_at,
    }
}

fn counts<'a>(deliveries: impl Iterator<Item = &'a Delivery>) -> DeliveryCounts {
    let (mut latencies, mut succeeded) = (Vec::new(), 0);
    for delivery in deliveries {
        latencies.push(delivery.latency_ms);
        succeeded += usize::from(delivery.delivered);
    }
    latencies.sort_unstable();
    let attempted = latencies.len();
    DeliveryCounts {
        attempted,
        succeeded,
        failed: attempted.saturating_sub(succeeded),
        success_rate: rate(succeeded, attempted),
        latency_p50: percentile(&latencies, 50),
        latency_p95: percentile(&latencies, 95),
        latency_p99: percentile(&latencies, 99),
        latency_buckets: buckets(&latencies),
    }
}

/// Percent, rounded to two places.
fn rate(succeeded: usize, attempted: usize) -> Option<f64> {
    let (succeeded, attempted) = (u32::try_from(succeeded).ok()?, u32::try_from(attempted).ok()?);
    let percent = f64::from(succeeded) * 100.0 / f64::from(attempted);
    (attempted > 0).then(|| (percent * 100.0).round() / 100.0)
}

/// The smallest of sorted numbers that so many in a hundred do not exceed.
fn percentile(sorted: &[i64], hundredths: usize) -> Option<i64> {
    let place = sorted.len().saturating_mul(hundredths).div_ceil(100);
    sorted.get(place.saturating_sub(1)).copied()
}

fn buckets(latencies: &[i64]) -> LatencyBuckets {
    let mut buckets = LatencyBuckets::default();
    for latency in latencies {
        let bucket = match latency {
            ..=100 => &mut buckets.to_100,
            ..=300 => &mut buckets.to_300,
            ..=1000 => &mut buckets.to_1000,
            ..=3000 => &mut buckets.to_3000,
            _ => &mut buckets.longer,
        };
        *bucket += 1;
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(delivered: bool, latency_ms: i64) -> Delivery {
        Delivery {
            webhook_id: "w".to_owned(),
            at: "2026-02-03T04:05:06.007Z".to_owned(),
            delivered,
            http_status: if delivered { 202 } else { 500 },
            latency_ms,
        }
    }

    #[test]
    fn counts_are_as_the_server_counts() {
        let none = counts([].iter());
        assert_eq!(
            (none.attempted, none.success_rate, none.latency_p50),
            (0, None, None)
        );
        let some = [
            delivery(true, 92),
            delivery(false, 240),
            delivery(true, 100),
            delivery(true, 3001),
        ];
        let told = counts(some[..3].iter());
        assert_eq!((told.attempted, told.succeeded, told.failed), (3, 2, 1));
        assert_eq!(told.success_rate, Some(66.67));
        assert_eq!((told.latency_p50, told.latency_p95), (Some(100), Some(240)));
        let told = counts(some.iter());
        let filled = LatencyBuckets {
            to_100: 2,
            to_300: 1,
            longer: 1,
            ..LatencyBuckets::default()
        };
        assert_eq!(told.latency_buckets, filled);
        assert_eq!(told.latency_p99, Some(3001));
    }
}
