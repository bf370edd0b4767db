//! What does not come from a program of this machine that means this server is refused.

use reqwest::Method;
use serde_json::json;

use testkit::TestWorkspace;

#[tokio::test]
async fn foreign_hosts_and_web_pages_are_refused() {
    let site = TestWorkspace::start().await;
    let port = site.running.address().port();
    let status = async |headers: &[(&str, &str)]| {
        let mut request = site
            .http
            .get(format!("{}/user", site.running.api_url()))
            .bearer_auth(site.user_token());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ] {
        assert_eq!(status(&[("host", &host)]).await, 200, "{host}");
    }
    let foreign = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
    ];
    for host in foreign.into_iter().chain([
        format!("localhost:{}", port ^ 1),
        format!("localhost.evil:{port}"),
    ]) {
        assert_eq!(status(&[("host", &host)]).await, 403, "{host}");
    }
    for origin in [
        "null",
        "https://evil.example",
        &format!("http://127.0.0.1:{port}"),
    ] {
        assert_eq!(status(&[("origin", origin)]).await, 403, "{origin}");
    }
}

#[tokio::test]
async fn requests_without_or_with_two_hosts_are_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let site = TestWorkspace::start().await;
    let address = site.running.address();
    let own = format!("Host: {address}\r\n");
    for (target, hosts, refused) in [
        ("/api/v2/user", own.clone(), false),
        ("/api/v2/user", String::new(), true),
        ("/api/v2/user", format!("{own}Host: evil.example\r\n"), true),
        ("http://evil.example/api/v2/user", own.clone(), true),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        let expected: &[&str] = if refused { &["403", "400"] } else { &["401"] };
        assert!(expected.contains(&status), "{target} {hosts:?}: {answer}");
    }
}

#[tokio::test]
async fn answers_are_json_whatever_is_asked() {
    let site = TestWorkspace::start().await;
    let user = Some(site.user_token());
    for (method, path, status) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/../etc/passwd", 404),
        (Method::PUT, "/user", 405),
        (Method::GET, "/projects/nope", 404),
        (Method::GET, "/projects/%FF", 400),
        (Method::GET, "/devices/nope", 404),
        (Method::POST, "/cli/login", 422),
        (Method::POST, "/cli/login/poll", 422),
        (Method::POST, "/cli/register/start", 501),
    ] {
        let (answered, body) = site.send(method, path, user, None).await;
        let said = body["message"].is_string() || body["error"]["detail"].is_string();
        assert_eq!((answered, said), (status, true), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let site = TestWorkspace::start().await;
    let body = json!({ "name": "x".repeat(9 * 1024 * 1024) }).to_string();
    let (status, answer) = site.post_text(&site.project("/deploy-tokens"), body).await;
    assert_eq!(status, 413, "{answer}");
    assert_eq!(site.get("/user").await.0, 200, "the server goes on");
}

#[tokio::test]
async fn only_loopback_addresses_are_served() {
    use workspace::{Workspace, WorkspaceError};
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(testkit::options(folder.path())).unwrap();
    let refused = workspace.serve(([0, 0, 0, 0], 0).into()).await.unwrap_err();
    assert!(matches!(refused, WorkspaceError::NotLoopback { .. }));
}

/// Whatever a body says, it is refused and not stumbled over.
#[tokio::test]
async fn odd_bodies_are_refused() {
    let site = TestWorkspace::start().await;
    let device = site.local().device_id.as_str();
    let deep = format!("{{\"secrets\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let bodies = [
        "null".to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
        "{\"".to_owned(),
        deep,
        "{\"version\":1e999}".to_owned(),
        json!({ "device_id": 7, "name": [], "type": {}, "public_key": null }).to_string(),
        json!({ "device_id": device, "secrets": [null, 1, {}], "client_sig": "" }).to_string(),
        json!({ "device_id": device, "secrets": [{ "client_sig": 7 }], "envelope": null }).to_string(),
        json!({ "device_id": device, "client_sig": "A".repeat(88), "fingerprint": "\u{0}" }).to_string(),
    ];
    let paths = [
        "/devices".to_owned(),
        format!("/organizations/{}/projects", site.organization()),
        site.project("/environments"),
        site.project("/generate-suggested-environment-names"),
        site.project("/deploy-tokens"),
        site.environment("production", "/key"),
        site.environment("production", "/key/envelopes"),
        site.environment("production", "/push"),
    ];
    for path in &paths {
        for body in &bodies {
            let (status, answer) = site.post_text(path, body.clone()).await;
            let shown: String = body.chars().take(80).collect();
            assert!(
                matches!(status, 400 | 403 | 422),
                "{path} {shown}: {status} {answer}"
            );
        }
        let url = format!("{}{path}", site.running.api_url());
        let request = site
            .http
            .post(url)
            .bearer_auth(site.user_token())
            .body(vec![0xff, 0xfe, b'{']);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 400, "{path}");
    }
    let url = format!("{}/user", site.running.api_url());
    let request = site
        .http
        .get(url)
        .header("authorization", &b"Bearer \xff\xfe"[..]);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
}

/// Keys that nobody could seal for, or that verify anything: the hosted service takes them.
#[tokio::test]
async fn weak_public_keys_are_refused_where_that_is_asked_for() {
    use base64::Engine as _;
    let encode = |bytes: [u8; 32]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let site = TestWorkspace::start_with(|options| options.strict = true).await;
    let mut one = [0; 32];
    one[0] = 1;
    let good = encode([9; 32]);
    let signing = site.local().identity.signing_public().to_base64();
    for (field, key, signing) in [
        ("public_key", encode([0; 32]), signing.clone()),
        ("public_key", encode(one), signing.clone()),
        ("public_key", "AAAA".to_owned(), signing.clone()),
        ("public_signing_key", good.clone(), encode(one)),
        ("public_signing_key", good.clone(), "AAAA".to_owned()),
    ] {
        let body = json!({ "public_key": key, "public_signing_key": signing, "name": "x", "platform": "x" });
        let (status, answer) = site.post("/devices", &body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(answer["error"]["fields"][field].is_array(), "{field}: {answer}");
    }
    let lenient = TestWorkspace::start().await;
    let body = json!({ "public_key": "AAAA", "public_signing_key": "AAAA" });
    assert_eq!(lenient.post("/devices", &body).await.0, 201);
}
