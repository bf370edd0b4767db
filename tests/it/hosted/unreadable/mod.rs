//! Every member of every entry of every list, varied: nobody loses access, everything can be revoked, and what cannot be read
//! hides nothing else.

mod lists;

use axum::http::Method;
use data_encoding::BASE64;
use model::{ListOf, Problem, RetryPolicy, RevocationStatus, RevokeTarget, Unlisted};
use protocol::crypto;
use protocol::secret::DeploySeed;
use protocol::shape;
use protocol::variable::Bundle;
use protocol::wire::environment_key::parse_key_response;
use protocol::{PublicKey, RecipientKind, TokenEntry};
use serde_json::{Value, json};
use service::revocation::{self, KnownCiTokens, RunOptions, StopWaiting};
use service::{Context, LinkedDevice, MissingKey, key_access, reshare};
use testkit::silent;

use super::stand_in::{StandIn, device, envelope, place, recipient, sealed, with_seed};

/// What a member may be instead of what it is; `None` for not there.
fn variations() -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("absent", None),
        ("null", Some(Value::Null)),
        ("a number", Some(json!(7))),
        ("a text", Some(json!("paused"))),
        ("an array", Some(json!(["x"]))),
        ("an object", Some(json!({"x": 1}))),
        ("an empty text", Some(json!(""))),
        ("a very long text", Some(json!("x".repeat(5000)))),
        ("no time at all", Some(json!("9999-99-99T99:99:99Z"))),
        ("a time long ago", Some(json!("0001-01-01T00:00:00+00:00"))),
    ]
}

/// One member of an entry, or of what is in it.
#[derive(Clone, Debug)]
struct Member {
    inside: Option<&'static str>,
    name: String,
}

/// All members of an entry.
fn members(entry: &Value, inside: Option<&'static str>) -> Vec<Member> {
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let own = names(entry).into_iter().map(|name| Member { inside: None, name });
    let inner = inside.map(|member| names(&entry[member])).unwrap_or_default();
    let inner = inner.into_iter().map(|name| Member { inside, name });
    own.chain(inner).collect()
}

fn vary(entry: &mut Value, member: &Member, to: Option<&Value>) {
    let object = match member.inside {
        Some(inside) => &mut entry[inside],
        None => entry,
    };
    let object = object.as_object_mut().unwrap();
    match to {
        Some(value) => object.insert(member.name.clone(), value.clone()),
        None => object.remove(&member.name),
    };
}

/// Whether an entry whose id is this has another id, as far as anybody can tell.
fn is_another_id(member: &Member, to: Option<&Value>) -> bool {
    let is_id = member.inside.is_none() && member.name == "id";
    let is_readable = match to {
        Some(Value::String(text)) => shape::is_id(text),
        Some(Value::Number(_)) => true,
        _ => false,
    };
    is_id && is_readable
}

fn says_revoked(member: &Member, to: Option<&Value>) -> bool {
    member.name == "revoked_at" && to == Some(&json!("0001-01-01T00:00:00+00:00"))
}

/// Two devices and two tokens, all of which have the key; d1 is this machine's.
struct Scene {
    site: StandIn,
    own: LinkedDevice,
    second: LinkedDevice,
    seeds: Vec<(&'static str, DeploySeed)>,
}

impl Scene {
    async fn begin() -> Self {
        let site = StandIn::start().await;
        let (own, second) = (device(&site, "d1"), device(&site, "d2"));
        let (t1, first_seed) = with_seed(&site, "t1", "active");
        let (t2, second_seed) = with_seed(&site, "t2", "active");
        let key = sealed(&own, "preview", &[recipient(&own), recipient(&second), t1, t2]);
        site.change(|it| {
            it.key = key;
            it.known = vec!["d1", "d2", "t1", "t2"];
        });
        Self {
            site,
            own,
            second,
            seeds: vec![("t1", first_seed), ("t2", second_seed)],
        }
    }

    fn context(&self) -> Context {
        self.site.context(Some(self.own.clone()))
    }

