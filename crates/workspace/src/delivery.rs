//! Posts what waits in the queue of audit webhooks (docs/protocol.md 19). The request that caused an entry is answered whether
//! or not anybody takes it; what waits is in the database, and of that only what is being sent is held here.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response, redirect};
use serde::Serialize;
use sha2::Sha256;

use super::store::webhooks::{self, Entry, Outcome};
use super::store::{Access, Store, StoreError};
use protocol::Moment;
use protocol::wire::webhooks::{AuditRecord, EventDocument, NoProperties};

/// How long an address may take to answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// How much is sent at once.
const AT_ONCE: i64 = 4;
/// How many bytes of an answer are read; more than [`SHOWN`] characters have.
const READ: usize = 4 * 1024;
/// How many characters of an answer are told.
const SHOWN: usize = 500;
/// The wait after the database refused.
const PAUSE: Duration = Duration::from_secs(5);

/// Sends to addresses of webhooks: directly, without a proxy, following no redirect.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    /// Made when the first thing is sent: few workspaces have a webhook. `None` where it cannot be made.
    http: Arc<OnceLock<Option<Client>>>,
}

impl Sender {
    /// Posts a document, signed with the secret of the webhook.
    pub(super) async fn post(
        &self,
        endpoint_url: &str,
        secret: &str,
        event: &str,
        document: &impl Serialize,
    ) -> Outcome {
        let (Some(http), Ok(body)) = (self.http.get_or_init(client), serde_json::to_vec(document)) else {
            return Outcome::Unanswered("It could not be sent.".to_owned());
        };
        let timestamp = Moment::now().0.as_second().to_string();
        let Some(signature) = sign(secret, &timestamp, &body) else {
            return Outcome::Unanswered("It could not be signed.".to_owned());
        };
        let event = HeaderValue::from_str(event).unwrap_or(HeaderValue::from_static("unknown"));
        let begun = Instant::now();
        let request = http
            .post(endpoint_url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header("x-ghostable-event", event)
            .header("x-ghostable-timestamp", timestamp)
            .header("x-ghostable-signature", format!("sha256={signature}"))
            .body(body);
        match request.send().await {
            Ok(answer) => answered(answer, begun).await,
            Err(error) => Outcome::Unanswered(unanswered(&error).to_owned()),
        }
    }
}

fn client() -> Option<Client> {
    // Fails only if a provider was chosen before, which is then just as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = Client::builder()
        .user_agent(concat!("deploy-tokens/", env!("CARGO_PKG_VERSION")))
        .timeout(TIME_LIMIT)
        .redirect(redirect::Policy::none())
        .no_proxy();
    builder.build().ok()
}

/// Hex of HMAC-SHA256 over `timestamp.body`; the key is the secret's text (docs/protocol.md 19).
fn sign(secret: &str, timestamp: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
}

async fn answered(answer: Response, begun: Instant) -> Outcome {
    let status = answer.status();
    let text = beginning(answer).await;
    let latency_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let failure = (!status.is_success()).then(|| format!("HTTP {}: {}", status.as_u16(), shown(&text)));
    Outcome::Answered {
        status: status.as_u16(),
        latency_ms,
        failure,
    }
}

/// The first bytes of an answer, as far as they come.
async fn beginning(mut answer: Response) -> String {
    let mut read = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        let room = READ.saturating_sub(read.len());
        read.extend(chunk.iter().take(room));
        if read.len() >= READ {
            break;
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// In words that do not repeat the address, which may have a secret in it.
fn unanswered(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "There was no answer within 10 seconds."
    } else if error.is_connect() {
        "No connection could be made."
    } else {
        "It could not be sent, or the answer could not be read."
    }
}

/// Sends what is due, until it is dropped. Where nothing is kept nothing is sent: it would be sent again each time.
pub(super) async fn deliver(store: Store) {
    while store.keeps() {
        if let Err(error) = turn(&store).await {
            tracing::warn!(%error, "the queue of the audit webhooks cannot be worked on");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Sends what is due now, or waits until something may be.
async fn turn(store: &Store) -> Result<(), StoreError> {
    let next = store
        .run(Access::Read, |db| Ok::<_, StoreError>(webhooks::next_due(db)?))
        .await?;
    let Some(next) = next else {
        store.written().await;
        return Ok(());
    };
    let now = Moment::now();
    let wait = Moment::parse(&next).map_or(0, |due| due.seconds_since(now));
    if next <= now.to_wire() {
        return send_due(store).await;
    }
    // A whole second is what is left to wait at the most; something may be written meanwhile that is due before.
    let wait = Duration::from_secs(u64::try_from(wait).unwrap_or_default().saturating_add(1));
    drop(tokio::time::timeout(wait, store.written()).await);
    Ok(())
}

async fn send_due(store: &Store) -> Result<(), StoreError> {
    let due = store
        .run(Access::Note, |db| {
            Ok::<_, StoreError>(webhooks::claim(db, AT_ONCE)?)
        })
        .await?;
    let sent = due.into_iter().map(|due| async {
        let document = audit_event(&due.entry);
        let outcome = store
            .sender
            .post(&due.endpoint_url, &due.secret, &due.entry.event, &document)
            .await;
        (due, outcome)
    });
    for (due, outcome) in join_all(sent).await {
        store
            .run(Access::Note, move |db| {
                Ok::<_, StoreError>(webhooks::settle(db, &due, &outcome)?)
            })
            .await?;
    }
    Ok(())
}

fn audit_event(entry: &Entry) -> EventDocument<'_, NoProperties> {
    EventDocument {
        id: &entry.id,
        kind: "audit.event",
        event: &entry.event,
        description: &entry.description,
        organization_id: &entry.organization_id,
        created_at: &entry.occurred_at,
        subject: Some(record(&entry.subject)),
        causer: Some(record(&entry.causer)),
        properties: [],
    }
}

fn record((kind, id): &(String, Option<String>)) -> AuditRecord<'_> {
    let class = match kind.as_str() {
        "user" => Some("App\\Account\\Models\\User"),
        "project" => Some("App\\Project\\Models\\Project"),
        "environment" => Some("App\\Environment\\Models\\Environment"),
        "deployment_token" => Some("App\\Environment\\Models\\DeploymentToken"),
        _ => None,
    };
    AuditRecord {
        kind: class,
        id: id.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with another implementation.
    #[test]
    fn the_signature_is_over_time_and_body_with_a_dot_between() {
        let expected = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";
        assert_eq!(
            sign("secret", "1700000000", b"{\"a\":1}").as_deref(),
            Some(expected)
        );
    }

    #[test]
    fn an_answer_is_told_up_to_five_hundred_characters() {
        assert_eq!(shown("no"), "no");
        let long = "ä".repeat(501);
        assert_eq!(shown(&long), format!("{}...", "ä".repeat(500)));
        assert_eq!(shown(&"ä".repeat(500)).chars().count(), 500);
    }
}
