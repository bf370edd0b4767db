//! A server that takes sixty calls in a time: the window says that it waits, and what ends a leak goes first.

use std::time::{Duration, Instant};

use protocol::crypto::{make_deploy_key, system_rng};
use protocol::{EnvironmentId, ProjectId};
use serde_json::{Value, json};
use service::{MissingKey, find_environment, reshare};
use testkit::driver::State;
use testkit::{Budget, FaultProxy, Faults};

use crate::fill;
use crate::server::Server;

const CALLS: usize = 60;
/// Instead of a minute.
const WINDOW: Duration = Duration::from_secs(15);
const PROJECTS: usize = 25;
const TOKENS: usize = 40;

fn made(server: &Server, path: &str, body: &Value) -> Value {
    let (status, answer) = server.runtime.block_on(server.site.post(path, body));
    assert_eq!(status, 201, "{answer}");
    answer["data"].clone()
}

/// A project with an environment, its key, and so many tokens.
fn project(server: &Server, number: usize, tokens: std::ops::Range<usize>) {
    let organization = server.site.organization();
    let body = json!({"name": format!("Service {number:02}"), "deployment_provider": "other"});
    let project = made(server, &format!("/organizations/{organization}/projects"), &body);
    let project = ProjectId::new(project["id"].as_str().unwrap());
    let body = json!({"name": "production", "type": "production"});
    let environment = made(server, &format!("/projects/{project}/environments"), &body);
    let environment = EnvironmentId::new(environment["id"].as_str().unwrap());
    for token in tokens {
        let (_, key) = make_deploy_key(&mut system_rng());
        let body = json!({"name": format!("leaked-{token}"), "environment_id": environment.as_str(),
            "public_key": key.to_base64()});
        made(server, &format!("/projects/{project}/deploy-tokens"), &body);
    }
    let context = &server.site.context;
    server.runtime.block_on(async {
        let place = find_environment(context, &project, "production").await.unwrap();
        reshare(context, &place, MissingKey::Make, &|_| {}).await.unwrap();
    });
}

fn revoked(server: &Server) -> usize {
    let sql = "SELECT count(*) FROM deploy_tokens WHERE name LIKE 'leaked-%' AND status = 'revoked'";
    let count: i64 = server
        .site
        .database()
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    usize::try_from(count).unwrap()
}

#[test]
fn forty_tokens_of_twenty_five_projects_end_within_two_times_of_sixty_calls() {
    let server = Server::start();
    // The first projects have two each.
    let mut next = 0;
    for number in 0..PROJECTS {
        let count = if number < TOKENS - PROJECTS { 2 } else { 1 };
        project(&server, number, next..next + count);
        next += count;
    }
    assert_eq!(next, TOKENS);
    let budget = Some(Budget {
        calls: CALLS,
        window: WINDOW,
    });
    let faults = Faults {
        budget,
        ..Faults::default()
    };
    let proxy = FaultProxy::start(server.site.running.address(), faults);
    let (_desktop, app) = server.owners_window(&proxy.url);

    // Looking into 27 projects takes more than sixty calls: it is waited with, and that is said.
    app.find("push button", "Emergency").press();
    app.wait_text("The server takes 60 calls a minute; going on in");
    app.wait_for("all projects to be looked into", || {
        let deadline = Instant::now() + WINDOW;
        while Instant::now() < deadline {
            if app.text().contains("active tokens in 27 projects") {
                return Some(());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        None
    });
    fill(&app, "entry", "Search active tokens", "leaked");
    app.find("push button", "Select all 40 tokens")
        .wait(State::Enabled, true)
        .press();
    app.find("push button", "Hold to revoke 40 tokens")
        .hold(Duration::from_millis(1700));
    let begun = Instant::now();
    app.find("heading", "Revoking 40 tokens");
    let mut waited = false;
    while revoked(&server) < TOKENS {
        let text = app.text();
        waited |= text.contains("The server takes 60 calls a minute; going on in");
        for word in [
            "not revoked",
            "Not revoked",
            "failed",
            "cannot be reached",
            "did not answer",
        ] {
            assert!(!text.contains(word), "{word} while it only waits: {text}");
        }
        assert!(
            begun.elapsed() < WINDOW * 2 + Duration::from_secs(5),
            "{} are",
            revoked(&server)
        );
        std::thread::sleep(Duration::from_millis(300));
    }
    app.wait_text("40 of 40 refused by the server");
    println!(
        "all are revoked after {:?}, waited with: {waited}",
        begun.elapsed()
    );
    // Sealing again takes more calls than are left.
    app.wait_text("The server takes 60 calls a minute; going on in");
    assert!(proxy.throttled() > 0);
}
