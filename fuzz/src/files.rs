//! What the program keeps on the disk and in keychains, and reads again when it may be damaged or somebody else's.

use protocol::crypto::{seal_record, system_rng};
use protocol::secret::JournalKey;
use service::journal::{self, EntryId};
use service::settings::Settings;

/// The name of the journal entry that is read.
const ENTRY: &str = "0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11";

/// A file of the journal, and the content of one whose seal is good: what is read is written and read again as the same.
pub fn journal(data: &[u8]) {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let id = EntryId::parse(ENTRY).expect("a UUID");
    assert!(
        journal::decode(&key, &id, data).is_err(),
        "nobody can seal without the key"
    );
    let Ok(sealed) = seal_record(&key, id.as_str(), data, &mut system_rng()) else {
        return;
    };
    if let Ok(entry) = journal::decode(&key, &id, &sealed) {
        let written = journal::encode(&key, &entry).expect("what was read can be written");
        let again = journal::decode(&key, &id, &written).expect("what was written can be read");
        assert_eq!(format!("{entry:?}"), format!("{again:?}"), "an entry is itself");
    }
}

/// The documents of a keychain.
pub fn keychain(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    keychain::fuzzing::session(&text);
    keychain::fuzzing::identity(&text);
    keychain::fuzzing::keys(&text);
}

/// The key file, sealed.
pub fn key_file(data: &[u8]) {
    keychain::fuzzing::key_file(data);
}

/// What is inside the key file.
pub fn key_file_entries(data: &[u8]) {
    keychain::fuzzing::entries(data);
}

/// The keys of the local workspace.
pub fn local_keys(data: &[u8]) {
    workspace::fuzzing::local_keys(data);
}

/// What is known of the local workspace's database outside of it.
pub fn imprint(data: &[u8]) {
    workspace::fuzzing::imprint(data);
}

/// The secret of the local user's one-time codes.
pub fn totp(data: &[u8]) {
    workspace::fuzzing::totp(&String::from_utf8_lossy(data));
}

/// What is remembered between starts: what is read is written and read again as the same.
pub fn settings(data: &[u8]) {
    let settings = Settings::read(data);
    let written = settings.write().expect("settings are JSON");
    assert_eq!(Settings::read(&written), settings, "settings are themselves");
}
