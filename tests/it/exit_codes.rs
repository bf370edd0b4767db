//! The table of docs/exit-codes.md: a command for each code ends with it.

use std::path::Path;
use std::process::Output;

use testkit::{Endpoint, Fault, FaultProxy, Shell, TestWorkspace, run_program, said};

use super::tls;

/// The codes of the table, with what they mean.
fn documented() -> Vec<(i32, String)> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md");
    let text = std::fs::read_to_string(table).unwrap();
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.split('|').skip(1).map(str::trim);
        Some((cells.next()?.parse().ok()?, cells.next()?.to_owned()))
    });
    rows.collect()
}

#[track_caller]
fn assert_ends(output: &Output, meaning: &str) {
    let (code, _) = documented().into_iter().find(|(_, it)| it == meaning).unwrap();
    assert_eq!(output.status.code(), Some(code), "{meaning}: {}", said(output));
}

#[test]
fn the_table_has_every_code_once_and_help_has_them() {
    let codes: Vec<i32> = documented().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6]);
    let help = said(&run_program(&["--help"], &[]));
    for code in codes {
        assert!(help.contains(&format!(" {code} ")), "{code}: {help}");
    }
}

#[test]
fn done_failed_and_wrong_use() {
    let shell = Shell::new();
    assert_ends(&shell.run(&["list", "--env", "production"]), "done");
    assert_ends(&shell.run(&["pending"]), "done");
    let delete = ["delete", "--env", "production", "production-ci"];
    assert_ends(&shell.run(&delete), "failed");
    for wrong in [
        &["dance"][..],
        &["list"],
        &["list", "--env", "nowhere"],
        &["rotate", "--env", "production", "nobody"],
        &["verify"],
    ] {
        assert_ends(&shell.run(wrong), "wrong use");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_no_answer_and_not_shared() {
    let site = TestWorkspace::start().await;
    let list = ["list", "--env", "production"];
    let at = |method, ending, fault| {
        let endpoint = Endpoint {
            method,
            ending,
            from: 1,
        };
        FaultProxy::at(site.running.address(), endpoint, fault)
    };
    let run = |proxy: &FaultProxy, arguments: &[&str]| site.run_at(&proxy.url, arguments, "", &[]);
    for status in [401, 403, 429] {
        let proxy = at(
            "GET",
            "/deploy-tokens",
            Fault::Status(status, "retry-after: 86400\r\n", "{}"),
        );
        assert_ends(&run(&proxy, &list), "refused");
    }
    let lost = at("GET", "/deploy-tokens", Fault::LostBefore);
    assert_ends(&run(&lost, &list), "no answer");
    let nobody = site.run_at("http://127.0.0.1:9/api/v2", &list, "", &[]);
    assert_ends(&nobody, "no answer");
    let id = site
        .issue("production", "one")
        .await
        .issuance
        .token
        .id
        .to_string();
    let unlinked = site.run_unlinked(&["revoke", "--env", "production", &id]);
    assert_ends(&unlinked, "not shared");
}

#[tokio::test(flavor = "multi_thread")]
async fn not_trusted() {
    let site = TestWorkspace::start().await;
    let folder = tempfile::tempdir().unwrap();
    tls::certificate(folder.path());
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let served = tls::serve(axum::Router::new(), &certificate, &key).await;
    let url = format!("https://127.0.0.1:{}/api/v2", served.port);
    let other = tls::Authority::new().file();
    let variables = [("SSL_CERT_FILE", other.as_str()), ("NO_PROXY", "127.0.0.1")];
    let list = ["list", "--env", "production"];
    let refused = tokio::task::block_in_place(|| site.run_at(&url, &list, "", &variables));
    assert_ends(&refused, "not trusted");
}
