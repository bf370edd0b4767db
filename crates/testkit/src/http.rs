//! A client of the workspace that is written from the protocol: what the services would never send.

use data_encoding::BASE64;
use protocol::RequestId;
use protocol::crypto::envelope::{EnvelopeInputs, seal};
use protocol::crypto::{
    Accepted, BundleReport, DeviceIdentity, VariableKeys, key_fingerprint, open_bundle, open_environment_key,
    seal_environment_key, seal_variable, sign_body, sign_variable, system_rng,
};
use protocol::secret::{DeploySeed, EnvironmentKey, SecretText};
use protocol::wire::bundle::parse_bundle;
use protocol::wire::environment_key::{CreateKeyRequest, ShareKeyRequest, parse_key_response};
use protocol::{
    DeployTokenId, DeviceId, EnvironmentName, KeyScope, Moment, PublicKey, Recipient, RecipientKind,
};
use protocol::{variable::VariableScope, variable::VariableUpload};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::TestWorkspace;

/// A status with the body that came with it.
pub type Answer = (u16, Value);

/// A token as its creator gets it.
pub struct Created {
    /// The token.
    pub id: String,
    /// What lets its runner in.
    pub ci: String,
}

impl TestWorkspace {
    /// How the owner signs in.
    pub fn user_token(&self) -> &str {
        self.local().access_token.expose()
    }

    /// A session of the first member with this role.
    pub fn session_of(&self, role: &str) -> String {
        let token = format!("90|{role}-{}", "x".repeat(40 - role.len() - 1));
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let sql =
            "INSERT INTO access_tokens (user_id, token_hash, created_at) SELECT m.user_id, ?1, m.joined_at
            FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.role = ?2 ORDER BY u.rowid LIMIT 1";
        let made = self.database().execute(sql, rusqlite::params![hash, role]);
        assert_eq!(made.unwrap(), 1, "somebody has the role {role}");
        token
    }

    /// The organisation of the sample.
    pub fn organization(&self) -> &str {
        self.local().organization_id.as_str()
    }

