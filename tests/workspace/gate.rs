//! What does not come from a program of this machine that means this server is refused.

use reqwest::Method;
use serde_json::json;

use crate::site::Site;

#[tokio::test]
async fn foreign_hosts_and_web_pages_are_refused() {
    let site = Site::start().await;
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
    let site = Site::start().await;
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
    let site = Site::start().await;
    let user = Some(site.user_token());
    for (method, path, status) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/../etc/passwd", 404),
        (Method::PUT, "/user", 405),
        (Method::GET, "/projects/nope", 404),
        (Method::GET, "/projects/%FF", 400),
        (Method::GET, "/devices/nope", 404),
        (Method::POST, "/cli/login", 404),
        (Method::POST, "/cli/login/start", 404),
    ] {
        let (answered, body) = site.send(method, path, user, None).await;
        assert_eq!(
            (answered, body["message"].is_string()),
            (status, true),
            "{path}: {body}"
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let site = Site::start().await;
    let body = json!({ "name": "x".repeat(9 * 1024 * 1024) }).to_string();
    let (status, answer) = site.post_text(&site.project("/deploy-tokens"), body).await;
    assert_eq!(status, 413, "{answer}");
    assert_eq!(site.get("/user").await.0, 200, "the server goes on");
}

#[tokio::test]
async fn only_loopback_addresses_are_served() {
    use deploy_tokens::workspace::{Workspace, WorkspaceError};
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(crate::site::options(folder.path())).unwrap();
    let refused = workspace.serve(([0, 0, 0, 0], 0).into()).await.unwrap_err();
    assert!(matches!(refused, WorkspaceError::NotLoopback { .. }));
}
