//! This program's own entries in a real Secret Service.

use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use keychain::{ApiOrigin, Keychain, StoreKind};
use model::{KeychainError, Owner, Part};
use protocol::secret::JournalKey;

use super::service::Bus;
use super::*;

/// What the servers and clients of other tests in this process log; a keychain has no part in it.
const NOT_OURS: &str = "trace,hyper=off,hyper_util=off,axum=off,tower=off,reqwest=off,rustls=off,deploy_tokens_client=off,\
                        deploy_tokens_service=off,deploy_tokens_workspace=off";

/// Everything that is logged in this process, at the finest level, but for [`NOT_OURS`].
fn logs() -> &'static Arc<Mutex<Vec<u8>>> {
    static LOGS: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    LOGS.get_or_init(|| {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&kept);
        tracing_subscriber::fmt()
            .with_env_filter(NOT_OURS)
            .with_writer(move || Sink(Arc::clone(&sink)))
            .init();
        kept
    })
}

async fn round_trip(keychain: &Keychain) {
    let (api, other) = (api(), ApiOrigin::of("http://127.0.0.1:8080/api/v2/").unwrap());
    assert!(keychain.load_session(&api).await.unwrap().is_none());
    assert!(keychain.load_identity(&api).await.unwrap().is_none());

    let (first, second) = (session("old token"), session(TOKEN));
    keychain.save_session(&api, &first).await.unwrap();
    keychain.save_session(&api, &second).await.unwrap();
    let loaded = keychain.load_session(&api).await.unwrap().unwrap();
    assert!(same_session(&loaded, &second));
    assert!(
        keychain.load_session(&other).await.unwrap().is_none(),
        "one API's token is not another's"
    );

    let device = identity("019bb7f0-4444-7000-8000-0000000000a1");
    keychain.save_identity(&api, &device).await.unwrap();
    let loaded = keychain.load_identity(&api).await.unwrap().unwrap();
    assert!(same_identity(&loaded, &device) && is_consistent(&loaded));

    let key = JournalKey::fill_with(|bytes| bytes.fill(0x6b));
    let made = key.clone();
    let stored = keychain.load_or_make_journal_key(move || made).await.unwrap();
    assert!(stored.ct_eq(&key));
    let again = keychain
        .load_or_make_journal_key(|| unreachable!("there is one"))
        .await;
    assert!(again.unwrap().ct_eq(&key));
}

async fn forget_everything(keychain: &Keychain) {
    keychain.forget_all(&api()).await.unwrap();
    keychain.forget_all(&api()).await.unwrap();
    keychain.forget_journal_key().await.unwrap();
    assert!(keychain.load_session(&api()).await.unwrap().is_none());
    assert!(keychain.load_identity(&api()).await.unwrap().is_none());
}

#[tokio::test]
async fn entries_round_trip_and_go_away() {
    let logs = logs();
    let bus = Bus::with_keyring().await;
    let keychain = bus.keychain();
    keychain.probe().await.unwrap();
    assert_eq!(keychain.kind(), StoreKind::System);
    round_trip(&keychain).await;

    let everything = bus.everything().await;
    let origin = "https://ghostable.dev";
    for (service, account) in [
        ("dev.deploytokens.session", origin),
        ("dev.deploytokens.device", origin),
        ("dev.deploytokens.journal-key", "journal"),
    ] {
        let start = format!(
            r#"{service}/{account} [("account", "{account}"), ("service", "{service}"), ("xdg:schema", "org.freedesktop.Secret.Generic")]"#
        );
        let found = everything.iter().filter(|item| item.starts_with(&start)).count();
        assert_eq!(found, 1, "{start} in {everything:?}");
    }
    assert_eq!(everything.len(), 3);

    assert!(!anywhere_below(bus.folder.path(), TOKEN.as_bytes()));
    let logged = logs.lock().unwrap().clone();
    let logged = String::from_utf8_lossy(&logged);
    assert!(logged.contains("zbus"), "the finest logs are on");
    assert!(!logged.contains(TOKEN));

    forget_everything(&keychain).await;
    assert!(bus.everything().await.is_empty());
}

#[tokio::test]
async fn entries_survive_the_service_and_the_handle() {
    let mut bus = Bus::with_keyring().await;
    let keychain = bus.keychain();
    keychain.save_session(&api(), &session(TOKEN)).await.unwrap();
    bus.stop_keyring();
    bus.start_keyring(Some("the keyring's password")).await;
    for keychain in [keychain, bus.keychain()] {
        let loaded = keychain.load_session(&api()).await.unwrap().unwrap();
        assert!(same_session(&loaded, &session(TOKEN)));
    }
}

#[tokio::test]
async fn concurrent_calls_on_clones_all_succeed() {
    let bus = Bus::with_keyring().await;
    let keychain = bus.keychain();
    keychain.save_session(&api(), &session(TOKEN)).await.unwrap();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let keychain = keychain.clone();
            tokio::spawn(async move { keychain.load_session(&api()).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_some());
    }
}

#[tokio::test]
async fn damaged_entries_are_named_and_never_replaced() {
    let bus = Bus::with_keyring().await;
    let keychain = bus.keychain();
    let origin = "https://ghostable.dev";
    bus.place("dev.deploytokens.session", origin, b"{\"accessToken\":7}")
        .await;
    bus.place("dev.deploytokens.device", origin, b"\xff\xfe").await;
    bus.place("dev.deploytokens.journal-key", "journal", b"c2hvcnQ=")
        .await;
    let is = |error: KeychainError, wanted: Part| {
        assert!(!text::explain(&error.clone().into()).next.is_empty());
        let text = format!("{error} {error:?}");
        assert!(!text.contains('7') && !text.contains("c2hvcnQ"), "{text}");
        assert!(
            matches!(error, KeychainError::Corrupt { part, owner: Owner::Own, .. } if part == wanted),
            "{error:?}"
        );
    };
    is(keychain.load_session(&api()).await.unwrap_err(), Part::Session);
    is(keychain.load_identity(&api()).await.unwrap_err(), Part::Identity);
    let before = bus.everything().await;
    let journal = keychain
        .load_or_make_journal_key(|| unreachable!("there is one"))
        .await;
    is(journal.unwrap_err(), Part::JournalKey);
    assert_eq!(bus.everything().await, before);
}

/// The system's keychain is the one of `DBUS_SESSION_BUS_ADDRESS`, which is the whole process's: tried out in another.
#[tokio::test]
async fn the_system_keychain_is_on_the_session_bus() {
    let bus = Bus::with_keyring().await;
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keychain::own::in_another_process", "--ignored"])
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert_eq!(bus.everything().await.len(), 3);
}

#[tokio::test]
#[ignore = "run by the_system_keychain_is_on_the_session_bus, with its bus"]
async fn in_another_process() {
    round_trip(&Keychain::system()).await;
}
