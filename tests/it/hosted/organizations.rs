//! An organisation that cannot be looked into hides no other.

use axum::http::Method;
use model::{CallError, Problem, Unlisted};
use serde_json::json;
use service::{directory, fulfillable};
use testkit::{assert_code, said};

use super::stand_in::{MOVED, StandIn, device, request};

fn names_the_moved_one(unlisted: &[Unlisted]) {
    let [Unlisted::Organization { name, error }] = unlisted else {
        panic!("{unlisted:?}");
    };
    assert_eq!(name, "Organisation o1");
    let Problem::Call(CallError::Refused(refusal)) = error else {
        panic!("{error:?}");
    };
    assert!(refusal.is_of_a_moved_organization());
}

#[tokio::test]
async fn a_moved_organization_hides_neither_projects_nor_requests_of_others() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    let context = site.context(Some(own));
    let found = directory(&context).await.unwrap();
    assert_eq!(found.organizations.len(), 2);
    assert_eq!(found.find(Some("shop")).unwrap().id.as_str(), "p1");
    names_the_moved_one(&found.unlisted);
    site.change(|it| it.requests.push(request("d2")));
    let asked = fulfillable(&context).await.unwrap();
    assert_eq!(asked.requests.count(), 1);
    names_the_moved_one(&asked.unlisted);
}

#[tokio::test]
async fn where_no_organization_can_be_looked_into_that_is_an_error() {
    let site = StandIn::start().await;
    site.instead(
        Method::GET,
        "/organizations/o2/projects",
        500,
        json!({"message": "Server Error"}),
    );
    let error = directory(&site.context(None)).await.unwrap_err();
    let said = text::explain(&error).to_string();
    assert!(said.contains("desktop licensing"), "{said}");
}

#[tokio::test]
async fn a_session_that_has_ended_is_no_gap() {
    let site = StandIn::start().await;
    let ended = json!({"error": {"code": "GHO-AUTH-0001", "detail": "Unauthenticated."}});
    site.instead(Method::GET, "/organizations/o2/projects", 401, ended);
    let error = directory(&site.context(None)).await.unwrap_err();
    assert_eq!(error, Problem::Call(CallError::Unauthorized));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_on_and_name_it() {
    let site = StandIn::start().await;
    let output = site.run(&["list", "--env", "preview"]).await;
    assert_code(&output, 0);
    let said = said(&output);
    assert!(
        said.contains("The organisation Organisation o1 cannot be looked into."),
        "{said}"
    );
    assert!(!said.contains(MOVED), "in words of our own: {said}");
}
