//! What is sealed for a new token goes along with its registration, and counts when the key, read again, has it.

use protocol::TokenName;
use protocol::crypto::OpenError;
use serde_json::Value;
use service::{Issued, LinkedDevice, key_access};
use testkit::silent;

use super::stand_in::{StandIn, device, envelope, place, recipient, scene, sealed, token};

async fn create(site: &StandIn, own: &LinkedDevice) -> Issued {
    let name = TokenName::parse("new").unwrap();
    let context = site.context(Some(own.clone()));
    service::create(&context, &place(), &name, &silent).await.unwrap()
}

fn entries(site: &StandIn) -> Vec<(String, String)> {
    let key = site.change(|it| it.key.clone());
    let entries = envelope(&key)["recipients"].as_array().unwrap().clone();
    let text = |entry: &Value, member: &str| entry[member].as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|it| (text(it, "id"), text(it, "edek_b64")))
        .collect()
}

#[tokio::test]
async fn nothing_is_published_where_what_went_along_is_all_that_was_missing() {
    let (site, own) = scene().await;
    let before = entries(&site);
    let issued = create(&site, &own).await;
    assert_eq!(issued.issuance.share, Ok(3));
    assert_eq!(site.posted("/key/envelopes").len(), 0);
    let along = site.posted("/deploy-tokens")[0]["recipient"]["edek_b64"].clone();
    let after = entries(&site);
    assert_eq!(after[..2], before, "nobody else's entry is touched");
    assert_eq!(after[2], ("new".to_owned(), along.as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn what_the_server_drops_without_a_word_is_published() {
    let (site, own) = scene().await;
    site.change(|it| it.drops_along = true);
    let issued = create(&site, &own).await;
    assert_eq!(issued.issuance.share, Ok(3));
    assert_eq!(site.posted("/key/envelopes").len(), 1);
    assert_eq!(entries(&site).len(), 3);
}

#[tokio::test]
async fn who_waits_and_who_should_not_be_there_are_seen_to() {
    for is_gone in [false, true] {
        let (site, own) = scene().await;
        if is_gone {
            site.change(|it| it.tokens.clear());
        } else {
            device(&site, "d2");
        }
        let issued = create(&site, &own).await;
        let ids: Vec<String> = entries(&site).into_iter().map(|(id, _)| id).collect();
        let expected: &[&str] = if is_gone {
            &["d1", "new"]
        } else {
            &["d1", "d2", "t1", "new"]
        };
        assert_eq!(ids, expected);
        assert_eq!(issued.issuance.share, Ok(expected.len()));
        assert_eq!(site.posted("/key/envelopes").len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_somebody_else_made_meanwhile_is_the_one_that_is_published() {
    let (site, own) = scene().await;
    let t1 = token(&site, "t2", "active");
    let newer = sealed(&own, "preview", &[recipient(&own), t1]);
    let fingerprint = newer["attributes"]["fingerprint"].clone();
    site.change(|it| it.overtaken_by = Some(newer));
    let issued = create(&site, &own).await;
    assert_eq!(issued.issuance.share, Ok(4));
    assert_eq!(site.posted("/key/envelopes")[0]["fingerprint"], fingerprint);
}

#[tokio::test]
async fn a_key_that_this_device_does_not_have_any_more_is_told() {
    let (site, own) = scene().await;
    let other = device(&site, "d2");
    let newer = sealed(&other, "preview", &[recipient(&other)]);
    site.change(|it| it.overtaken_by = Some(newer));
    let issued = create(&site, &own).await;
    let error = issued.issuance.share.unwrap_err();
    assert_eq!(error, OpenError::NotShared.into());
    assert!(key_access(&site.context(Some(own)), &place()).await.is_err());
}
