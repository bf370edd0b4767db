//! The stand-in: one project with one environment, and what is decided about it by each test.

use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use client::{ApiAddress, Client};
use protocol::crypto::{self, DeviceIdentity};
use protocol::secret::{AccessToken, DeploySeed};
use protocol::wire::environment_key::CreateKeyRequest;
use protocol::{
    DeployTokenId, DeviceId, Environment, EnvironmentId, EnvironmentName, KeyScope, Moment, ProjectId,
    Recipient, RecipientKind,
};
use serde_json::{Value, json};
use service::{Context, LinkedDevice, Place};

/// What an organisation with desktop licensing answers to everything about it.
pub const MOVED: &str = "This organization uses the desktop licensing experience.";
const AT: &str = "2026-01-01T00:00:00+00:00";

/// An answer that is given instead of the usual one: method, how the path ends, status, body.
pub type Instead = (Method, &'static str, u16, Value);

/// What the server has, and what was sent to it.
#[derive(Default)]
pub struct Content {
    /// Answers that are given instead, the first that fits.
    pub instead: Vec<Instead>,
    /// As the lists have them.
    pub devices: Vec<Value>,
    pub tokens: Vec<Value>,
    pub requests: Vec<Value>,
    pub environments: Vec<Value>,
    /// Newest first, in pages of a hundred.
    pub activity: Vec<Value>,
    /// How often the activity was asked for.
    pub activity_asked: usize,
    /// Ids that no publication may name, because they are revoked.
    pub refused: Vec<&'static str>,
    /// The only ids that a publication may name, whatever the lists say; all where there are none.
    pub known: Vec<&'static str>,
    /// Ids of the tokens, whatever the list says.
    pub token_ids: Vec<String>,
    /// `data` of the key.
    pub key: Value,
    /// What is sealed for a new token and sent along is dropped without a word.
    pub drops_along: bool,
    /// The key that somebody else has published when a token is registered.
    pub overtaken_by: Option<Value>,
    /// What becomes of further publications of a key, the first first: an answer, and the key from then on.
    pub makes: Vec<(u16, Value, Value)>,
    /// Path and body of everything that was posted.
    pub posted: Vec<(String, Value)>,
}

type Shared = Arc<Mutex<Content>>;

/// It runs until the test's runtime ends.
pub struct StandIn {
    /// Where it listens.
    address: SocketAddr,
    content: Shared,
}

impl StandIn {
    /// With these organisations; the first one has the project.
    pub async fn start() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let content = Shared::default();
        content.lock().unwrap().environments = vec![environment("e1", "preview")];
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&content));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, content }
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        change(&mut self.content.lock().unwrap())
    }

    /// From now on this is answered instead.
    pub fn instead(&self, method: Method, ending: &'static str, status: u16, body: Value) {
        self.change(|it| it.instead.push((method, ending, status, body)));
    }

    /// Bodies that were posted to where the path ends like this.
    pub fn posted(&self, ending: &str) -> Vec<Value> {
        let fits = |(path, body): &(String, Value)| path.ends_with(ending).then(|| body.clone());
        self.change(|it| it.posted.iter().filter_map(fits).collect())
    }

    /// Where the API is.
    pub fn url(&self) -> String {
        format!("http://{}/api/v2", self.address)
    }

    /// What a person does on a device, or on none.
    pub fn context(&self, device: Option<LinkedDevice>) -> Context {
        let token = AccessToken::new("person".to_owned());
        let client = Client::new(ApiAddress::parse(&self.url()).unwrap(), &token).unwrap();
        Context::new(client, device)
    }

    /// A command of somebody without a device.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let mut command = testkit::commands();
        command
            .arg("--data")
            .arg(folder.path())
            .args(["--api", &self.url()])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("GHOSTABLE_TOKEN", "person");
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.unwrap().unwrap()
    }
}

/// The environment.
pub fn place() -> Place {
    Place {
        project: ProjectId::new("p1"),
        environment: Environment {
            id: EnvironmentId::new("e1"),
            name: EnvironmentName::new("preview"),
            kind: "staging".to_owned(),
            created_at: None,
        },
    }
}

