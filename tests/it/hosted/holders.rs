//! Who holds a key is what the server tells with it.

use axum::http::Method;
use model::{Flaw, Holder, HolderKind, Standing};
use protocol::OrganizationId;
use serde_json::json;
use service::access::{Access, access};
use service::{Context, LinkedDevice};

use super::stand_in::{StandIn, device, place, recipient, sealed, token};

/// Sealed for d1, t1, t2 and d9, which nobody lists; d2 waits, t2 is revoked.
async fn scene() -> (StandIn, LinkedDevice) {
    let site = StandIn::start().await;
    let (own, gone) = (device(&site, "d1"), device(&site, "d9"));
    let (t1, t2) = (token(&site, "t1", "active"), token(&site, "t2", "revoked"));
    let key = sealed(&own, "preview", &[recipient(&own), t1, t2, recipient(&gone)]);
    device(&site, "d2");
    site.change(|it| {
        it.key = key;
        it.devices.remove(1);
    });
    (site, own)
}

async fn look(context: &Context) -> Access {
    access(context, &OrganizationId::new("o2"), &place())
        .await
        .unwrap()
}

fn standings(access: &Access) -> Vec<(String, Standing)> {
    let id = |holder: &Holder| match &holder.kind {
        HolderKind::Device { id, .. } => id.to_string(),
        HolderKind::Token { id } => id.as_ref().unwrap().to_string(),
    };
    access
        .holders
        .iter()
        .map(|it| (id(it), it.standing.clone()))
        .collect()
}

fn as_expected(of: &[(&str, Standing)]) -> Vec<(String, Standing)> {
    of.iter()
        .map(|(id, standing)| ((*id).to_owned(), standing.clone()))
        .collect()
}

const WAITS: Standing = Standing::Waits { since: None };
const STILL_SEALED: Standing = Standing::Flawed(Flaw::StillSealed);

#[tokio::test]
async fn holders_are_those_with_an_entry() {
    let (site, own) = scene().await;
    let found = look(&site.context(Some(own))).await;
    assert!(found.own.is_ok() && found.is_told && found.tokens_are_listed);
    let expected = [
        ("d1", Standing::Holds),
        ("d2", WAITS),
        ("d9", STILL_SEALED),
        ("t1", Standing::Holds),
        ("t2", STILL_SEALED),
    ];
    assert_eq!(standings(&found), as_expected(&expected));
    assert_eq!(found.flawed(), 2);
}

#[tokio::test]
async fn an_active_token_without_an_entry_waits() {
    let (site, own) = scene().await;
    token(&site, "t3", "active");
    let found = look(&site.context(Some(own))).await;
    assert!(standings(&found).contains(&("t3".to_owned(), WAITS)));
}

#[tokio::test]
async fn who_may_not_list_tokens_sees_their_ids() {
    let (site, own) = scene().await;
    site.instead(Method::GET, "/deploy-tokens", 403, json!({"message": ""}));
    let found = look(&site.context(Some(own))).await;
    assert!(found.is_told && !found.tokens_are_listed);
    let tokens = standings(&found).split_off(3);
    assert_eq!(
        tokens,
        as_expected(&[("t1", Standing::Holds), ("t2", Standing::Holds)])
    );
}

#[tokio::test]
async fn without_being_told_it_follows_from_who_is_listed() {
    let (site, own) = scene().await;
    let mut alone = sealed(&own, "preview", &[recipient(&own)]);
    alone["relationships"]
        .as_object_mut()
        .unwrap()
        .remove("envelopes");
    site.change(|it| it.key = alone);
    let expected = as_expected(&[("d1", Standing::Holds), ("d2", Standing::Holds)]);
    let found = look(&site.context(Some(own))).await;
    assert!(!found.is_told);
    assert_eq!(standings(&found)[..2], expected);
    // Nor is anything told where there is no device that could ask.
    let found = look(&site.context(None)).await;
    assert!(!found.is_told);
    assert_eq!(standings(&found)[..2], expected);
}
