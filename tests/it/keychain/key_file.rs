//! The key file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use keychain::{Keychain, StoreKind, file_exists};
use model::{KeychainError, Part};
use protocol::secret::{JournalKey, SecretText};
use tempfile::TempDir;

use super::*;

const PASSPHRASE: &str = "correct horse battery staple";

fn passphrase(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper/keys.dtk");
    (folder, path)
}

async fn made(path: &Path) -> Keychain {
    Keychain::create_file(path, passphrase(PASSPHRASE)).await.unwrap()
}

async fn open(path: &Path) -> Result<Keychain, KeychainError> {
    Keychain::open_file(path, passphrase(PASSPHRASE)).await
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn keeps_entries_over_reopening_for_its_owner_alone_and_nothing_in_clear() {
    let (folder, path) = place();
    let keychain = made(&path).await;
    assert_eq!(keychain.kind(), StoreKind::File);
    keychain.probe().await.unwrap();
    let device = identity("dev_1");
    keychain.save_session(&api(), &session(TOKEN)).await.unwrap();
    keychain.save_identity(&api(), &device).await.unwrap();
    drop(keychain);

    let again = open(&path).await.unwrap();
    let loaded = again.load_session(&api()).await.unwrap().unwrap();
    assert!(same_session(&loaded, &session(TOKEN)));
    let loaded = again.load_identity(&api()).await.unwrap().unwrap();
    assert!(same_identity(&loaded, &device));

    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let private = protocol::PublicKey::from_bytes(*device.signing_seed.expose()).to_base64();
    for text in [
        TOKEN,
        "deploytokens",
        "ghostable",
        "dev_1",
        PASSPHRASE,
        private.as_str(),
    ] {
        assert!(!anywhere_below(folder.path(), text.as_bytes()), "{text}");
    }
    assert!(!anywhere_below(folder.path(), device.signing_seed.expose()));

    again.forget_all(&api()).await.unwrap();
    again.forget_all(&api()).await.unwrap();
    assert!(
        open(&path)
            .await
            .unwrap()
            .load_session(&api())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(mode(&path), 0o600);
    assert_eq!(beside(&path), ["keys.dtk", "keys.dtk.lock"]);
}

#[tokio::test]
async fn two_handles_share_it() {
    let (_folder, path) = place();
    let one = made(&path).await;
    let two = open(&path).await.unwrap();
    one.save_session(&api(), &session(TOKEN)).await.unwrap();
    two.save_identity(&api(), &identity("dev_2")).await.unwrap();
    assert!(two.load_session(&api()).await.unwrap().is_some());
    assert!(one.load_identity(&api()).await.unwrap().is_some());
    let [first, second] = [(one, 1), (two, 2)].map(|(keychain, fill)| {
        tokio::spawn(async move {
            keychain
                .load_or_make_journal_key(move || JournalKey::fill_with(|bytes| bytes.fill(fill)))
                .await
                .unwrap()
        })
    });
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let kept = open(&path).await.unwrap();
    let kept = kept.load_or_make_journal_key(|| unreachable!()).await.unwrap();
    assert!(kept.ct_eq(&first) || kept.ct_eq(&second));
}

#[tokio::test]
async fn refuses_the_wrong_passphrase_and_weak_or_second_ones() {
    let (_folder, path) = place();
    assert!(!file_exists(&path));
    assert!(matches!(open(&path).await, Err(KeychainError::Absent { .. })));
    for weak in ["", "            ", "elevenchars", " elevenchars  "] {
        let error = Keychain::create_file(&path, passphrase(weak)).await.unwrap_err();
        assert!(
            matches!(error, KeychainError::ShortPassphrase { least: 12 }),
            "{error:?}"
        );
    }
    assert!(!file_exists(&path));
    made(&path).await;
    assert!(file_exists(&path));
    let second = Keychain::create_file(&path, passphrase(PASSPHRASE)).await;
    assert!(matches!(second, Err(KeychainError::Exists)));
    for wrong in ["", "correct horse battery stapl", "Correct horse battery staple"] {
        let error = Keychain::open_file(&path, passphrase(wrong)).await.unwrap_err();
        assert!(matches!(error, KeychainError::WrongPassphrase), "{error:?}");
    }
    open(&path).await.unwrap();
}

#[tokio::test]
async fn damage_is_told_from_a_wrong_passphrase() {
    let (_folder, path) = place();
    let keychain = made(&path).await;
    keychain.save_session(&api(), &session(TOKEN)).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let damaged = |error: KeychainError, what: usize| {
        assert!(
            matches!(error, KeychainError::Corrupt { part: Part::File, .. }),
            "{what}: {error:?}"
        );
    };
    // One byte in each field, and around the borders of the contents.
    for at in [0, 7, 9, 15, 19, 25, 40, 70, 80, 100, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        damaged(open(&path).await.unwrap_err(), at);
        damaged(keychain.load_session(&api()).await.unwrap_err(), at);
        let saved = keychain.save_session(&api(), &session("new")).await;
        damaged(saved.unwrap_err(), at);
        assert_eq!(
            fs::read(&path).unwrap(),
            bytes,
            "what is damaged is not written over"
        );
    }
    for length in [0, 10, 75, 76, 100, 115, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        damaged(open(&path).await.unwrap_err(), length);
    }
    fs::write(&path, vec![0; 5 << 20]).unwrap();
    damaged(open(&path).await.unwrap_err(), 5 << 20);
    fs::write(&path, &whole).unwrap();
    assert!(
        open(&path)
            .await
            .unwrap()
            .load_session(&api())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn one_made_anew_meanwhile_is_not_written_over() {
    let (_folder, path) = place();
    let old = made(&path).await;
    fs::remove_file(&path).unwrap();
    let gone = old.load_session(&api()).await;
    assert!(matches!(gone, Err(KeychainError::Absent { .. })), "{gone:?}");
    let new = Keychain::create_file(&path, passphrase("another passphrase"))
        .await
        .unwrap();
    new.save_session(&api(), &session(TOKEN)).await.unwrap();
    let error = old.save_session(&api(), &session("old")).await.unwrap_err();
    assert!(matches!(error, KeychainError::WrongPassphrase), "{error:?}");
    assert!(new.load_session(&api()).await.unwrap().is_some());
}

/// The names of all files in the key file's folder.
fn beside(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_a_crash_left_behind_is_not_in_the_way() {
    let (_folder, path) = place();
    let keychain = made(&path).await;
    // Never dropped, as in a process that is killed.
    std::mem::forget(private_file::Staged::write(&path, b"half").unwrap());
    assert_eq!(beside(&path).len(), 3);
    keychain.save_session(&api(), &session(TOKEN)).await.unwrap();
    assert_eq!(beside(&path), ["keys.dtk", "keys.dtk.lock"]);
    assert!(
        open(&path)
            .await
            .unwrap()
            .load_session(&api())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(mode(&path), 0o600);
}