/// A request of a device for the key.
pub fn request(device: &str) -> Value {
    json!({"type": "environment-key-reshare-requests", "id": format!("r-{device}"),
        "attributes": {"organization_id": "o2", "project_id": "p1", "environment_id": "e1", "required_key_version": 2,
            "target_user_id": "u", "target_device_id": device, "status": "pending", "trigger_source": "key_fetch",
            "cancel_reason": null, "created_at": AT, "resolved_at": null},
        "relationships": {"environment": {"data": {"id": "e1", "attributes": {"name": "preview"}}},
            "project": {"data": null}}})
}

/// A device that the server lists as active.
pub fn device(site: &StandIn, id: &str) -> LinkedDevice {
    let identity = DeviceIdentity::make(&mut crypto::system_rng());
    let entry = json!({"type": "devices", "id": id, "attributes": {
        "public_key": identity.encryption_public().to_base64(), "platform": "linux", "status": "active",
        "last_seen_at": null, "revoked_at": null, "created_at": AT}});
    site.change(|it| it.devices.push(entry));
    LinkedDevice {
        id: DeviceId::new(id),
        identity,
    }
}

/// An environment as its list has it.
pub fn environment(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "type": "staging", "created_at": AT, "updated_at": AT})
}

async fn answer(
    State(content): State<Shared>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> (StatusCode, String) {
    let mut content = content.lock().unwrap();
    let path = uri.path().trim_start_matches("/api/v2").to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if method == Method::POST {
        content.posted.push((path.clone(), body.clone()));
    }
    let fits = |it: &&Instead| it.0 == method && path.ends_with(it.1);
    let instead = content.instead.iter().find(fits);
    let (status, answer) = match instead {
        Some((_, _, status, body)) => (*status, body.clone()),
        None => content.usual(&method, (&path, uri.query()), &body),
    };
    (StatusCode::from_u16(status).unwrap(), answer.to_string())
}

impl Content {
    fn usual(&mut self, method: &Method, (path, query): (&str, Option<&str>), body: &Value) -> (u16, Value) {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["organizations"]) => (200, list(&[organization("o1"), organization("o2")])),
            ("GET", ["organizations", "o1", "projects"]) => (403, json!({ "message": MOVED })),
            ("GET", ["organizations", "o2", "projects"]) => (200, list(&[project(&self.environments)])),
            ("GET", ["organizations", "o1", "key-reshare-requests"]) => (403, json!({ "message": MOVED })),
            ("GET", ["organizations", "o2", "key-reshare-requests"]) => (200, list(&self.requests)),
            ("GET", ["organizations", "o2", "key-reshare-requests", id]) => {
                let found = self.requests.iter().find(|it| it["id"] == *id);
                found.map_or((404, json!({"message": ""})), |it| (200, json!({ "data": it })))
            }
            ("GET", ["projects", "p1", "environments"]) => (200, list(&self.environments)),
            ("GET", ["projects", "p1", "activity"]) => self.page_of_activity(query.unwrap_or_default()),
            ("GET", ["projects", "p1", "deploy-tokens"]) => (200, list(&self.tokens)),
            ("POST", ["projects", "p1", "deploy-tokens"]) => self.register(body),
            ("POST", ["projects", "p1", "deploy-tokens", id, "revoke"]) => self.revoke(id),
            ("GET", ["projects", "p1", "environments", "preview", "devices"]) => (200, list(&self.devices)),
            ("GET", ["projects", "p1", "environments", "preview", "key"]) => {
                (200, json!({ "data": self.key }))
            }
            ("POST", ["projects", "p1", "environments", "preview", "key", "envelopes"]) => {
                let refused = self.refused_fields(body);
                if !refused.is_empty() {
                    return (422, invalid(&refused));
                }
                let envelope = &mut self.key["relationships"]["envelope"]["data"]["attributes"];
                for member in ["ciphertext_b64", "nonce_b64", "recipients"] {
                    envelope[member] = body["envelope"][member].clone();
                }
                (200, json!({ "data": self.key }))
            }
            ("POST", ["projects", "p1", "environments", "preview", "key"]) => self.make(body),
            _ => (
                404,
                json!({"message": "No query results for model [App\\Models\\Thing]."}),
            ),
        }
    }

    fn page_of_activity(&mut self, query: &str) -> (u16, Value) {
        self.activity_asked += 1;
        let page = query.strip_prefix("per_page=100&page=").unwrap().parse::<usize>();
        let page = page.unwrap();
        let entries: Vec<_> = self.activity.iter().skip((page - 1) * 100).take(100).collect();
        let has_more = self.activity.len() > page * 100;
        let next = has_more.then_some("https://elsewhere.example/never-followed");
        let meta =
            json!({"per_page": 100, "next_page_url": next, "prev_page_url": null, "has_more": has_more});
        (200, json!({"data": entries, "meta": meta}))
    }

    /// A new token, called by its name, and what is sent along for it, unchecked.
    fn register(&mut self, body: &Value) -> (u16, Value) {
        let id = body["name"].as_str().unwrap();
        let record = json!({"type": "deployment", "id": id, "attributes": {"name": id, "environment_id": "e1",
            "project_id": "p1", "public_key": body["public_key"], "status": "active", "token_suffix": "87654321",
            "created_at": AT, "updated_at": AT, "revoked_at": null}});
        self.tokens.push(record.clone());
        self.token_ids.push(id.to_owned());
        if let Some(key) = self.overtaken_by.take() {
            self.key = key;
        }
        let entries = &mut self.key["relationships"]["envelope"]["data"]["attributes"]["recipients"];
        let edek = &body["recipient"]["edek_b64"];
        if let (Some(entries), Some(edek), false) = (entries.as_array_mut(), edek.as_str(), self.drops_along)
        {
            entries.push(json!({"type": "deployment", "id": id, "edek_b64": edek}));
        }
        let issued = json!({"plain_text": "019c|87654321", "id": "c", "name": id, "token_suffix": "87654321",
            "expires_at": AT});
        (
            201,
            json!({"data": record, "meta": {"secret": "019c|87654321", "api_token": issued}}),
        )
    }

    /// Revokes a token, whatever of its record can be read.
    fn revoke(&mut self, id: &str) -> (u16, Value) {
        let Some(place) = self.token_ids.iter().position(|it| it == id) else {
            return (404, json!({"message": ""}));
        };
        let record = &mut self.tokens[place];
        if let Some(attributes) = record["attributes"].as_object_mut() {
            if attributes.get("status") == Some(&json!("active")) {
                attributes.insert("status".to_owned(), json!("revoked"));
            }
            if attributes.get("revoked_at") == Some(&Value::Null) {
                attributes.insert("revoked_at".to_owned(), json!(AT));
            }
        }
        (200, json!({"data": record, "meta": {"success": true}}))
    }

    /// The entries of a publication that do not fit.
    fn refused_fields(&self, body: &Value) -> Vec<String> {
        let recipients = body["envelope"]["recipients"].as_array().unwrap().iter();
        let refused = recipients.enumerate().filter(|(_, it)| {
            let id = it["id"].as_str().unwrap();
            self.refused.contains(&id) || !(self.known.is_empty() || self.known.contains(&id))
        });
        refused
            .map(|(place, _)| format!("envelope.recipients.{place}.id"))
            .collect()
    }

    /// As decided, or stored as it is sent.
    fn make(&mut self, body: &Value) -> (u16, Value) {
        if !self.makes.is_empty() {
            let (status, answer, key) = self.makes.remove(0);
            self.key = key;
            return (status, answer);
        }
        self.key = key(
            body["fingerprint"].as_str().unwrap_or_default(),
            &body["envelope"],
        );
        (201, json!({ "data": self.key }))
    }
}

