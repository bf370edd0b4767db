//! Why something did not work, as a part of a sentence that says what: “… cannot be used: the seed is not base64.”

use model::{AddressError, EntryError, KeychainError, ManifestFlaw, Owner, Part};
use protocol::crypto::{CryptoError, RecordError, SeedError};

/// The entry of this device, in the keychain and in the key file (docs/keychain.md).
pub(super) const DEVICE_ENTRY: &str = "dev.deploytokens.device";

/// What a keychain did not do.
pub(super) fn keychain(error: &KeychainError) -> String {
    let fixed = match error {
        KeychainError::Absent { .. } => "there is no keychain here",
        KeychainError::Locked { .. } => "the keychain is locked",
        KeychainError::Refused { .. } => "the keychain refused",
        KeychainError::NoAnswer => "the keychain did not answer in time",
        KeychainError::Corrupt { part, owner, why } => {
            let is_of_device = matches!(part, Part::Identity | Part::SigningKey | Part::EncryptionKey);
            let place = match owner {
                Owner::Own if is_of_device => format!(" (entry {DEVICE_ENTRY})"),
                _ => String::new(),
            };
            return format!(
                "the {} of {}{place} cannot be used: {why}",
                self::part(*part),
                self::owner(*owner)
            );
        }
        KeychainError::WrongPassphrase => "the passphrase is wrong",
        KeychainError::ShortPassphrase { least } => {
            return format!("a passphrase needs at least {least} characters");
        }
        KeychainError::Exists => "there is a key file already",
        KeychainError::Io(_) => "the key file could not be read or written",
    };
    fixed.to_owned()
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Session => "session",
        Part::Identity => "device identity",
        Part::SigningKey => "device's signing key",
        Part::EncryptionKey => "device's encryption key",
        Part::EnvironmentKey => "cached environment key",
        Part::JournalKey => "journal key",
        Part::File => "key file",
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Own => "this app",
        Owner::CommandLine => "the Ghostable command line",
    }
}

/// What is wrong with an entry of the journal.
pub(super) fn entry(error: EntryError) -> &'static str {
    match error {
        EntryError::Record(RecordError::NotARecord) => "it is not a sealed record, or it was cut off",
        EntryError::Record(RecordError::Version) => "it was written by another release",
        EntryError::Record(RecordError::OtherKey) => "it is sealed under another key",
        EntryError::Record(RecordError::Damaged) => "it was changed or damaged",
        EntryError::Content => "its content is not understood",
        EntryError::Unreadable => "the system does not let it be read",
    }
}

/// What is wrong with a seed.
pub(super) fn seed(error: SeedError) -> String {
    match error {
        SeedError::NotBase64 => "the seed is not base64".to_owned(),
        SeedError::WrongLength(length) => format!("the seed has {length} bytes, 32 are needed"),
    }
}

/// What is wrong with an address.
pub(super) fn address(error: AddressError) -> &'static str {
    match error {
        AddressError::NotAnAddress => "it is not a complete web address",
        AddressError::NotHttps => "it does not start with https (plain http is only for this machine)",
        AddressError::Credentials => "it has a user name or password inside",
        AddressError::Query => "it has a query or fragment (a part after ? or #)",
    }
}

/// Why nothing could be sealed.
pub(super) fn sealing(error: &CryptoError) -> &'static str {
    match error {
        CryptoError::NoRecipients => "there is no recipient to seal the environment key for",
        CryptoError::LowOrderRecipient { .. } => "the public key of a recipient is not safe to seal for",
        CryptoError::ScopeFingerprint => "the fingerprint of the scope is not that of the environment key",
        CryptoError::NoDataKey => "another client sealed the environment key for this device alone",
        CryptoError::BodyNotAnObject => "the body to be signed is not a JSON object",
        CryptoError::TooLong => "the plaintext is too long to be sealed",
    }
}

/// What is wrong with a manifest.
pub(super) fn manifest(flaw: ManifestFlaw) -> String {
    let fixed = match flaw {
        ManifestFlaw::TooLarge => "it is larger than 1 MB",
        ManifestFlaw::NotText => "it is not UTF-8 text",
        ManifestFlaw::NotYaml(line) => return format!("it is not YAML (line {line})"),
        ManifestFlaw::NotAMap => "it has no members such as “id: …”",
        ManifestFlaw::NoId => "it lacks “id”, the id of the project",
        ManifestFlaw::OddId => "its “id” cannot be the id of a project",
        ManifestFlaw::OddEnvironments => "its “environments” is neither a map nor a list",
    };
    fixed.to_owned()
}
