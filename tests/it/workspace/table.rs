//! Every route, role and case of docs/protocol.md with its literal answer, as one table: `snapshots/answers.snap`. What
//! is new in each run has a name in brackets. The answers were compared with the hosted service's by hand; a change of this
//! file is a change of what the local workspace pretends to be.

use std::num::NonZeroU32;

use insta::assert_snapshot;
use protocol::Moment;
use protocol::crypto::{
    DeviceIdentity, key_fingerprint, make_deploy_key, make_environment_key, sign_body, system_rng,
};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestWorkspace, device};
use workspace::SampleSize;

use super::webhooks::Taker;

const ADMIN: &str = "admin";
const DEVELOPER: &str = "developer";
const READ_ONLY: &str = "developer_read_only";
const AUDITOR: &str = "auditor";
const NOBODY: &str = "nobody";

/// The table as far as it is written, and who asks.
struct Table {
    site: TestWorkspace,
    bearers: Vec<(&'static str, String)>,
    names: Vec<(String, String)>,
    text: String,
}

impl Table {
    async fn start() -> Self {
        let size = SampleSize {
            tokens: Some(1),
            devices: Some(1),
            variables: Some(1),
        };
        let site = TestWorkspace::start_with(|options| options.sample = size).await;
        let bearers = [DEVELOPER, READ_ONLY, AUDITOR].map(|role| (role, site.session_of(role)));
        let mut table = Self {
            bearers: bearers.into(),
            names: Vec::new(),
            text: String::new(),
            site,
        };
        let local = table.site.local().clone();
        table.name("ORG", local.organization_id.as_str());
        table.name("PROJECT", local.project_id.as_str());
        table.name("DEVICE", local.device_id.as_str());
        for environment in ["production", "staging"] {
            let id = table.site.environment_id(environment).await;
            table.name(&environment.to_uppercase(), &id);
        }
        table
    }

    fn name(&mut self, name: &str, id: &str) {
        self.names.push((id.to_owned(), format!("{{{name}}}")));
    }

    fn title(&mut self, title: &str) {
        self.text.push_str(&format!("\n== {title}\n"));
    }

    fn project(&self, rest: &str) -> String {
        self.site.project(rest)
    }

    fn environment(&self, name: &str, rest: &str) -> String {
        self.site.environment(name, rest)
    }

    fn organization(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.site.organization())
    }

    /// One request and its answer, as a row.
    async fn ask(&mut self, who: &str, method: &str, path: &str, body: Option<String>) -> Value {
        let bearer = match who {
            ADMIN => Some(self.site.user_token().to_owned()),
            NOBODY => None,
            _ => {
                let known = self.bearers.iter().find(|(name, _)| *name == who);
                Some(known.unwrap().1.clone())
            }
        };
        let shown = body
            .as_deref()
            .filter(|body| body.len() < 400)
            .unwrap_or_default();
        let head = format!("{who}: {method} {path} {shown}");
        let method: Method = method.parse().unwrap();
        let (status, answer) = self.site.send(method, path, bearer.as_deref(), body).await;
        let row = format!("{}\n  {status} {answer}\n", head.trim_end());
        self.text.push_str(&self.named(row));
        answer
    }

    fn named(&self, mut row: String) -> String {
        for (id, name) in &self.names {
            row = row.replace(id, name);
        }
        row.replace(&self.site.running.address().to_string(), "HOST")
    }

    async fn get(&mut self, who: &str, path: &str) -> Value {
        self.ask(who, "GET", path, None).await
    }

    async fn post(&mut self, who: &str, path: &str, body: &Value) -> Value {
        self.ask(who, "POST", path, Some(body.to_string())).await
    }