/// The body of a 422.
pub fn invalid(fields: &[String]) -> Value {
    let messages = fields
        .iter()
        .map(|field| (field.clone(), json!(["The selected recipient is invalid."])));
    let messages: serde_json::Map<String, Value> = messages.collect();
    json!({"error": {"code": "GHO-VAL-0001", "detail": "The selected recipient is invalid.", "fields": messages}})
}

/// A token that the server lists with this status.
pub fn token(site: &StandIn, id: &str, status: &str) -> Recipient {
    with_seed(site, id, status).0
}

/// The same, with its seed.
pub fn with_seed(site: &StandIn, id: &str, status: &str) -> (Recipient, DeploySeed) {
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    let revoked_at = (status == "revoked").then_some(AT);
    let entry = json!({"type": "deployment", "id": id, "attributes": {"name": format!("ci {id}"),
        "environment_id": "e1", "project_id": "p1", "public_key": key.to_base64(), "status": status,
        "token_suffix": "1a2b3c4d", "created_at": AT, "updated_at": AT, "revoked_at": revoked_at}});
    site.change(|it| {
        it.tokens.push(entry);
        it.token_ids.push(id.to_owned());
    });
    let recipient = Recipient {
        kind: RecipientKind::Deployment(DeployTokenId::new(id)),
        public_key: key,
    };
    (recipient, seed)
}

