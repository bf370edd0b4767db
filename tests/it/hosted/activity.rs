//! Last use, which the server tells by its activity alone: what is known, what is *never*, and what is not known.

use axum::http::Method;
use model::Uses;
use protocol::{DeployTokenId, Moment, NotKnown, Occurrence};
use serde_json::{Value, json};
use service::list_with_uses;

use super::stand_in::{StandIn, place, token};

/// When the stand-in's tokens were made.
const MADE: &str = "2026-01-01T00:00:00+00:00";

fn entry(id: &str, event: &str, at: &str, causer: Value) -> Value {
    json!({"id": id, "log_name": "environment", "event": event, "description": "", "occurred_at": at,
        "subject": {"type": "environment", "id": "e1", "name": "preview"}, "causer": causer})
}

fn fetch(id: &str, at: &str, by: &str) -> Value {
    let causer = json!({"type": "deployment_token", "id": by, "name": format!("ci {by}")});
    entry(id, "deploy", at, causer)
}

/// The project's first entry, by a person.
fn beginning(at: &str) -> Value {
    let person = json!({"type": "user", "id": "u", "name": null, "email": "sam@northwind.example"});
    entry("first", "created", at, person)
}

async fn site(tokens: &[&str], activity: Vec<Value>) -> StandIn {
    let site = StandIn::start().await;
    for id in tokens {
        token(&site, id, "active");
    }
    site.change(|it| it.activity = activity);
    site
}

async fn uses(site: &StandIn) -> Uses {
    let (entries, uses) = list_with_uses(&site.context(None), &place()).await.unwrap();
    for token in entries.iter().filter_map(|it| it.token()) {
        assert_eq!(token.last_use, uses.last(&token.id), "the list shows it");
    }
    uses
}

fn last(uses: &Uses, id: &str) -> Occurrence {
    uses.last(&DeployTokenId::new(id))
}

fn at(text: &str) -> Occurrence {
    Occurrence::At(Moment::parse(text).unwrap())
}

#[tokio::test]
async fn the_newest_fetch_counts_and_never_needs_the_whole_way_back() {
    let newest = "2026-07-01T10:00:00+00:00";
    let site = site(
        &["t1", "t2"],
        vec![
            fetch("a4", newest, "t1"),
            entry(
                "a3",
                "deploy",
                "2026-06-30T10:00:00+00:00",
                json!({"type": "system"}),
            ),
            fetch("a2", "2026-06-01T10:00:00+00:00", "t1"),
            beginning("2025-12-01T00:00:00+00:00"),
        ],
    )
    .await;
    let found = uses(&site).await;
    assert_eq!(
        (last(&found, "t1"), last(&found, "t2")),
        (at(newest), Occurrence::Never)
    );
    let one = found.of(&DeployTokenId::new("t1")).unwrap();
    assert_eq!((one.fetches, one.are_all), (2, true));
    // It is older than the oldest entry: what was before is not told.
    site.change(|it| it.activity.pop());
    let found = uses(&site).await;
    let not_told = Occurrence::NotKnown(NotKnown::TooFarBack);
    assert_eq!((last(&found, "t1"), last(&found, "t2")), (at(newest), not_told));
    assert!(
        !found.of(&DeployTokenId::new("t1")).unwrap().are_all,
        "at least two"
    );
    // Its own creation is the first thing that there is.
    site.change(|it| it.activity.push(beginning(MADE)));
    assert_eq!(last(&uses(&site).await, "t2"), Occurrence::Never);
    site.change(|it| it.activity.clear());
    assert_eq!(
        last(&uses(&site).await, "t2"),
        not_told,
        "an empty one tells nothing"
    );
}

