//! The Ghostable command line's entries, placed under its own names.

use keychain::ghostable::Prefix;
use model::{KeychainError, Owner, Part};
use protocol::crypto::key_fingerprint;
use protocol::{EnvironmentName, Moment, ProjectId};
use serde_json::Value;

use super::is_consistent;
use super::service::Bus;

fn vectors() -> Vec<Value> {
    let text = include_str!("../../../crates/protocol/tests/vectors/keychain_items.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

async fn place_all(bus: &Bus, case: &Value) {
    for item in case["items"].as_array().unwrap() {
        let [service, account, value] =
            ["service", "account", "value"].map(|member| text(&item[member]).unwrap());
        bus.place(service, account, value.as_bytes()).await;
    }
}

async fn check(bus: &Bus, case: &Value) {
    let prefix = Prefix::new(text(&case["GHOSTABLE_KEYCHAIN_PREFIX"]));
    let command_line = bus.keychain().command_line(prefix);
    let expect = &case["expect"];

    let session = command_line.session().await.unwrap().unwrap();
    assert_eq!(
        Some(session.access_token.expose()),
        text(&expect["session"]["accessToken"])
    );
    assert_eq!(
        session.organization.as_ref().map(|id| id.as_str()),
        text(&expect["session"]["organizationId"])
    );
    assert_eq!(
        session.expires_at.map(Moment::to_wire).as_deref(),
        text(&expect["session"]["expiresAt"])
    );

    let identity = command_line.identity().await.unwrap().unwrap();
    let wanted = &expect["identity"];
    assert_eq!(Some(identity.device_id.as_str()), text(&wanted["deviceId"]));
    assert_eq!(identity.name.as_deref(), text(&wanted["name"]));
    assert_eq!(identity.platform.as_deref(), text(&wanted["platform"]));
    assert_eq!(
        identity.created_at.map(Moment::to_wire).as_deref(),
        text(&wanted["createdAtIso"])
    );
    assert!(is_consistent(&identity));
    for (public, private, shown, wanted) in [
        (
            identity.signing_public.to_base64(),
            identity.signing_seed.expose(),
            identity.signing_public.fingerprint(),
            (&wanted["signingKey"], &expect["signing_key_fingerprint_hex"]),
        ),
        (
            identity.encryption_public.to_base64(),
            identity.encryption_key.expose(),
            identity.encryption_public.fingerprint(),
            (
                &wanted["encryptionKey"],
                &expect["encryption_key_fingerprint_hex"],
            ),
        ),
    ] {
        let private = protocol::PublicKey::from_bytes(*private).to_base64();
        assert_eq!(Some(public.as_str()), text(&wanted.0["publicKey"]));
        assert_eq!(Some(private.as_str()), text(&wanted.0["privateKey"]));
        assert_eq!(Some(shown.to_hex().as_str()), text(wanted.1));
    }

    let wanted = &expect["environment_key"];
    let project = ProjectId::new(text(&wanted["project_id"]).unwrap());
    let environment = EnvironmentName::new(text(&wanted["environment"]).unwrap());
    let kept = command_line
        .environment_key(&project, &environment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Some(kept.version), wanted["version"].as_u64());
    assert_eq!(
        Some(kept.fingerprint.to_hex().as_str()),
        text(&wanted["fingerprint_hex"])
    );
    assert_eq!(key_fingerprint(&kept.key), kept.fingerprint);
    let unknown = EnvironmentName::new("nowhere");
    let none = command_line.environment_key(&project, &unknown).await.unwrap();
    assert!(none.is_none());
}

#[tokio::test]
async fn entries_of_each_machine_are_found_and_left_as_they_are() {
    for case in vectors() {
        let bus = Bus::with_keyring().await;
        place_all(&bus, &case).await;
        let before = bus.everything().await;
        assert_eq!(before.len(), 5);
        check(&bus, &case).await;
        assert_eq!(bus.everything().await, before, "nothing is changed");
    }
}

#[tokio::test]
async fn another_prefix_finds_nothing() {
    let bus = Bus::with_keyring().await;
    place_all(&bus, &vectors()[0]).await;
    let other = bus.keychain().command_line(Prefix::new(Some("acme.test")));
    assert!(other.session().await.unwrap().is_none());
    assert!(other.identity().await.unwrap().is_none());
}

#[tokio::test]
async fn each_missing_or_malformed_part_is_named() {
    let case = &vectors()[0];
    let bus = Bus::with_keyring().await;
    place_all(&bus, case).await;
    let command_line = bus.keychain().command_line(Prefix::new(None));
    let entry = |ending: &str| {
        let items = case["items"].as_array().unwrap();
        let found = items
            .iter()
            .find(|it| text(&it["service"]).unwrap().ends_with(ending));
        let item = found.unwrap();
        ["service", "account", "value"].map(|member| text(&item[member]).unwrap().to_owned())
    };
    let named = |error: KeychainError, wanted: Part| {
        assert!(
            matches!(error, KeychainError::Corrupt { part, owner: Owner::CommandLine, .. } if part == wanted),
            "{error:?}"
        );
    };

    for (ending, part) in [
        ("signing-key", Part::SigningKey),
        ("encryption-key", Part::EncryptionKey),
    ] {
        let [service, account, value] = entry(ending);
        for bad in [
            "",
            "AAAA",
            "not base64 at all",
            &value[1..],
            &format!("{value}AAAA"),
        ] {
            bus.place(&service, &account, bad.as_bytes()).await;
            named(command_line.identity().await.unwrap_err(), part);
        }
        bus.remove(&service, &account).await;
        named(command_line.identity().await.unwrap_err(), part);
        bus.place(&service, &account, value.as_bytes()).await;
        command_line.identity().await.unwrap().unwrap();
    }

    let [service, account, value] = entry("identity");
    for bad in [
        "",
        "{}",
        &value.replace("\"version\":1", "\"version\":2"),
        &value.replace("Ed25519", "RSA"),
        &value.replace("cmxC", "c"),
        &value.replace("019bb7f0-4444-7000-8000-0000000000a1", " "),
    ] {
        bus.place(&service, &account, bad.as_bytes()).await;
        named(command_line.identity().await.unwrap_err(), Part::Identity);
    }

    let [service, account, value] = entry("session-token");
    for bad in [
        "null",
        "{\"accessToken\":\"\"}",
        &value.replace('}', ",\"expiresAt\":\"soon\"}"),
    ] {
        bus.place(&service, &account, bad.as_bytes()).await;
        named(command_line.session().await.unwrap_err(), Part::Session);
    }

    let [service, account, value] = entry("environment-key");
    let (project, environment) = (ProjectId::new("proj_1"), EnvironmentName::new("production"));
    for bad in [
        "[]",
        &value.replace("b0801a7f", "00000000"),
        &value.replace("TAHb", "TAHc"),
    ] {
        bus.place(&service, &account, bad.as_bytes()).await;
        let error = command_line
            .environment_key(&project, &environment)
            .await
            .unwrap_err();
        named(error, Part::EnvironmentKey);
    }
}
