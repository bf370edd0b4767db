//! The end of a CI token, which the server tells once: when it makes it.

use axum::http::Method;
use model::NewToken;
use protocol::secret::JournalKey;
use protocol::{DeployToken, Lifetime, Moment, NotKnown, Occurrence, TokenEntry};
use serde_json::json;
use service::journal::Journal;
use service::{Context, LinkedDevice, create, list};
use testkit::silent;

use super::stand_in::{StandIn, device, place, recipient, sealed, token};

/// A start of the program in this folder.
fn started(site: &StandIn, device: &LinkedDevice, folder: &std::path::Path) -> Context {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let journal = Journal::open(folder.to_owned(), key, "stand-in");
    site.context(Some(device.clone())).with_journal(journal.into())
}

async fn only(context: &Context) -> DeployToken {
    let listed = list(context, &place()).await.unwrap();
    let [TokenEntry::Token(token)] = listed.as_slice() else {
        panic!("{listed:?}")
    };
    token.clone()
}

#[tokio::test]
async fn it_is_asked_for_told_once_and_known_until_another_client_rotates() {
    let folder = tempfile::tempdir().unwrap();
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    let key = sealed(&own, "preview", &[recipient(&own)]);
    site.change(|it| it.key = key);
    let answer = json!({"data": {"type": "deployment", "id": "t1", "attributes": {"name": "ci",
            "environment_id": "e1", "project_id": "p1", "public_key": "A", "status": "active",
            "token_suffix": "1a2b3c4d", "created_at": "2026-01-01T00:00:00+00:00",
            "updated_at": "2026-01-01T00:00:00+00:00", "revoked_at": null}},
        "meta": {"secret": "019a|Ab9f1a2b3c4d", "api_token": {"plain_text": "019a|Ab9f1a2b3c4d", "id": "c", "name": "ci",
            "token_suffix": "1a2b3c4d", "expires_at": "2026-01-31T00:00:00+00:00"}}});
    site.instead(Method::POST, "/deploy-tokens", 201, answer);
    let new = NewToken {
        name: "ci".to_owned(),
        lifetime: Lifetime::of_days(30).unwrap(),
    };
    let issued = create(&started(&site, &own, folder.path()), &place(), new, &silent).await;
    let end = Occurrence::At(Moment::parse("2026-01-31T00:00:00Z").unwrap());
    assert_eq!(issued.unwrap().issuance.token.end, end);
    let posted = site.posted("/deploy-tokens");
    assert_eq!(posted[0]["expires_after"], 30);

    token(&site, "t1", "active");
    let after = started(&site, &own, folder.path());
    assert_eq!(only(&after).await.end, end, "also after a restart");
    assert_eq!(
        only(&after).await.environment_name.as_str(),
        "preview",
        "the server tells its id"
    );
    let elsewhere = only(&site.context(Some(own.clone()))).await;
    assert_eq!(
        elsewhere.end,
        Occurrence::NotKnown(NotKnown::NotTold),
        "on another machine"
    );
    site.change(|it| it.tokens[0]["attributes"]["token_suffix"] = json!("ffffffff"));
    let changed = Occurrence::NotKnown(NotKnown::ChangedElsewhere);
    assert_eq!(only(&after).await.end, changed);
}