/// A device as a recipient.
pub fn recipient(device: &LinkedDevice) -> Recipient {
    Recipient {
        kind: RecipientKind::Device(device.id.clone()),
        public_key: device.identity.encryption_public(),
    }
}

/// A key that this device has sealed for these, when the environment had this name: `data` of it.
pub fn sealed(sender: &LinkedDevice, environment: &str, recipients: &[Recipient]) -> Value {
    let mut rng = crypto::system_rng();
    let key = crypto::make_environment_key(&mut rng);
    let fingerprint = crypto::key_fingerprint(&key);
    let scope = KeyScope {
        project: ProjectId::new("p1"),
        environment: EnvironmentName::new(environment),
        fingerprint,
    };
    let sealed = crypto::seal_environment_key(
        &key,
        &scope,
        recipients,
        &sender.identity,
        Moment::now(),
        &mut rng,
    );
    let request = CreateKeyRequest::new(&sender.id, fingerprint, 1, &sealed.unwrap());
    let envelope = serde_json::to_value(request.envelope).unwrap();
    self::key(&fingerprint.to_hex(), &envelope)
}

/// The envelope of a key.
pub fn envelope(key: &Value) -> &Value {
    &key["relationships"]["envelope"]["data"]["attributes"]
}

/// `data` of a key, with the envelope of a publication, or null.
pub fn key(fingerprint: &str, envelope: &Value) -> Value {
    let envelope = if envelope.is_null() {
        Value::Null
    } else {
        json!({"type": "encrypted-envelopes", "id": "v", "attributes": {
            "ciphertext_b64": envelope["ciphertext_b64"], "nonce_b64": envelope["nonce_b64"],
            "alg": "xchacha20-poly1305", "aad_b64": null, "recipients": envelope["recipients"], "version": "v1",
            "created_at": AT, "revoked_at": null, "from_ephemeral_public_key": null}})
    };
    json!({"type": "environment-keys", "id": "k",
        "attributes": {"environment_id": "e1", "version": 2, "fingerprint": fingerprint, "rotated_at": null,
            "created_at": AT, "updated_at": AT, "created_by_device_id": "d1"},
        "relationships": {"envelope": {"data": envelope}, "envelopes": {"data": []}}})
}

fn list(entries: &[Value]) -> Value {
    json!({"data": entries, "meta": {"count": entries.len()}})
}

fn organization(id: &str) -> Value {
    json!({"id": id, "name": format!("Organisation {id}"), "slug": id, "created_at": AT, "updated_at": AT})
}

fn project(environments: &[Value]) -> Value {
    json!({"id": "p1", "name": "Shop", "slug": "shop", "organization_id": "o2", "deployment_provider": "other",
        "environments": environments, "created_at": AT, "updated_at": AT})
}

/// A server where one device and one token hold the key.
pub async fn scene() -> (StandIn, LinkedDevice) {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    let t1 = token(&site, "t1", "active");
    let key = sealed(&own, "preview", &[recipient(&own), t1]);
    site.change(|it| it.key = key);
    (site, own)
}