#[tokio::test]
async fn what_cannot_be_read_makes_nobody_unused() {
    let first = beginning("2025-12-01T00:00:00+00:00");
    let newest = "2026-07-01T10:00:00+00:00";
    let unreadable = Occurrence::NotKnown(NotKnown::Unreadable);
    for odd in [
        json!({"id": "odd"}),
        json!(7),
        fetch("odd", "soon", "t2"),
        entry("odd", "deploy", newest, json!({"type": "deployment_token"})),
        entry("odd", "deploy", newest, Value::Null),
        entry("odd", "deploy", newest, json!({"type": "robot", "id": "t2"})),
    ] {
        let site = site(
            &["t1", "t2"],
            vec![fetch("a", newest, "t1"), odd.clone(), first.clone()],
        )
        .await;
        let found = uses(&site).await;
        assert_eq!(
            (last(&found, "t1"), last(&found, "t2")),
            (at(newest), unreadable),
            "{odd}"
        );
    }
    let unknown = entry("odd", "brand_new", newest, json!({"type": "robot"}));
    let site = site(&["t1"], vec![unknown, first]).await;
    assert_eq!(
        last(&uses(&site).await, "t1"),
        Occurrence::Never,
        "an event of another kind is none"
    );
}

#[tokio::test]
async fn it_is_read_no_further_than_it_is_needed_and_three_pages_at_most() {
    let busy = |count: usize, by: &str| {
        let name = |number: usize| format!("{by}-{number}");
        let fetches = (0..count).map(|number| fetch(&name(number), "2026-07-01T10:00:00+00:00", by));
        fetches.collect::<Vec<_>>()
    };
    let used = site(&["t1"], busy(1000, "t1")).await;
    let found = uses(&used).await;
    assert_eq!(used.change(|it| it.activity_asked), 1);
    assert_eq!(found.of(&DeployTokenId::new("t1")).unwrap().fetches, 100);
    let other = site(&["t1"], busy(1000, "elsewhere")).await;
    let not_seen = Occurrence::NotKnown(NotKnown::TooFarBack);
    assert_eq!(last(&uses(&other).await, "t1"), not_seen);
    assert_eq!(other.change(|it| it.activity_asked), 3);
    let mut long_ago = busy(250, "elsewhere");
    long_ago.push(fetch("a", "2026-02-01T10:00:00+00:00", "t1"));
    let third = site(&["t1"], long_ago).await;
    assert_eq!(last(&uses(&third).await, "t1"), at("2026-02-01T10:00:00+00:00"));
    assert_eq!(third.change(|it| it.activity_asked), 3);
}

#[tokio::test]
async fn an_entry_that_comes_twice_is_one() {
    let mut entries: Vec<_> = (0..99)
        .map(|number| fetch(&format!("x{number}"), "2026-07-01T10:00:00+00:00", "elsewhere"))
        .collect();
    let moved = fetch("moved", "2026-06-01T10:00:00+00:00", "t1");
    entries.extend([moved.clone(), moved, beginning("2025-12-01T00:00:00+00:00")]);
    // A second token, for which the next page is needed.
    let site = site(&["t1", "t2"], entries).await;
    let found = uses(&site).await;
    assert_eq!(found.of(&DeployTokenId::new("t1")).unwrap().fetches, 1);
    assert_eq!(last(&found, "t2"), Occurrence::Never);
}

#[tokio::test]
async fn where_it_may_not_be_read_the_list_is_there_all_the_same() {
    let site = site(&["t1"], Vec::new()).await;
    let refused = json!({"message": "This action is unauthorized."});
    site.instead(Method::GET, "/activity", 403, refused);
    assert_eq!(
        last(&uses(&site).await, "t1"),
        Occurrence::NotKnown(NotKnown::NotAllowed)
    );
    let listed = site
        .run(&["--project", "Shop", "list", "--env", "preview", "--json"])
        .await;
    assert_eq!(listed.status.code(), Some(0));
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(
        (&listed[0]["last_used_at"], &listed[0]["last_used_why"]),
        (&Value::Null, &json!("not_allowed"))
    );
    let asked = site
        .run(&["--project", "Shop", "activity", "--env", "preview"])
        .await;
    assert_eq!(asked.status.code(), Some(3));
    let said = String::from_utf8(asked.stderr).unwrap();
    assert!(said.contains("admins and auditors"), "{said}");
    site.change(|it| it.instead.clear());
    site.instead(Method::GET, "/activity", 501, json!({"message": "Server Error"}));
    assert_eq!(
        last(&uses(&site).await, "t1"),
        Occurrence::NotKnown(NotKnown::NotReached)
    );
}
