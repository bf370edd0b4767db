//! Keychains that are absent, locked, refusing or silent: a clear error each, in time, and nothing in clear anywhere.

use std::time::{Duration, Instant};

use keychain::ghostable::Prefix;
use keychain::{Item, Keychain, Raw, Read, Store, StoreKind};
use model::KeychainError;
use protocol::secret::SecretText;

use super::service::{Bus, LIMITS};
use super::stub::{ConfirmStyle, offer, offer_something_else};
use super::*;

/// Tries reading, writing, removing and looking for the command line; gives each error.
async fn try_everything(keychain: &Keychain) -> Vec<KeychainError> {
    let start = Instant::now();
    let command_line = keychain.command_line(Prefix::new(None));
    let errors = vec![
        keychain.load_session(&api()).await.unwrap_err(),
        keychain.save_session(&api(), &session(TOKEN)).await.unwrap_err(),
        keychain.forget_session(&api()).await.unwrap_err(),
        keychain
            .load_or_make_journal_key(|| unreachable!("no key is made without a place for it"))
            .await
            .unwrap_err(),
        command_line.identity().await.unwrap_err(),
    ];
    let each = LIMITS.prompt + LIMITS.answer * 2;
    assert!(start.elapsed() < each * 5, "{:?}", start.elapsed());
    for error in &errors {
        assert!(!text::explain(&error.clone().into()).next.is_empty());
        assert!(!format!("{error:?}").contains(TOKEN));
    }
    errors
}

#[tokio::test]
async fn no_bus_at_all_is_absent() {
    let keychain = Keychain::secret_service("unix:path=/nonexistent/bus", LIMITS);
    let probed = keychain.probe().await;
    assert!(matches!(probed, Err(KeychainError::Absent { .. })), "{probed:?}");
    for error in try_everything(&keychain).await {
        assert!(matches!(error, KeychainError::Absent { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_bus_without_the_service_is_absent() {
    let bus = Bus::start();
    let probed = bus.keychain().probe().await;
    assert!(matches!(probed, Err(KeychainError::Absent { .. })), "{probed:?}");
    for error in try_everything(&bus.keychain()).await {
        assert!(matches!(error, KeychainError::Absent { .. }), "{error:?}");
    }
    assert!(!anywhere_below(bus.folder.path(), TOKEN.as_bytes()));
}

#[tokio::test]
async fn a_keyring_locked_meanwhile_is_locked_until_it_is_unlocked() {
    let mut bus = Bus::with_keyring().await;
    let keychain = bus.keychain();
    keychain.save_session(&api(), &session("kept")).await.unwrap();
    bus.lock().await;
    keychain.probe().await.unwrap();
    for error in try_everything(&keychain).await {
        assert!(matches!(error, KeychainError::Locked { .. }), "{error:?}");
    }
    assert!(!anywhere_below(bus.folder.path(), TOKEN.as_bytes()));
    bus.stop_keyring();
    bus.start_keyring(Some("the keyring's password")).await;
    let loaded = keychain.load_session(&api()).await.unwrap().unwrap();
    assert!(
        same_session(&loaded, &session("kept")),
        "what was there is still there"
    );
}

#[tokio::test]
async fn a_keyring_locked_from_the_start_is_locked_even_where_nothing_is_stored() {
    let mut bus = Bus::with_keyring().await;
    bus.stop_keyring();
    bus.start_keyring(None).await;
    for error in try_everything(&bus.keychain()).await {
        assert!(matches!(error, KeychainError::Locked { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_without_a_keyring_asks_for_one_and_nothing_is_stored_without() {
    let mut bus = Bus::start();
    bus.start_keyring(None).await;
    let keychain = bus.keychain();
    assert!(keychain.load_session(&api()).await.unwrap().is_none());
    let error = keychain.save_session(&api(), &session(TOKEN)).await.unwrap_err();
    assert!(matches!(error, KeychainError::Locked { .. }), "{error:?}");
    assert!(!anywhere_below(bus.folder.path(), TOKEN.as_bytes()));
}

#[tokio::test]
async fn a_service_that_refuses_is_said_to_refuse() {
    let bus = Bus::start();
    let _stub = offer(&bus.address, ConfirmStyle::Refuses).await;
    for error in try_everything(&bus.keychain()).await {
        assert!(matches!(error, KeychainError::Refused { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_that_is_something_else_is_said_to_refuse() {
    let bus = Bus::start();
    let _other = offer_something_else(&bus.address).await;
    let error = bus.keychain().load_session(&api()).await.unwrap_err();
    assert!(matches!(error, KeychainError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_service_that_says_nothing_is_given_up() {
    let bus = Bus::start();
    let _stub = offer(&bus.address, ConfirmStyle::Silent).await;
    let start = Instant::now();
    let error = bus.keychain().load_session(&api()).await.unwrap_err();
    assert!(matches!(error, KeychainError::NoAnswer), "{error:?}");
    assert!(start.elapsed() < LIMITS.answer * 2, "{:?}", start.elapsed());
}

#[tokio::test]
async fn prompts_that_are_dismissed_or_left_alone_leave_it_locked() {
    for (manner, at_least) in [
        (ConfirmStyle::PromptDismissed, Duration::ZERO),
        (ConfirmStyle::PromptStays, LIMITS.prompt),
    ] {
        let bus = Bus::start();
        let _stub = offer(&bus.address, manner).await;
        let start = Instant::now();
        let error = bus.keychain().load_session(&api()).await.unwrap_err();
        assert!(matches!(error, KeychainError::Locked { .. }), "{error:?}");
        assert!(start.elapsed() >= at_least);
        assert!(
            start.elapsed() < LIMITS.prompt + LIMITS.answer,
            "{:?}",
            start.elapsed()
        );
    }
}

/// A store that blocks for good.
struct Stuck;

impl Read for Stuck {
    fn read(&self, _: &Item) -> Result<Option<Raw>, KeychainError> {
        loop {
            std::thread::park();
        }
    }
}

impl Store for Stuck {
    fn write(&self, _: &Item, _: &SecretText) -> Result<(), KeychainError> {
        panic!("a library's bug");
    }
    fn remove(&self, _: &Item) -> Result<(), KeychainError> {
        Ok(())
    }
    fn probe(&self) -> Result<(), KeychainError> {
        Ok(())
    }
    fn time_limit(&self) -> Duration {
        // Printing the panic below, with a backtrace, takes a while on a busy machine.
        Duration::from_secs(2)
    }
    fn kind(&self) -> StoreKind {
        StoreKind::System
    }
}

#[test]
fn a_store_that_blocks_holds_up_neither_the_call_nor_the_end() {
    let start = Instant::now();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let keychain = Keychain::with_store(std::sync::Arc::new(Stuck));
    let read = runtime.block_on(keychain.load_session(&api()));
    assert!(matches!(read, Err(KeychainError::NoAnswer)), "{read:?}");
    let written = runtime.block_on(keychain.save_session(&api(), &session(TOKEN)));
    assert!(
        matches!(written, Err(KeychainError::Refused { .. })),
        "{written:?}"
    );
    drop(runtime);
    assert!(start.elapsed() < Duration::from_secs(10));
}