    /// `/projects/{project}{rest}`
    pub fn project(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.local().project_id)
    }

    /// `/projects/{project}/environments/{environment}{rest}`
    pub fn environment(&self, name: &str, rest: &str) -> String {
        self.project(&format!("/environments/{name}{rest}"))
    }

    /// The database itself, to bring about what no call can.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("workspace.db")).unwrap()
    }

    /// Revokes a token as a client does that publishes nothing afterwards: what is sealed for it stays.
    pub async fn revoke_alone(&self, token: &str) {
        let project = &self.running.local().project_id;
        let path = format!("/projects/{project}/deploy-tokens/{token}/revoke");
        self.post(&path, &serde_json::json!({})).await;
    }

    /// From now on what is sealed for tokens is not stored, or it is again: a server drops what goes along with a registration
    /// without a word where it has no envelope for it (docs/protocol.md 7.2).
    pub fn drops_what_is_sealed_for_tokens(&self, drops: bool) {
        let sql = if drops {
            "CREATE TRIGGER dropped BEFORE INSERT ON recipients WHEN NEW.type = 'deployment'
            BEGIN SELECT RAISE(IGNORE); END"
        } else {
            "DROP TRIGGER dropped"
        };
        self.database().execute_batch(sql).unwrap();
    }

    /// Any request; a body that is no JSON fails the test.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<String>,
    ) -> Answer {
        let url = format!("{}{path}", self.running.api_url());
        let mut request = self.http.request(method, url);
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        if status == 204 {
            assert_eq!(text, "", "204 has no body");
            return (status, Value::Null);
        }
        (
            status,
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text:?}")),
        )
    }

    /// A request of the owner's.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Some(self.user_token()), None).await
    }

    /// A request of the owner's.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    /// A request of the owner's, with a body that was signed as it is.
    pub async fn post_text(&self, path: &str, body: String) -> Answer {
        self.send(Method::POST, path, Some(self.user_token()), Some(body))
            .await
    }

    /// A request of the owner's.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Some(self.user_token()), None)
            .await
    }

    /// Of an environment of the sample project.
    pub async fn environment_id(&self, name: &str) -> String {
        let (_, body) = self.get(&self.project("/environments")).await;
        let all = body["data"].as_array().unwrap();
        all.iter().find(|entry| entry["name"] == name).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Puts an envelope in place of the own device's that does not say what it is for, as other clients write it: the key
    /// itself is sealed, without authenticated data.
    pub async fn unname(&self, environment: &str) {
        let (key, local) = (self.open_key(environment).await, self.local());
        let inputs = EnvelopeInputs::make(Moment::now(), &mut system_rng());
        let to = local.identity.encryption_public();
        // Exposed to be sealed.
        let sealed = seal(key.expose(), None, &to, &local.identity, &inputs).unwrap();
        let payload = serde_json::json!({"ciphertext_b64": sealed.ciphertext_b64, "nonce_b64": sealed.nonce_b64,
            "alg": "xchacha20-poly1305", "version": "1", "aad_b64": null,
            "from_ephemeral_public_key": sealed.from_ephemeral_public_key});
        let edek = format!("b64:{}", BASE64.encode(payload.to_string().as_bytes()));
        let changed = self.database().execute(
            "UPDATE recipients SET edek_b64 = ?1 WHERE recipient_id = ?2 AND environment_key_id IN
            (SELECT id FROM environment_keys WHERE environment_id = ?3)",
            rusqlite::params![
                edek,
                local.device_id.as_str(),
                self.environment_id(environment).await
            ],
        );
        assert_eq!(changed.unwrap(), 1);
    }

    /// The key of an environment, opened with the workspace's own device.
    pub async fn open_key(&self, environment: &str) -> EnvironmentKey {
        let local = self.local();
        let path = format!(
            "{}?device_id={}",
            self.environment(environment, "/key"),
            local.device_id
        );
        let (status, body) = self.get(&path).await;
        assert_eq!(status, 200, "{body}");
        let published = parse_key_response(&body.to_string()).unwrap().unwrap();
        open_environment_key(
            &published,
            &local.project_id,
            &EnvironmentName::new(environment),
            &local.device_id,
            &local.identity,
            &[local.identity.signing_public()],
            &Accepted::default(),
        )
        .unwrap()
        .into_key()
    }

    /// Everybody that the key of an environment should be sealed for.
    pub async fn recipients(&self, environment: &str) -> Vec<Recipient> {
        let (_, devices) = self.get(&self.environment(environment, "/devices")).await;
        let id = self.environment_id(environment).await;
        let (_, tokens) = self
            .get(&self.project(&format!("/deploy-tokens?environment_id={id}")))
            .await;
        let active = |list: &Value| -> Vec<(String, PublicKey)> {
            let entries = list["data"].as_array().unwrap().iter();
            entries
                .filter(|entry| entry["attributes"]["status"] == "active")
                .map(|entry| {
                    let key = entry["attributes"]["public_key"].as_str().unwrap();
                    (
                        entry["id"].as_str().unwrap().to_owned(),
                        PublicKey::from_base64(key).unwrap(),
                    )
                })
                .collect()
        };
        let devices = active(&devices).into_iter().map(|(id, key)| device(&id, key));
        let tokens = active(&tokens).into_iter().map(|(id, key)| deployment(&id, key));
        devices.chain(tokens).collect()
    }

    /// The body of a re-share, signed by this device.
    pub fn share_body(
        &self,
        environment: &str,
        key: &EnvironmentKey,
        recipients: &[Recipient],
        signer: (&DeviceId, &DeviceIdentity),
        requests: &[&str],
    ) -> String {
        let sealed = seal_environment_key(
            key,
            &self.scope(environment, key),
            recipients,
            signer.1,
            Moment::now(),
            &mut system_rng(),
        )
        .unwrap();
        let requests = requests.iter().map(|id| RequestId::new(*id)).collect();
        sign_body(
            signer.1,
            &ShareKeyRequest::new(signer.0, key_fingerprint(key), &sealed, requests),
        )
        .unwrap()
    }

    /// The body of a new key, signed by the own device.
    pub fn create_body(
        &self,
        environment: &str,
        key: &EnvironmentKey,
        version: u64,
        recipients: &[Recipient],
    ) -> String {
        let local = self.local();
        let scope = self.scope(environment, key);
        let sealed = seal_environment_key(
            key,
            &scope,
            recipients,
            &local.identity,
            Moment::now(),
            &mut system_rng(),
        )
        .unwrap();
        let request = CreateKeyRequest::new(&local.device_id, key_fingerprint(key), version, &sealed);
        sign_body(&local.identity, &request).unwrap()
    }

    fn scope(&self, environment: &str, key: &EnvironmentKey) -> KeyScope {
        KeyScope {
            project: self.local().project_id.clone(),
            environment: EnvironmentName::new(environment),
            fingerprint: key_fingerprint(key),
        }
    }

    /// Seals the key again for everybody and publishes that.
    pub async fn share(&self, environment: &str) {
        let key = self.open_key(environment).await;
        let recipients = self.recipients(environment).await;
        let local = self.local();
        let body = self.share_body(
            environment,
            &key,
            &recipients,
            (&local.device_id, &local.identity),
            &[],
        );
        let (status, body) = self
            .post_text(&self.environment(environment, "/key/envelopes"), body)
            .await;
        assert_eq!(status, 200, "{body}");
    }

    /// Registers a token and shares nothing.
    pub async fn create_token(&self, name: &str, environment: &str, key: PublicKey) -> Created {
        let environment = self.environment_id(environment).await;
        let body = json!({ "name": name, "environment_id": environment, "public_key": key.to_base64() });
        let (status, body) = self.post(&self.project("/deploy-tokens"), &body).await;
        assert_eq!(status, 201, "{body}");
        Created {
            id: body["data"]["id"].as_str().unwrap().to_owned(),
            ci: body["meta"]["api_token"]["plain_text"]
                .as_str()
                .unwrap()
                .to_owned(),
        }
    }

    /// What a runner does.
    pub async fn deploy(&self, ci: &str, seed: &DeploySeed) -> Result<BundleReport, Answer> {
        let path = "/ci/deploy?include_meta=1&include_versions=1";
        let (status, body) = self.send(Method::GET, path, Some(ci), None).await;
        if status != 200 {
            return Err((status, body));
        }
        Ok(open_bundle(&parse_bundle(&body.to_string()).unwrap(), seed))
    }

    /// A signed variable as a device uploads it.
    pub fn upload(
        &self,
        environment: &str,
        key: &EnvironmentKey,
        name: &str,
        value: &str,
        if_version: Option<u64>,
    ) -> VariableUpload {
        let scope = VariableScope {
            organization: self.organization().to_owned(),
            project: self.local().project_id.to_string(),
            environment: environment.to_owned(),
            name: name.to_owned(),
        };
        let keys = VariableKeys::derive(key, &scope);
        let value = SecretText::new(value.to_owned());
        let sealed = seal_variable(&scope, &value, &keys, 1, &mut system_rng()).unwrap();
        let mut upload = VariableUpload::from(&sealed);
        upload.if_version = if_version;
        sign_variable(&self.local().identity, upload)
    }

    /// The body of an upload of variables.
    pub fn push_body(&self, secrets: &[Value]) -> Value {
        json!({ "device_id": self.local().device_id, "secrets": secrets })
    }

    /// A new device of the own user: its id and keys.
    pub async fn register_device(&self, name: &str) -> (DeviceId, DeviceIdentity) {
        let identity = DeviceIdentity::make(&mut system_rng());
        let body = json!({
            "public_key": identity.encryption_public().to_base64(),
            "public_signing_key": identity.signing_public().to_base64(),
            "name": name, "platform": "linux-x64 (6.1.0)",
        });
        let (status, body) = self.post("/devices", &body).await;
        assert_eq!(status, 201, "{body}");
        (DeviceId::new(body["data"]["id"].as_str().unwrap()), identity)
    }
}

/// Somebody a key is sealed for.
pub fn device(id: &str, public_key: PublicKey) -> Recipient {
    Recipient {
        kind: RecipientKind::Device(DeviceId::new(id)),
        public_key,
    }
}

/// Something a key is sealed for.
pub fn deployment(id: &str, public_key: PublicKey) -> Recipient {
    Recipient {
        kind: RecipientKind::Deployment(DeployTokenId::new(id)),
        public_key,
    }
}