    /// Who has an entry.
    fn holders(&self) -> Vec<String> {
        let key = self.site.change(|it| it.key.clone());
        let entries = envelope(&key)["recipients"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Everybody with an entry opens the key with it; the lists do not matter to that.
    fn assert_all_can_open(&self, case: &str) {
        let key = self.site.change(|it| it.key.clone());
        let published = parse_key_response(&key.to_string()).unwrap().unwrap();
        for device in [&self.own, &self.second] {
            let place = place();
            let opened = crypto::open_environment_key(
                &published,
                &place.project,
                place.name(),
                &device.id,
                &device.identity,
                &[],
                &crypto::Accepted::default(),
            );
            assert!(opened.is_ok(), "{case}: {} cannot open", device.id);
        }
        for (id, seed) in &self.seeds {
            if !self.holders().iter().any(|it| it == id) {
                continue;
            }
            let mut key = published.clone();
            let sealed = key.sealed.as_mut().unwrap();
            let is_it =
                |kind: &RecipientKind| matches!(kind, RecipientKind::Deployment(it) if it.as_str() == *id);
            sealed.recipients.retain(|it| is_it(&it.kind));
            let payload = BASE64.decode(sealed.recipients[0].edek_b64.as_bytes()).unwrap();
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            let lifted = payload["from_ephemeral_public_key"].as_str().unwrap();
            sealed.lifted_ephemeral_key = PublicKey::from_base64(lifted);
            let bundle = Bundle {
                environment: "preview".to_owned(),
                chain: vec!["preview".to_owned()],
                variables: Vec::new(),
                key: Some(key),
            };
            let report = crypto::open_bundle(&bundle, seed);
            assert_eq!(report.problems, [], "{case}: {id} cannot open");
        }
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// What one variation may come to.
async fn share_and_revoke(scene: &Scene, case: &str, is_refusal_fine: bool, is_gone: bool) {
    let context = scene.context();
    let everybody: &[&str] = if is_gone {
        &["d1", "d2", "t1"]
    } else {
        &["d1", "d2", "t1", "t2"]
    };
    let before = scene.site.change(|it| it.key.clone());
    match reshare(&context, &place(), MissingKey::Refuse, &silent).await {
        Ok(count) => {
            assert_eq!(sorted(scene.holders()), everybody, "{case}");
            assert_eq!(count, everybody.len(), "{case}");
        }
        Err(error) => {
            assert!(is_refusal_fine, "{case}: {error:?}");
            assert_eq!(
                scene.site.change(|it| it.key.clone()),
                before,
                "{case}: {error:?}"
            );
        }
    }
    scene.assert_all_can_open(case);
    let revoked = service::revoke(&context, &place(), "t1", &silent).await;
    let revoked = revoked.unwrap_or_else(|error| panic!("{case}: {error:?}"));
    match revoked.share {
        Ok(_) => {
            let left: Vec<&str> = everybody.iter().copied().filter(|it| *it != "t1").collect();
            assert_eq!(sorted(scene.holders()), left, "{case}");
        }
        Err(error) => assert!(is_refusal_fine, "{case}: {error:?}"),
    }
    scene.assert_all_can_open(case);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_of_a_device_costs_anybody_the_key() {
    for whose in [0, 1] {
        let entry = Scene::begin().await.site.change(|it| it.devices[whose].clone());
        for member in members(&entry, Some("attributes")) {
            for (what, to) in variations() {
                let case = format!("{member:?} of d{} is {what}", whose + 1);
                let scene = Scene::begin().await;
                scene
                    .site
                    .change(|it| vary(&mut it.devices[whose], &member, to.as_ref()));
                // A device that the server says is revoked, or that has another id, is another matter: it is told.
                if says_revoked(&member, to.as_ref()) {
                    continue;
                }
                let other = is_another_id(&member, to.as_ref());
                share_and_revoke(&scene, &case, other, false).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_of_a_token_costs_anybody_the_key() {
    let entry = Scene::begin().await.site.change(|it| it.tokens[1].clone());
    for member in members(&entry, Some("attributes")) {
        for (what, to) in variations() {
            let case = format!("{member:?} of t2 is {what}");
            let scene = Scene::begin().await;
            scene
                .site
                .change(|it| vary(&mut it.tokens[1], &member, to.as_ref()));
            let other = is_another_id(&member, to.as_ref());
            share_and_revoke(&scene, &case, other, says_revoked(&member, to.as_ref())).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_token_with_an_id_can_be_revoked_and_every_other_is_named() {
    let entry = Scene::begin().await.site.change(|it| it.tokens[1].clone());
    for member in members(&entry, Some("attributes")) {
        for (what, to) in variations() {
            let case = format!("{member:?} of t2 is {what}");
            if is_another_id(&member, to.as_ref()) || says_revoked(&member, to.as_ref()) {
                continue;
            }
            let scene = Scene::begin().await;
            scene
                .site
                .change(|it| vary(&mut it.tokens[1], &member, to.as_ref()));
            let context = scene.context();
            let found = revocation::survey(&context).await.unwrap();
            assert!(
                found.active.iter().any(|it| it.token.id.as_str() == "t1"),
                "{case}"
            );
            if member.inside.is_none() && member.name == "id" {
                let is_named = |gap: &Unlisted| match gap {
                    Unlisted::Entries {
                        of: ListOf::Tokens(_),
                        entries,
                    } => entries[0].position == 2,
                    _ => false,
                };
                assert!(
                    found.unlisted.iter().any(is_named),
                    "{case}: {:?}",
                    found.unlisted
                );
                continue;
            }
            let targets: Vec<RevokeTarget> = found.active.iter().map(RevokeTarget::from).collect();
            assert_eq!(targets.len(), 2, "{case}");
            assert_ended(&context, &targets, &member, &case).await;
            assert_eq!(scene.site.posted("/t2/revoke").len().min(1), 1, "{case}");
            scene.assert_all_can_open(&case);
        }
    }
}

/// All of them end, and the server's word is the proof; where its record can still not be read, that is not known.
async fn assert_ended(context: &Context, targets: &[RevokeTarget], member: &Member, case: &str) {
    let options = RunOptions {
        retry: RetryPolicy::REVOKE.tries(1),
        stop: StopWaiting::default(),
        known: KnownCiTokens::default(),
        tell: &|_, _| {},
    };
    let statuses = revocation::revoke_targets(context, targets, &options).await;
    for (target, status) in targets.iter().zip(statuses) {
        let is_hidden = target.token.as_str() == "t2" && member.name == "attributes";
        match &status {
            RevocationStatus::Unknown(Problem::Uncertain(_)) if is_hidden => {}
            status => assert!(
                status.is_refused() && !is_hidden,
                "{case}, {}: {status:?}",
                target.token
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_its_id_a_token_is_revoked_whatever_else_it_lacks() {
    for member in [
        "name",
        "status",
        "public_key",
        "environment_id",
        "created_at",
        "revoked_at",
    ] {
        let scene = Scene::begin().await;
        let member = Member {
            inside: Some("attributes"),
            name: member.to_owned(),
        };
        scene
            .site
            .change(|it| vary(&mut it.tokens[1], &member, Some(&json!(["x"]))));
        let context = scene.context();
        let revoked = service::revoke(&context, &place(), "t2", &silent).await.unwrap();
        assert_eq!(revoked.share, Ok(3), "{member:?}");
        assert_eq!(sorted(scene.holders()), ["d1", "d2", "t1"], "{member:?}");
        let listed = service::list(&context, &place()).await.unwrap();
        let ids: Vec<&str> = listed
            .iter()
            .filter_map(TokenEntry::token)
            .map(|it| it.id.as_str())
            .collect();
        assert_eq!(ids, ["t1", "t2"], "{member:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_for_somebody_whose_entry_cannot_be_read_at_all_is_not_lost_without_a_word() {
    for entry in [
        json!({}),
        json!(null),
        json!({"type": "deployment", "id": "t2", "edek_b64": ["x"]}),
    ] {
        let scene = Scene::begin().await;
        scene.site.change(|it| {
            it.key["relationships"]["envelope"]["data"]["attributes"]["recipients"][3] = entry.clone();
        });
        let context = scene.context();
        assert!(key_access(&context, &place()).await.is_ok(), "{entry}");
        // Its key is told, so that it is sealed for anew.
        let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
        assert_eq!(shared, Ok(4), "{entry}");
        scene.assert_all_can_open("sealed anew");
        scene.site.change(|it| {
            it.key["relationships"]["envelope"]["data"]["attributes"]["recipients"][3] = entry.clone();
            it.tokens[1]["attributes"]["public_key"] = Value::Null;
            it.posted.clear();
        });
        let lost = Problem::WouldLoseKey {
            who: "“ci t2”".to_owned(),
        };
        let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
        assert_eq!(shared, Err(lost.clone()), "{entry}");
        let made = service::create(
            &context,
            &place(),
            &protocol::TokenName::parse("new").unwrap(),
            &silent,
        )
        .await;
        assert_eq!(made.unwrap_err(), lost, "{entry}: nothing is registered");
        assert_eq!(scene.site.change(|it| it.posted.len()), 0, "{entry}");
    }
}

/// A later kind of recipient cannot be published again, so nothing is; a token that is made meanwhile gets an entry beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_of_another_kind_does_not_lose_the_key_without_a_word() {
    let scene = Scene::begin().await;
    let entry = json!({"type": "team", "id": "team-1", "edek_b64": "AAAA"});
    scene.site.change(|it| {
        let recipients = &mut it.key["relationships"]["envelope"]["data"]["attributes"]["recipients"];
        recipients.as_array_mut().unwrap().push(entry.clone());
        it.posted.clear();
    });
    let context = scene.context();
    let shared = reshare(&context, &place(), MissingKey::Refuse, &silent).await;
    let other = Problem::OtherRecipient {
        of: "team".to_owned(),
    };
    assert_eq!(shared, Err(other.clone()));
    assert_eq!(scene.site.change(|it| it.posted.len()), 0);
    let name = protocol::TokenName::parse("new").unwrap();
    let made = service::create(&context, &place(), &name, &silent).await;
    // Others lack the key here, too, so that it would be published for everybody.
    assert_eq!(made.unwrap().issuance.share, Err(other));
    let recipients = scene
        .site
        .change(|it| it.key["relationships"]["envelope"]["data"]["attributes"]["recipients"].clone());
    let recipients = recipients.as_array().unwrap();
    assert!(recipients.contains(&entry), "{recipients:?}");
    assert!(recipients.iter().any(|it| it["id"] == "new"), "{recipients:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_list_tokens_keeps_what_cannot_be_read() {
    let entry = Scene::begin().await.site.change(|it| it.devices[1].clone());
    for member in members(&entry, Some("attributes")) {
        for (what, to) in variations() {
            let case = format!("{member:?} of d2 is {what}");
            if is_another_id(&member, to.as_ref()) || says_revoked(&member, to.as_ref()) {
                continue;
            }
            let scene = Scene::begin().await;
            scene
                .site
                .change(|it| vary(&mut it.devices[1], &member, to.as_ref()));
            scene
                .site
                .instead(Method::GET, "/deploy-tokens", 403, json!({"message": ""}));
            let shared = reshare(&scene.context(), &place(), MissingKey::Refuse, &silent).await;
            assert_eq!(shared, Ok(4), "{case}");
            assert_eq!(sorted(scene.holders()), ["d1", "d2", "t1", "t2"], "{case}");
            scene.assert_all_can_open(&case);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_the_word_on_whose_status_is_not_known() {
    let scene = Scene::begin().await;
    scene.site.change(|it| {
        it.tokens[1]["attributes"]["status"] = json!("paused");
        it.devices[1]["attributes"]["status"] = json!("resting");
        it.refused = vec!["t2", "d2"];
    });
    let shared = reshare(&scene.context(), &place(), MissingKey::Refuse, &silent).await;
    assert_eq!(shared, Ok(2));
    assert_eq!(sorted(scene.holders()), ["d1", "t1"]);
}
