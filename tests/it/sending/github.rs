//! The real `gh` and a stand-in of GitHub's API over TLS in this process: it gives its public key, and opens what it is sent
//! with libsodium.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::{Shell, assert_code, said};
use x25519_dalek::{PublicKey, StaticSecret};

use super::tools::Tools;
use crate::tls;

/// What was stored, by the path of its address: sealed.
type Stored = Arc<Mutex<Vec<(String, String)>>>;

#[derive(Clone)]
struct GitHub {
    key: [u8; 32],
    stored: Stored,
}

impl GitHub {
    /// Serves it; gives its port.
    async fn serve(self, folder: &std::path::Path) -> u16 {
        let app = Router::new().fallback(answer).with_state(self);
        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        tls::serve(app, &certificate, &key).await.port
    }
}

async fn answer(State(it): State<GitHub>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let scopes = [("X-OAuth-Scopes", "repo, admin:org")];
    match (method.as_str(), path.rsplit('/').next().unwrap_or_default()) {
        ("POST", "graphql") => {
            // It refuses members that it has not asked for.
            Json(json!({ "data": { "viewer": { "login": "mara" } } })).into_response()
        }
        ("GET", "public-key") => {
            let key = STANDARD.encode(PublicKey::from(&StaticSecret::from(it.key)).as_bytes());
            (scopes, Json(json!({ "key_id": "k1", "key": key }))).into_response()
        }
        ("PUT", _) => {
            let sent: Value = serde_json::from_slice(&body).unwrap();
            let sealed = sent["encrypted_value"].as_str().unwrap().to_owned();
            it.stored.lock().unwrap().push((path, sealed));
            (axum::http::StatusCode::CREATED, Json(json!({}))).into_response()
        }
        ("GET", "secrets") => {
            let secret = |(path, _): &(String, String)| {
                let name = path.rsplit('/').next().unwrap_or_default();
                json!({ "name": name, "updated_at": "2026-11-20T12:00:00Z" })
            };
            let all: Vec<_> = it.stored.lock().unwrap().iter().map(secret).collect();
            (scopes, Json(json!({ "total_count": all.len(), "secrets": all }))).into_response()
        }
        _ => (scopes, Json(json!({ "id": 1, "login": "mara" }))).into_response(),
    }
}

/// Opens a sealed box with libsodium.
fn open(key: &[u8; 32], sealed: &str) -> String {
    const SCRIPT: &str = "import sys, base64; from nacl.public import PrivateKey, SealedBox; \
        key, sealed = (base64.b64decode(it) for it in sys.stdin.read().split()); \
        sys.stdout.write(SealedBox(PrivateKey(key)).decrypt(sealed).decode())";
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = format!("{}\n{sealed}\n", STANDARD.encode(key));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "scripts/system-packages test installs python3-nacl"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Notes what everybody can see of it, and is `gh` then.
const WRAPPER: &str = "#!/bin/sh\nhere=$(dirname \"$0\")\ntr '\\0' '\\n' < /proc/$$/environ >> \"$here/visible\"\n\
    echo \"$*\" >> \"$here/visible\"\nexec /usr/bin/gh \"$@\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn gh_stores_both_values_and_lists_them() {
    let tools = Tools::new(&[]);
    tools.add("gh", WRAPPER);
    tls::certificate(tools.path());
    let github = GitHub {
        key: [0x42; 32],
        stored: Stored::default(),
    };
    let (key, stored) = (github.key, Arc::clone(&github.stored));
    let host = format!("127.0.0.1:{}", github.serve(tools.path()).await);
    let hosts =
        format!("\"{host}\":\n  user: mara\n  oauth_token: not-a-real-token\n  git_protocol: https\n");
    std::fs::write(tools.path().join("hosts.yml"), hosts).unwrap();
    let (path, folder) = (tools.as_path(), tools.path().display().to_string());
    let trusted = tools.path().join("cert.pem").display().to_string();
    let environment = [
        ("PATH", path.as_str()),
        ("GH_CONFIG_DIR", folder.as_str()),
        ("HOME", folder.as_str()),
        ("SSL_CERT_FILE", trusted.as_str()),
    ];
    let shell = Shell::new();
    let destination = format!("github:{host}/northwind/storefront@production");
    let arguments = [
        "create",
        "--env",
        "production",
        "--name",
        "gh-ci",
        "--send",
        &destination,
    ];
    let output = tokio::task::block_in_place(|| shell.run_with(&arguments, &environment));
    assert_code(&output, 0);
    let told = said(&output);
    assert!(told.contains("It lists: GHOSTABLE_CI_TOKEN"), "{told}");
    let stored = stored.lock().unwrap().clone();
    assert_eq!(stored.len(), 2, "{stored:?}");
    let opened: Vec<_> = stored.iter().map(|(_, sealed)| open(&key, sealed)).collect();
    assert!(stored[0].0.ends_with("/secrets/GHOSTABLE_CI_TOKEN"), "{stored:?}");
    assert!(stored[0].0.contains("/environments/production/"), "{stored:?}");
    // What was stored is a pair that works, to the last letter.
    let issued = json!({ "ci_token": opened[0], "deploy_seed": opened[1] });
    assert_eq!(tokio::task::block_in_place(|| shell.verify(&issued)), Some(0));
    let visible = tools.noted("visible");
    for value in &opened {
        assert!(!visible.contains(value.as_str()) && !told.contains(value.as_str()));
    }
}
