//! People who may share keys and may not list deploy tokens.

use axum::http::Method;
use model::Problem;
use protocol::TokenName;
use serde_json::{Value, json};
use service::{LinkedDevice, MissingKey, fulfil_all, fulfillable, key_access, reshare};
use testkit::{said, silent};

use super::stand_in::{StandIn, device, envelope, place, recipient, request, sealed, token};

/// Two devices and two tokens have the key, a third device waits; the list of tokens is not for this person.
async fn scene() -> (StandIn, LinkedDevice, LinkedDevice) {
    let site = StandIn::start().await;
    let (own, second) = (device(&site, "d1"), device(&site, "d2"));
    let tokens = [token(&site, "t1", "active"), token(&site, "t2", "active")];
    let [t1, t2] = tokens;
    let key = sealed(&own, "preview", &[recipient(&own), recipient(&second), t1, t2]);
    let new = device(&site, "d3");
    site.change(|it| {
        it.key = key;
        it.requests.push(request("d3"));
    });
    site.instead(Method::GET, "/deploy-tokens", 403, json!({"message": ""}));
    (site, own, new)
}

fn entries(envelope: &Value) -> Vec<Value> {
    envelope["recipients"].as_array().unwrap().clone()
}

fn ids(envelope: &Value) -> Vec<String> {
    let ids = entries(envelope)
        .into_iter()
        .map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn a_request_is_answered_beside_what_is_published() {
    let (site, own, new) = scene().await;
    let before = site.change(|it| envelope(&it.key).clone());
    let context = site.context(Some(own));
    let asked = fulfillable(&context).await.unwrap().requests;
    let done = fulfil_all(&context, &asked.list, &silent).await;
    assert_eq!(done[0].outcome, Ok(5));
    let posted = site.posted("/key/envelopes");
    let [body] = posted.as_slice() else {
        panic!("{posted:?}")
    };
    let after = &body["envelope"];
    for outer in ["ciphertext_b64", "nonce_b64"] {
        assert_eq!(after[outer], before[outer]);
    }
    assert_eq!(entries(after)[..4], entries(&before));
    assert_eq!(ids(after), ["d1", "d2", "t1", "t2", "d3"]);
    assert_eq!(body["request_ids"], json!(["r-d3"]));
    let opened = key_access(&site.context(Some(new)), &place()).await.unwrap();
    assert_eq!(Some(opened), key_access(&context, &place()).await.ok());
}

#[tokio::test]
async fn what_the_server_refuses_among_the_published_is_left_out() {
    let (site, own, _) = scene().await;
    site.change(|it| {
        it.refused.push("t1");
        it.devices[1]["attributes"]["status"] = json!("revoked");
    });
    let context = site.context(Some(own));
    let count = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(count, Ok(3));
    let after = site.change(|it| envelope(&it.key).clone());
    assert_eq!(
        ids(&after),
        ["d1", "t2", "d3"],
        "d2 is listed as revoked, t1 is refused"
    );
}

#[tokio::test]
async fn a_device_that_the_server_refuses_is_an_error() {
    let (site, own, _) = scene().await;
    site.change(|it| it.refused.push("d3"));
    let context = site.context(Some(own));
    let error = reshare(&context, &place(), MissingKey::Refuse, &silent)
        .await
        .unwrap_err();
    assert_eq!(error.call().unwrap().status(), Some(422));
    assert_eq!(site.posted("/key/envelopes").len(), 1);
}

#[tokio::test]
async fn nobody_is_told_of_sharing_that_somebody_else_has_undone() {
    let (site, own, _) = scene().await;
    site.instead(Method::POST, "/key/envelopes", 200, json!({"data": null}));
    let context = site.context(Some(own));
    let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(shared, Err(Problem::Overtaken));
}

#[tokio::test]
async fn nothing_is_shared_where_the_server_does_not_tell_for_whom_the_key_is_sealed() {
    let (site, own, _) = scene().await;
    let mut alone = sealed(&own, "preview", &[recipient(&own)]);
    alone["relationships"]
        .as_object_mut()
        .unwrap()
        .remove("envelopes");
    site.change(|it| it.key = alone);
    let context = site.context(Some(own));
    let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(shared, Err(Problem::NotAnAdmin));
    assert_eq!(site.change(|it| it.posted.len()), 0);
}

/// A server that tells everybody's entries, and has only this one.
#[tokio::test]
async fn the_only_holder_lets_the_others_in() {
    let (site, own, new) = scene().await;
    let alone = sealed(&own, "preview", &[recipient(&own)]);
    site.change(|it| it.key = alone);
    let context = site.context(Some(own));
    let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(shared, Ok(3));
    assert!(key_access(&site.context(Some(new)), &place()).await.is_ok());
}

#[tokio::test]
async fn nothing_is_created_and_no_key_is_made_without_the_list() {
    let (site, own, _) = scene().await;
    let context = site.context(Some(own));
    let name = TokenName::parse("ci").unwrap();
    let created = service::create(&context, &place(), &name, &silent).await;
    assert_eq!(created.unwrap_err(), Problem::NotAnAdmin);
    site.change(|it| it.key = Value::Null);
    let made = reshare(&context, &place(), MissingKey::Make, &silent).await;
    assert_eq!(made, Err(Problem::NotAnAdmin));
    assert_eq!(site.change(|it| it.posted.len()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_who_sees_tokens() {
    let (site, _, _) = scene().await;
    let output = site.run(&["list", "--env", "preview"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(
        said(&output)
            .matches("Only admins of the organisation see its deploy tokens")
            .count(),
        1
    );
}
