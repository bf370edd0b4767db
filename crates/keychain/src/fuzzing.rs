//! The decoders of this crate, each by itself, for the fuzz targets: what they take for granted is asserted here.

use zeroize::Zeroizing;

use super::document::Entry;
use super::file::fuzzing as file;
use model::{Owner, Part};
use protocol::secret::SecretText;

fn entry(part: Part) -> Entry {
    Entry {
        part,
        owner: Owner::Own,
    }
}

/// A session, as it is kept: what is read is written and read again as the same.
pub fn session(text: &str) {
    let entry = entry(Part::Session);
    let Ok(session) = entry.session(&SecretText::new(text.to_owned())) else {
        return;
    };
    let again = entry.session(&session.to_document());
    let same = again.is_ok_and(|again| again.access_token.ct_eq(&session.access_token));
    assert!(same, "a session is itself");
}

/// A device's keys, as they are kept: what is read is written and read again as the same.
pub fn identity(text: &str) {
    let entry = entry(Part::Identity);
    let Ok(identity) = entry.identity(&SecretText::new(text.to_owned())) else {
        return;
    };
    let (Some(seed), Some(key)) = (&identity.signing_key, &identity.encryption_key) else {
        return;
    };
    let (Ok(seed), Ok(key)) = (entry.signing_seed(seed), entry.encryption_key(key)) else {
        return;
    };
    let identity = identity.with(seed, key);
    let again = entry.identity(&identity.to_document());
    assert!(
        again.is_ok_and(|again| again.device_id == identity.device_id),
        "a device is itself"
    );
}

/// An environment key and the journal's, as they are kept.
pub fn keys(text: &str) {
    let text = SecretText::new(text.to_owned());
    drop(entry(Part::EnvironmentKey).environment_key(&text));
    drop(entry(Part::JournalKey).journal_key(&text));
}

/// A key file: nobody can make one without its key.
pub fn key_file(bytes: &[u8]) {
    file::header(bytes);
}

/// The entries inside a key file: what is read is written as it was, unless it was in another order or said something twice.
pub fn entries(bytes: &[u8]) {
    file::entries(&Zeroizing::new(bytes.to_vec()));
}