    /// The same request by each role; those that are answered alike are one row.
    async fn by_each(&mut self, method: &str, path: &str) {
        let before = std::mem::take(&mut self.text);
        let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
        for who in [ADMIN, DEVELOPER, READ_ONLY, AUDITOR] {
            self.ask(who, method, path, None).await;
            let row = std::mem::take(&mut self.text);
            let row = row.trim_start_matches(who).to_owned();
            match rows.iter_mut().find(|(known, _)| *known == row) {
                Some((_, alike)) => alike.push(who),
                None => rows.push((row, vec![who])),
            }
        }
        self.text = before;
        for (row, alike) in rows {
            self.text.push_str(&alike.join(", "));
            self.text.push_str(&row);
        }
    }
}

fn key() -> String {
    make_deploy_key(&mut system_rng()).1.to_base64()
}

/// What differs in each run.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, instead) in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "[second]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "[microsecond]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "[millisecond]"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\|\w{48}", "[CI token]"),
        (r"\b\d+\|\w{40}\b", "[session]"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b", "[id]"),
        (r#"signing_secret":"\w{64}""#, "signing_secret\":\"[64]\""),
        (r#""(\d+-?\d*ms\+?)":\d+"#, "\"$1\":[n]"),
        (r#""latency_p(\d\d)":\d+"#, "\"latency_p$1\":[ms]"),
        (r"127\.0\.0\.1:\d+/(hook|refuse)", "[taker]/$1"),
        (r"\b[0-9a-f]{64}\b", "[hex]"),
        (r"/sign-in/\w+", "/sign-in/[page]"),
        (r#""token_suffix":"\w{8}""#, r#""token_suffix":"[8]""#),
        (r#"([":])[A-Za-z0-9+/]{22,}={0,2}""#, "$1[base64]\""),
    ] {
        settings.add_filter(pattern, instead);
    }
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_reviewed() {
    let mut table = Table::start().await;
    errors(&mut table).await;
    roles(&mut table).await;
    directory(&mut table).await;
    tokens(&mut table).await;
    devices(&mut table).await;
    keys(&mut table).await;
    variables(&mut table).await;
    requests(&mut table).await;
    feeds(&mut table).await;
    webhooks(&mut table).await;
    sign_in(&mut table).await;
    moved(&mut table).await;
    println!("{}", table.text);
    let text = table.text;
    settings().bind(|| assert_snapshot!("answers", text));
}

async fn errors(table: &mut Table) {
    table.title("1.3 refusals");
    table.get(NOBODY, "/user").await;
    table.get(ADMIN, "/projects/none").await;
    table.get(ADMIN, "/nowhere").await;
    table.post(ADMIN, "/devices", &json!({ "public_key": "x" })).await;
}

async fn roles(table: &mut Table) {
    table.title("16 roles");
    for path in [
        table.project("/deploy-tokens"),
        table.environment("production", "/key"),
        table.environment("production", "/pull"),
        table.environment("production", "/keys"),
        table.environment("production", "/devices"),
        table.environment("local", "/history"),
        table.organization("/members"),
        table.organization("/permission-matrix"),
        table.organization("/notifications/inbox"),
        table.organization("/notifications/inbox/unread-count"),
        table.organization("/key-reshare-requests?role=actor"),
        table.organization("/key-reshare-requests?role=recipient"),
    ] {
        table.by_each("GET", &path).await;
    }
    for path in [
        table.environment("production", "/key"),
        table.environment("production", "/key/envelopes"),
        table.environment("production", "/push"),
        table.project("/deploy-tokens"),
        table.project("/deploy-tokens/none/rotate"),
        table.project("/deploy-tokens/none/revoke"),
        table.project("/environments"),
        table.organization("/projects"),
    ] {
        table.by_each("POST", &path).await;
    }
    table
        .by_each("DELETE", &table.project("/deploy-tokens/none"))
        .await;
    let id = table.site.environment_id("production").await;
    table
        .by_each("PATCH", &table.project(&format!("/environments/{id}")))
        .await;
}

async fn directory(table: &mut Table) {
    table.title("3 directory");
    table.get(ADMIN, "/user").await;
    table.get(ADMIN, "/organizations").await;
    table.get(AUDITOR, &table.organization("")).await;
    table.get(AUDITOR, &table.organization("/projects")).await;
    table.get(AUDITOR, &table.project("")).await;
    table.get(AUDITOR, &table.project("/environments")).await;
    table.get(ADMIN, "/environment-types").await;
    let environments = table.project("/environments");
    for body in [
        json!({ "name": "eu_west", "type": "staging" }),
        json!({ "name": "staging", "type": "staging" }),
        json!({ "name": "preview", "type": "odd" }),
        json!({ "name": "x".repeat(101), "type": "staging" }),
    ] {
        table.post(ADMIN, &environments, &body).await;
    }
    let made = json!({ "name": "preview", "type": "preview", "base_id": null });
    let made = table.post(DEVELOPER, &environments, &made).await;
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    table.name("PREVIEW", &id);
    let body = json!({ "name": "review", "type": "preview", "file_format": "env" }).to_string();
    let path = table.project(&format!("/environments/{id}"));
    table.ask(DEVELOPER, "PATCH", &path, Some(body)).await;
    table.get(ADMIN, &table.environment("preview", "/key")).await;
    table.get(ADMIN, &table.environment(&id, "/key")).await;
    table.get(ADMIN, &table.environment("review", "/key")).await;
    let body = json!({ "type": "staging" });
    table
        .post(
            ADMIN,
            &table.project("/generate-suggested-environment-names"),
            &body,
        )
        .await;
    let left = json!({ "name": "left", "type": "preview" });
    let left = table.post(DEVELOPER, &environments, &left).await;
    let left = left["data"]["id"].as_str().unwrap().to_owned();
    table.name("LEFT", &left);
    let path = table.project(&format!("/environments/{left}"));
    let elsewhere = format!("/projects/{}/environments/{left}", other_project(table).await);
    table.ask(READ_ONLY, "DELETE", &path, None).await;
    table.ask(ADMIN, "DELETE", &elsewhere, None).await;
    table.ask(DEVELOPER, "DELETE", &path, None).await;
    table.ask(READ_ONLY, "DELETE", &path, None).await;
}

async fn tokens(table: &mut Table) {
    table.title("7 deploy tokens");
    let list = table.project("/deploy-tokens");
    let staging = table.site.environment_id("staging").await;
    for filter in ["staging", staging.as_str(), "nope", "review"] {
        table.get(ADMIN, &format!("{list}?environment_id={filter}")).await;
    }
    let (one, two) = (key(), key());
    let body = |name: &str, environment: &str, key: &str| json!({ "name": name, "environment_id": environment, "public_key": key });
    let with = |member: &str, value: Value| {
        let mut body = body("refused", &staging, &key());
        body[member] = value;
        body
    };
    let made = table.post(ADMIN, &list, &body(" ci ", &staging, &one)).await;
    let (id, ci) = created(table, &made, "CI");
    for refused in [
        body("again", &staging, &one),
        with("name", json!("x".repeat(256))),
        with("name", json!(" ")),
        with("environment_id", json!("staging")),
        with("environment_id", json!("00000000-0000-4000-8000-000000000000")),
        with("public_key", json!("AB==")),
        with("expires_after", json!(6)),
        with("expires_after", json!(366)),
        with("expires_after", json!("30")),
        with("recipient", json!({ "edek_b64": "%" })),
        json!({}),
    ] {
        table.post(ADMIN, &list, &refused).await;
    }
    // Elsewhere there is such an environment.
    let other = other_environment(table).await;
    table
        .post(ADMIN, &list, &with("environment_id", json!(other)))
        .await;
    let review = table.site.environment_id("review").await;
    let mut unshared = body("dropped", &review, &key());
    unshared["recipient"] = json!({ "edek_b64": "AAAA" });
    table.post(ADMIN, &list, &unshared).await;
    let long = json!({ "name": "month", "environment_id": staging, "public_key": two, "expires_after": 30 });
    table.post(ADMIN, &list, &long).await;

    let token = format!("{list}/{id}");
    let rotate = format!("{token}/rotate");
    table.get("CI", "/ci/deploy").await;
    let rotated = table.post(ADMIN, &rotate, &json!({})).await;
    assert_eq!(rotated["data"]["attributes"]["public_key"], one.as_str());
    table.get("CI", "/ci/deploy").await;
    assert_ne!(rotated["meta"]["secret"], ci.as_str());
    let own = table.post(ADMIN, &rotate, &json!({ "public_key": one })).await;
    table.post(ADMIN, &rotate, &json!({ "public_key": two })).await;
    table.post(ADMIN, &rotate, &json!({ "expires_after": 400 })).await;
    table
        .bearers
        .push(("CI, rotated", own["meta"]["secret"].as_str().unwrap().to_owned()));
    table.ask(ADMIN, "DELETE", &token, None).await;
    let revoke = format!("{token}/revoke");
    table.ask(ADMIN, "POST", &revoke, None).await;
    table.ask(ADMIN, "POST", &revoke, None).await;
    table.get("CI, rotated", "/ci/deploy").await;
    table.post(ADMIN, &rotate, &json!({})).await;
    table.ask(ADMIN, "DELETE", &token, None).await;
    table.ask(ADMIN, "DELETE", &token, None).await;
    let of_other = format!(
        "/projects/{}/deploy-tokens/{id}/revoke",
        other_project(table).await
    );
    table.ask(ADMIN, "POST", &of_other, None).await;
}

fn created(table: &mut Table, made: &Value, name: &'static str) -> (String, String) {
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    let ci = made["meta"]["secret"].as_str().unwrap().to_owned();
    table.name(&format!("TOKEN {name}"), &id);
    table.bearers.push((name, ci.clone()));
    (id, ci)
}

async fn other_project(table: &mut Table) -> String {
    let path = table.organization("/projects");
    let (_, projects) = table.site.get(&path).await;
    let id = projects["data"][1]["id"].as_str().unwrap().to_owned();
    table.name("OTHER PROJECT", &id);
    id
}

async fn other_environment(table: &mut Table) -> String {
    let project = other_project(table).await;
    let (_, list) = table.site.get(&format!("/projects/{project}/environments")).await;
    list["data"][0]["id"].as_str().unwrap().to_owned()
}

async fn devices(table: &mut Table) {
    table.title("4 devices");
    let identity = DeviceIdentity::make(&mut system_rng());
    let body = json!({
        "public_key": identity.encryption_public().to_base64(),
        "public_signing_key": identity.signing_public().to_base64(),
        "name": "laptop", "platform": "linux-x64 (6.1)", "client_type": "desktop",
    });
    let made = table.post(DEVELOPER, "/devices", &body).await;
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    table.name("LAPTOP", &id);
    table.post(ADMIN, "/devices", &body).await;
    let nameless = json!({ "public_key": key(), "public_signing_key": key(), "platform": "win32-x64" });
    table.post(READ_ONLY, "/devices", &nameless).await;
    let path = format!("/devices/{id}");
    table.by_each("GET", &path).await;
    table.get(DEVELOPER, "/devices/none").await;
    table.get(READ_ONLY, "/user/devices").await;
    table
        .get(READ_ONLY, &table.environment("production", "/devices"))
        .await;
    table
        .ask(DEVELOPER, "DELETE", &format!("{path}/delete"), None)
        .await;
    table.ask(ADMIN, "DELETE", &path, None).await;
    table.ask(DEVELOPER, "DELETE", &path, None).await;
    table.ask(DEVELOPER, "DELETE", &path, None).await;
    let asking = format!("/key?device_id={id}");
    table
        .get(DEVELOPER, &table.environment("production", &asking))
        .await;
    table
        .ask(DEVELOPER, "DELETE", &format!("{path}/delete"), None)
        .await;
    table.get(DEVELOPER, &path).await;
}

async fn keys(table: &mut Table) {
    table.title("6 environment keys");
    let (second, identity) = table.site.register_device("second").await;
    table.name("SECOND", second.as_str());
    let own = table.site.local().device_id.clone();
    let production = |rest: &str| table.site.environment("production", rest);
    let (path, share, create) = (
        |id: &str| production(&format!("/key?device_id={id}")),
        production("/key/envelopes"),
        production("/key"),
    );
    let (mine, waits, unknown) = (path(own.as_str()), path(second.as_str()), path("none"));
    table.get(ADMIN, &mine).await;
    table.get(ADMIN, &waits).await;
    table.get(ADMIN, &unknown).await;
    table.get(DEVELOPER, &mine).await;

    let key = table.site.open_key("production").await;
    let local = table.site.local().clone();
    let myself = device(own.as_str(), local.identity.encryption_public());
    let other = device(second.as_str(), identity.encryption_public());
    let by_second = (&second, &identity);
    let body = table
        .site
        .share_body("production", &key, std::slice::from_ref(&myself), by_second, &[]);
    table.ask(ADMIN, "POST", &share, Some(body)).await;
    let stranger = DeviceIdentity::make(&mut system_rng());
    let forged = (&own, &stranger);
    let body = table
        .site
        .share_body("production", &key, std::slice::from_ref(&myself), forged, &[]);
    table.ask(ADMIN, "POST", &share, Some(body)).await;
    let signer = (&local.device_id, &local.identity);
    let everybody = [myself.clone(), other.clone()];
    let body = table.site.share_body("production", &key, &everybody, signer, &[]);
    table.ask(ADMIN, "POST", &share, Some(body)).await;
    let unpublished = make_environment_key(&mut system_rng());
    let body = table
        .site
        .share_body("production", &unpublished, &everybody, signer, &[]);
    table.ask(ADMIN, "POST", &share, Some(body)).await;
    let gone = device(
        "00000000-0000-4000-8000-000000000000",
        identity.encryption_public(),
    );
    let body = table
        .site
        .share_body("production", &key, &[myself.clone(), gone], signer, &[]);
    table.ask(ADMIN, "POST", &share, Some(body)).await;

    let further = table.site.create_body("production", &unpublished, 1, &everybody);
    table.ask(ADMIN, "POST", &create, Some(further.clone())).await;
    table.ask(ADMIN, "POST", &create, Some(further)).await;
    table.site.delete(&format!("/devices/{second}")).await;
    let poisoned = make_environment_key(&mut system_rng());
    let body = table.site.create_body("production", &poisoned, 3, &everybody);
    table.ask(ADMIN, "POST", &create, Some(body)).await;
    table.get(ADMIN, &mine).await;
    let healing = make_environment_key(&mut system_rng());
    let body = table.site.create_body("production", &healing, 4, &[myself]);
    table.ask(ADMIN, "POST", &create, Some(body)).await;

    let sealed = |device: &str| json!({ "device_id": device, "ciphertext_b64": "AAAA", "nonce_b64": "AAAA" });
    let mut first = sealed(own.as_str());
    first["from_ephemeral_public_key"] = json!("AA/A");
    first["expires_at"] = json!("2030-01-02T03:04:05.678Z");
    for envelopes in [
        json!([{ "device_id": "none", "nonce_b64": "AAAA", "expires_at": "soon" }]),
        json!([first, sealed(second.as_str())]),
        json!([first]),
    ] {
        let fingerprint = key_fingerprint(&make_environment_key(&mut system_rng())).to_hex();
        let body = json!({ "device_id": own, "fingerprint": fingerprint, "envelopes": envelopes });
        let body = sign_body(&local.identity, &body).unwrap();
        table.ask(ADMIN, "POST", &create, Some(body)).await;
    }
}

async fn variables(table: &mut Table) {
    table.title("8, 9 variables");
    let staging = table.site.environment_id("staging").await;
    let list = table.project("/deploy-tokens");
    let body = json!({ "name": "runner", "environment_id": staging, "public_key": key() });
    let made = table.post(ADMIN, &list, &body).await;
    created(table, &made, "runner");
    table.get("runner", "/ci/deploy?only[]=APP_ENV").await;
    let off = "/ci/deploy?only[]=APP_ENV&include_meta=0&include_versions=0";
    table.get("runner", off).await;
    table.get(ADMIN, "/ci/deploy").await;
    table.get("runner", "/user").await;
    table.get("runner", &table.environment("staging", "/key")).await;
    table.get("runner", &table.environment("local", "/key")).await;
    table
        .get(READ_ONLY, &table.environment("staging", "/pull?only[]=APP_ENV"))
        .await;
    let names = table.environment("staging", "/keys?include_versions=1");
    table.get(READ_ONLY, &names).await;

    let key = table.site.open_key("staging").await;
    let push = table.environment("staging", "/push");
    let upload =
        |name: &str, value: &str, version| json!(table.site.upload("staging", &key, name, value, version));
    let new = upload("NEW", "one", Some(3));
    let same = upload("NEW", "one", None);
    let moved = upload("APP_ENV", "other", Some(7));
    let mut altered = upload("NEW", "two", None);
    altered["is_commented"] = json!(true);
    let body = |secrets: &[Value]| table.site.push_body(secrets).to_string();
    let bodies = [
        body(std::slice::from_ref(&new)),
        body(std::slice::from_ref(&same)),
        body(&[moved]),
        body(&[same.clone(), altered]),
        json!({ "device_id": table.site.local().device_id }).to_string(),
    ];
    let sync = body(&[same]);
    for body in bodies {
        table.ask(ADMIN, "POST", &push, Some(body)).await;
    }
    table
        .ask(ADMIN, "POST", &format!("{push}?sync=1"), Some(sync))
        .await;
}

async fn requests(table: &mut Table) {
    table.title("10 re-share requests");
    let (waiting, _) = table.site.register_device("waiting").await;
    table.name("WAITING", waiting.as_str());
    let list = table.organization("/key-reshare-requests");
    let staging = table.site.environment_id("staging").await;
    let one = format!("{list}?device_id={waiting}&environment_id={staging}");
    let found = table.get(ADMIN, &one).await;
    table.get(DEVELOPER, &format!("{one}&role=actor")).await;
    table.get(READ_ONLY, &one).await;
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    table.name("REQUEST", &id);
    for who in [DEVELOPER, READ_ONLY] {
        table.get(who, &format!("{list}/{id}")).await;
    }
    table.get(ADMIN, &format!("{list}/none")).await;
    for query in ["per_page=200", "role=owner", "status=odd", "device_id=none"] {
        table.get(ADMIN, &format!("{list}?{query}")).await;
    }
}

async fn feeds(table: &mut Table) {
    table.title("10b, 17 feeds");
    for path in [
        table.project("/activity?per_page=3"),
        table.organization("/activity?per_page=1"),
    ] {
        table.by_each("GET", &path).await;
    }
    table.get(ADMIN, &table.project("/activity?per_page=101")).await;
    let plan = "UPDATE organizations SET plan = 'free'";
    table.site.database().execute(plan, []).unwrap();
    table.get(ADMIN, &table.project("/activity")).await;
    let plan = "UPDATE organizations SET plan = 'scale'";
    table.site.database().execute(plan, []).unwrap();
    table.get(ADMIN, &table.project("/audit")).await;
    table
        .get(READ_ONLY, &table.environment("local", "/history"))
        .await;
    table
        .get(READ_ONLY, &table.environment("staging", "/variables/NEW/history"))
        .await;
    table
        .get(
            READ_ONLY,
            &table.environment("staging", "/variables/NONE/history"),
        )
        .await;
}

async fn webhooks(table: &mut Table) {
    table.title("19 audit webhooks");
    let taker = Taker::start().await;
    let list = table.organization("/audit-webhooks");
    for body in [
        json!({}),
        json!({ "name": "x".repeat(121), "endpoint_url": "ftp://files.example" }),
        json!({ "name": "SIEM", "endpoint_url": format!("https://siem.example/{}", "x".repeat(2048)) }),
    ] {
        table.post(ADMIN, &list, &body).await;
    }
    let body = json!({ "name": "SIEM", "endpoint_url": taker.url("/refuse") });
    for who in [DEVELOPER, READ_ONLY, AUDITOR] {
        table.post(who, &list, &body).await;
    }
    let made = table.post(ADMIN, &list, &body).await;
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    table.name("WEBHOOK", &id);
    table.by_each("GET", &list).await;
    for call in ["rotate-secret", "disable", "test"] {
        let path = format!("{list}/{id}/{call}");
        for who in [DEVELOPER, ADMIN] {
            table.ask(who, "POST", &path, None).await;
        }
        table
            .ask(DEVELOPER, "POST", &format!("{list}/none/{call}"), None)
            .await;
    }
    table.by_each("GET", &format!("{list}/metrics")).await;
    table.get(ADMIN, &format!("{list}/metrics?window=1h")).await;
    let nobody = json!({ "name": "Nobody", "endpoint_url": "http://127.0.0.1:9" });
    let made = table.post(ADMIN, &list, &nobody).await;
    let path = format!("{list}/{}/test", made["data"]["id"].as_str().unwrap());
    table.ask(ADMIN, "POST", &path, None).await;
    let plan = "UPDATE organizations SET plan = 'standard'";
    table.site.database().execute(plan, []).unwrap();
    table.get(ADMIN, &list).await;
}

async fn sign_in(table: &mut Table) {
    table.title("2 sign-in");
    let user = table.site.local().sign_in.clone().unwrap();
    let login = "/cli/login";
    table.post(NOBODY, login, &json!({})).await;
    table
        .post(
            NOBODY,
            login,
            &json!({ "email": user.email, "password": "guess" }),
        )
        .await;
    // Exposed to sign in; the row does not show it.
    let password = user.password.expose().to_owned();
    table.name("PASSWORD", &password);
    let mut body = json!({ "email": user.email, "password": password });
    table.post(NOBODY, login, &body).await;
    body["code"] = json!("000000");
    table.post(NOBODY, login, &body).await;
    let code = user.totp.code_at(Moment::now());
    table.name("CODE", code.expose());
    body["code"] = json!(code.expose());
    table.post(NOBODY, login, &body).await;
    let started = table.post(NOBODY, "/cli/login/start", &json!({})).await;
    let poll = "/cli/login/poll";
    table
        .post(NOBODY, poll, &json!({ "ticket": started["ticket"] }))
        .await;
    let unknown = json!({ "ticket": "00000000-0000-4000-8000-000000000000" });
    table.post(NOBODY, poll, &unknown).await;
    table.post(NOBODY, poll, &json!({ "ticket": "none" })).await;
    let used = "UPDATE sign_in_tickets SET status = 'used'";
    table.site.database().execute(used, []).unwrap();
    table
        .post(NOBODY, poll, &json!({ "ticket": started["ticket"] }))
        .await;
    let past = Moment::now().plus_seconds(-1).to_wire();
    let ended = "UPDATE sign_in_tickets SET expires_at = ?1";
    table.site.database().execute(ended, [past]).unwrap();
    table
        .post(NOBODY, poll, &json!({ "ticket": started["ticket"] }))
        .await;
    let unverified = "UPDATE users SET email_verified_at = NULL";
    table.site.database().execute(unverified, []).unwrap();
    table.post(NOBODY, login, &body).await;
}

async fn moved(table: &mut Table) {
    table.title("21 moved");
    table
        .site
        .database()
        .execute("UPDATE organizations SET moved = 1", [])
        .unwrap();
    table.get(ADMIN, "/organizations").await;
    table.get(ADMIN, "/user").await;
    for path in [
        table.organization("/projects"),
        table.project("/deploy-tokens"),
        table.environment("staging", "/key"),
    ] {
        table.get(ADMIN, &path).await;
    }
    table.get("runner", "/ci/deploy").await;
}

/// Sixty calls a minute, or as many as were asked for: by person, whatever device or session; by environment; by address.
#[tokio::test]
async fn calls_are_counted_by_person_environment_and_address() {
    let site = TestWorkspace::start_with(|options| options.requests_per_minute = NonZeroU32::new(3)).await;
    let call = async |path: &str, bearer: Option<&str>| {
        let mut request = site.http.get(format!("{}{path}", site.running.api_url()));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name)?.to_str().unwrap();
            Some(value.parse::<i64>().unwrap())
        };
        let told = [
            header("x-ratelimit-limit"),
            header("x-ratelimit-remaining"),
            header("retry-after"),
            header("x-ratelimit-reset"),
        ];
        (answer.status().as_u16(), told, answer.text().await.unwrap())
    };
    let admin = Some(site.user_token());
    for left in [2, 1] {
        let (status, told, _) = call("/user", admin).await;
        assert_eq!((status, told), (200, [Some(3), Some(left), None, None]));
    }
    let (status, told, _) = call("/projects/none", admin).await;
    assert_eq!(
        (status, told),
        (404, [Some(3), Some(0), None, None]),
        "refusals count"
    );
    let (status, told, body) = call("/user", admin).await;
    assert_eq!(
        (status, body.as_str()),
        (429, "{\"message\":\"Too Many Attempts.\"}")
    );
    let [limit, left, Some(wait), Some(reset)] = told else {
        panic!("{told:?}")
    };
    assert_eq!((limit, left), (Some(3), Some(0)));
    assert!((1..=60).contains(&wait), "{wait}");
    let ahead = reset - Moment::now().0.as_second();
    assert!((wait - 2..=wait).contains(&ahead), "{ahead} {wait}");
    let other = site.session_of(DEVELOPER);
    assert_eq!(call("/user", Some(&other)).await.0, 200, "another person");
    let (status, told, _) = call("/user", None).await;
    assert_eq!(
        (status, told),
        (401, [None; 4]),
        "who is not known is not counted"
    );
    let unlimited = TestWorkspace::start().await;
    let answer = unlimited
        .http
        .get(format!("{}/user", unlimited.running.api_url()))
        .bearer_auth(unlimited.user_token());
    let answer = answer.send().await.unwrap();
    assert!(answer.headers().get("x-ratelimit-limit").is_none());
    assert_eq!(answer.headers()["x-ghostable-api-versions"], "v1");
}

/// An organisation that was moved is listed, and everything about it is refused; nothing else is.
#[tokio::test]
async fn an_organisation_that_was_moved_takes_no_other_with_it() {
    let site = TestWorkspace::start_with(|options| options.moved = true).await;
    let (_, listed) = site.get("/organizations").await;
    let listed = listed["data"].as_array().unwrap();
    let names: Vec<&Value> = listed.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Contoso", "Northwind"]);
    let projects = |number: usize| {
        format!(
            "/organizations/{}/projects",
            listed[number]["id"].as_str().unwrap()
        )
    };
    let text = "This organization uses the desktop licensing experience.";
    assert_eq!(site.get(&projects(0)).await, (403, json!({ "message": text })));
    assert_eq!(site.get(&projects(1)).await.0, 200);
}
