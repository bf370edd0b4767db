//! Audit webhooks: each entry of the activity is posted, signed, to whoever takes it, and nobody waits for that.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use protocol::Moment;
use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::TestWorkspace;
use tokio::sync::Notify;

/// What was posted: its headers and its body.
pub(super) type Posted = (HeaderMap, String);

#[derive(Clone, Default)]
struct Seen {
    posted: Arc<Mutex<Vec<Posted>>>,
    more: Arc<Notify>,
}

/// Takes what is posted to `/hook`, refuses it at `/refuse`, sends on to `/hook` from `/moved`, and never answers at `/silent`.
pub(super) struct Taker {
    address: std::net::SocketAddr,
    seen: Seen,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Taker {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Taker {
    pub(super) async fn start() -> Self {
        let keep = async |State(seen): State<Seen>, headers: HeaderMap, body: String| {
            seen.posted.lock().unwrap().push((headers, body));
            seen.more.notify_one();
        };
        let refuse = async || {
            (
                StatusCode::INSUFFICIENT_STORAGE,
                format!("no room {}", "x".repeat(600)),
            )
        };
        let seen = Seen::default();
        let router = Router::new()
            .route("/hook", post(keep))
            .route("/refuse", post(refuse))
            .route("/moved", post(async || Redirect::temporary("/hook")))
            .route("/silent", post(async || std::future::pending::<()>().await))
            .with_state(seen.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            seen,
            server,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until so much was posted.
    async fn posted(&self, wanted: usize) -> Vec<Posted> {
        loop {
            let posted = self.seen.posted.lock().unwrap().clone();
            if posted.len() >= wanted {
                return posted;
            }
            self.seen.more.notified().await;
        }
    }
}

/// A webhook at a path of the taker: its own path of the API, and its secret.
async fn webhook(site: &TestWorkspace, taker: &Taker, path: &str) -> (String, String) {
    let list = format!("/organizations/{}/audit-webhooks", site.organization());
    let body = json!({ "name": "SIEM", "endpoint_url": taker.url(path) });
    let (status, made) = site.post(&list, &body).await;
    assert_eq!(status, 201, "{made}");
    let id = made["data"]["id"].as_str().unwrap();
    let secret = made["meta"]["signing_secret"].as_str().unwrap().to_owned();
    (format!("{list}/{id}"), secret)
}

async fn state(site: &TestWorkspace, webhook: &str) -> Value {
    let (list, id) = webhook.rsplit_once('/').unwrap();
    let (_, listed) = site.get(list).await;
    let listed = listed["data"].as_array().unwrap();
    listed.iter().find(|it| it["id"] == id).unwrap().clone()
}

/// Waits until a webhook is as it should be.
async fn until(site: &TestWorkspace, webhook: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let state = state(site, webhook).await;
        if is_so(&state) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Lets everything that waits be due now.
fn hurry(site: &TestWorkspace) {
    let now = "UPDATE audit_webhook_queue SET due_at = '2000-01-01T00:00:00.000Z'";
    site.database().execute(now, []).unwrap();
}

async fn create(site: &TestWorkspace, name: &str) -> testkit::Created {
    let (_, key) = make_deploy_key(&mut system_rng());
    site.create_token(name, "staging", key).await
}

fn is_signed(posted: &Posted, secret: &str) -> bool {
    let header = |name: &str| posted.0[name].to_str().unwrap().to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{}", header("x-ghostable-timestamp"), posted.1).as_bytes());
    let expected = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    header("x-ghostable-signature") == format!("sha256={expected}")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_is_posted_once_and_signed() {
    let (site, taker) = (TestWorkspace::start().await, Taker::start().await);
    let (webhook, secret) = webhook(&site, &taker, "/hook").await;
    let created = create(&site, "ci \"ä/b\"").await;
    site.revoke_alone(&created.id).await;
    let posted = taker.posted(2).await;
    let bodies: Vec<Value> = posted
        .iter()
        .map(|(_, body)| serde_json::from_str(body).unwrap())
        .collect();
    let mut events: Vec<&str> = bodies
        .iter()
        .map(|body| body["event"].as_str().unwrap())
        .collect();
    events.sort_unstable();
    assert_eq!(events, ["deployment_token_created", "deployment_token_revoked"]);
    for (one, body) in posted.iter().zip(&bodies) {
        assert!(is_signed(one, &secret), "{one:?}");
        assert_eq!(one.0["x-ghostable-event"], body["event"].as_str().unwrap());
        assert_eq!(body["type"], "audit.event");
        assert_eq!(body["subject"]["type"], "App\\Environment\\Models\\Environment");
        assert_eq!(body["causer"]["type"], "App\\Account\\Models\\User");
        assert_eq!(body["organization_id"], site.organization());
        assert!(
            body["description"].as_str().unwrap().contains("\"ci \"ä/b\"\""),
            "{body}"
        );
    }
    let state = until(&site, &webhook, |state| !state["last_delivered_at"].is_null()).await;
    assert_eq!(
        (&state["status"], &state["last_error"]),
        (&json!("active"), &Value::Null)
    );
    // A test is another kind of entry; after it nothing else was posted, by which it is seen that each was posted once.
    let (status, _) = site.post(&format!("{webhook}/test"), &json!({})).await;
    assert_eq!(status, 200);
    let posted = taker.posted(3).await;
    assert_eq!(posted.len(), 3);
    assert_eq!(posted[2].0["x-ghostable-event"], "webhook.test");
    assert!(is_signed(&posted[2], &secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_four_times_gives_the_webhook_up_until_its_secret_is_rotated() {
    let (site, taker) = (TestWorkspace::start().await, Taker::start().await);
    let (webhook, old) = webhook(&site, &taker, "/refuse").await;
    create(&site, "refused").await;
    for failures in 1..=4 {
        let state = until(&site, &webhook, |state| state["consecutive_failures"] == failures).await;
        let error = state["last_error"].as_str().unwrap();
        assert!(
            error.starts_with("HTTP 507: no room xxx") && error.ends_with("x..."),
            "{error}"
        );
        assert_eq!(error.chars().count(), "HTTP 507: ...".len() + 500);
        hurry(&site);
        // Whatever is written wakes whoever sends; this is no entry of the activity.
        site.register_device(&format!("device {failures}")).await;
    }
    let state = until(&site, &webhook, |state| state["status"] == "dead_letter").await;
    assert!(!state["dead_lettered_at"].is_null());
    let waiting = "SELECT count(*) FROM audit_webhook_queue";
    let left: i64 = site.database().query_row(waiting, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "nothing is tried a fifth time");
    let (_, rotated) = site.post(&format!("{webhook}/rotate-secret"), &json!({})).await;
    let data = &rotated["data"];
    assert_eq!(
        (&data["status"], &data["consecutive_failures"]),
        (&json!("active"), &json!(0))
    );
    assert!(data["dead_lettered_at"].is_null() && data["last_error"].is_null());
    assert_ne!(rotated["meta"]["signing_secret"], old.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_who_does_not_answer_and_redirects_are_not_followed() {
    let (site, taker) = (TestWorkspace::start().await, Taker::start().await);
    webhook(&site, &taker, "/silent").await;
    let (moved, _) = webhook(&site, &taker, "/moved").await;
    // Each of these is answered while what came of the first one still waits at the silent address.
    for number in 0..3 {
        create(&site, &format!("token {number}")).await;
    }
    let (status, answer) = site.post(&format!("{moved}/test"), &json!({})).await;
    assert_eq!((status, &answer["error"]["detail"]), (422, &json!("HTTP 307: ")));
    assert!(
        taker.seen.posted.lock().unwrap().is_empty(),
        "a redirect was followed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_before_a_restart_is_sent_after_it() {
    let (site, taker) = (TestWorkspace::start().await, Taker::start().await);
    let (webhook, secret) = webhook(&site, &taker, "/hook").await;
    let left = "INSERT INTO audit_webhook_queue (webhook_id, activity_id, due_at)
        SELECT ?1, id, ?3 FROM activity WHERE organization_id = ?2 AND event = 'deploy' LIMIT 1";
    let (id, due) = (
        webhook.rsplit_once('/').unwrap().1,
        Moment::now().plus_seconds(3).to_wire(),
    );
    let left = site.database().execute(left, [id, site.organization(), &due]);
    assert_eq!(left.unwrap(), 1);
    let TestWorkspace { running, folder, .. } = site;
    running.shutdown().await;
    assert!(taker.seen.posted.lock().unwrap().is_empty());
    let _site = TestWorkspace::open(folder, |_| {}).await;
    let posted = taker.posted(1).await;
    assert!(is_signed(&posted[0], &secret));
    let body: Value = serde_json::from_str(&posted[0].1).unwrap();
    assert_eq!(
        body["causer"]["type"],
        "App\\Environment\\Models\\DeploymentToken"
    );
}
