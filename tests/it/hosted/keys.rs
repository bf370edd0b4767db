//! Keys of environments that were renamed, and keys that nobody has.

use model::{CallError, Holder, Problem, Standing};
use protocol::crypto::{Accepted, OpenError};
use protocol::{EnvironmentName, OrganizationId};
use serde_json::{Value, json};
use service::access::access;
use service::{MissingKey, key_access, reshare, reshare_accepting};
use testkit::silent;

use super::stand_in::{
    StandIn, device, envelope, environment, invalid, key, place, recipient, sealed, token,
};

fn was_called(name: &str) -> Accepted {
    Accepted {
        former_name: Some(EnvironmentName::new(name)),
        unnamed: false,
    }
}

/// A key that nobody has.
fn without_envelope() -> Value {
    key(&"ab".repeat(32), &Value::Null)
}

#[tokio::test]
async fn a_key_of_a_former_name_is_sealed_anew_after_a_yes() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    let t1 = token(&site, "t1", "active");
    let old = sealed(&own, "staging", &[recipient(&own), t1]);
    site.change(|it| it.key = old.clone());
    let context = site.context(Some(own));
    let name = EnvironmentName::new("staging");
    let locked = Problem::Open(OpenError::SealedUnderName { name });
    assert_eq!(key_access(&context, &place()).await, Err(locked.clone()));
    assert_eq!(
        reshare(&context, &place(), MissingKey::Refuse, &silent).await,
        Err(locked.clone())
    );
    let other = was_called("production");
    let refused = reshare_accepting(&context, &place(), MissingKey::Refuse, &other, &silent).await;
    assert_eq!(refused, Err(locked));
    assert_eq!(site.posted("/key/envelopes").len(), 0);

    let yes = was_called("staging");
    let shared = reshare_accepting(&context, &place(), MissingKey::Refuse, &yes, &silent).await;
    assert_eq!(shared, Ok(2));
    let opened = key_access(&context, &place()).await.unwrap();
    assert_eq!(
        opened.fingerprint.to_hex(),
        old["attributes"]["fingerprint"].as_str().unwrap()
    );
    let (before, after) = (
        envelope(&old).clone(),
        site.change(|it| envelope(&it.key).clone()),
    );
    assert_ne!(
        before["recipients"][1], after["recipients"][1],
        "the token's entry, too"
    );
}

#[tokio::test]
async fn a_former_name_that_another_environment_has_now_is_refused() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    let old = sealed(&own, "staging", &[recipient(&own)]);
    site.change(|it| {
        it.key = old;
        it.environments.push(environment("e2", "staging"));
    });
    let context = site.context(Some(own));
    let yes = was_called("staging");
    let refused = reshare_accepting(&context, &place(), MissingKey::Refuse, &yes, &silent).await;
    let name = EnvironmentName::new("staging");
    assert_eq!(refused, Err(Problem::FormerNameInUse { name }));
    assert_eq!(site.change(|it| it.posted.len()), 0);
}

#[tokio::test]
async fn nobody_is_said_to_hold_a_key_that_nobody_has() {
    let site = StandIn::start().await;
    let (own, _) = (device(&site, "d1"), device(&site, "d2"));
    token(&site, "t1", "active");
    let context = site.context(Some(own));
    for key in [Value::Null, without_envelope()] {
        site.change(|it| it.key = key);
        let found = access(&context, &OrganizationId::new("o2"), &place())
            .await
            .unwrap();
        let waits = |it: &Holder| matches!(it.standing, Standing::Waits { .. });
        assert!(
            found.holders.len() == 3 && found.holders.iter().all(waits),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn a_key_that_nobody_has_is_followed_by_a_further_one() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    token(&site, "t1", "active");
    site.change(|it| it.key = without_envelope());
    let context = site.context(Some(own));
    let refused = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(refused, Err(Problem::Open(OpenError::NoEnvelope)));
    assert_eq!(site.posted("/key").len(), 0);

    assert_eq!(
        reshare(&context, &place(), MissingKey::Make, &silent).await,
        Ok(2)
    );
    let posted = site.posted("/key");
    let [body] = posted.as_slice() else {
        panic!("{posted:?}")
    };
    assert_eq!(
        (&body["version"], &body["rotated_at"]),
        (&Value::Null, &Value::Null)
    );
    let opened = key_access(&context, &place()).await.unwrap();
    assert_eq!(body["fingerprint"], opened.fingerprint.to_hex());
}

/// What is refused because of a recipient, and leaves a key without an envelope.
fn refused() -> (u16, Value, Value) {
    let field = "envelope.recipients.1.id".to_owned();
    (422, invalid(&[field]), without_envelope())
}

#[tokio::test]
async fn what_was_refused_is_tried_once_more_with_another_key() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    token(&site, "t1", "active");
    site.change(|it| it.makes.push(refused()));
    let context = site.context(Some(own));
    assert_eq!(
        reshare(&context, &place(), MissingKey::Make, &silent).await,
        Ok(2)
    );
    let posted = site.posted("/key");
    assert_eq!(posted.len(), 2);
    assert_ne!(posted[0]["fingerprint"], posted[1]["fingerprint"]);
    assert!(key_access(&context, &place()).await.is_ok());
}

#[tokio::test]
async fn what_is_refused_twice_is_told() {
    let site = StandIn::start().await;
    let own = device(&site, "d1");
    token(&site, "t1", "active");
    site.change(|it| it.makes.extend([refused(), refused()]));
    let context = site.context(Some(own));
    let error = reshare(&context, &place(), MissingKey::Make, &silent)
        .await
        .unwrap_err();
    assert_eq!(error.call().and_then(CallError::status), Some(422));
    let posted = site.posted("/key");
    assert_eq!(posted.len(), 2);
    assert_ne!(posted[0]["fingerprint"], posted[1]["fingerprint"]);
}

#[tokio::test]
async fn of_two_first_keys_somebody_elses_may_count() {
    let site = StandIn::start().await;
    let (own, other) = (device(&site, "d1"), device(&site, "d2"));
    let theirs = sealed(&other, "preview", &[recipient(&own), recipient(&other)]);
    site.change(|it| it.makes.push((201, json!({ "data": theirs }), theirs.clone())));
    let context = site.context(Some(own));
    let made = reshare(&context, &place(), MissingKey::Make, &silent).await;
    assert_eq!(made, Err(Problem::Overtaken));
    assert_eq!(site.posted("/key").len(), 1);
}
