//! Words about a keychain.

use super::causes::{self, DEVICE_ENTRY};
use super::message::Message;
use model::{KeychainError, KeysIn, Owner, Part};

/// A keychain that did not do what was asked.
pub(super) fn keychain(error: &KeychainError) -> Message {
    let mut what = causes::keychain(error);
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    what.push('.');
    Message::new(what, remedy(error))
}

/// A device whose keys are not those that the server has for it.
pub(super) fn other_keys(half: Part, kept: KeysIn) -> Message {
    let place = match kept {
        KeysIn::Keychain => format!("the entry {DEVICE_ENTRY} of the keychain"),
        KeysIn::KeyFile => format!("the entry {DEVICE_ENTRY} of the key file"),
        KeysIn::LocalKeys => "the file local-keys.json of the local workspace".to_owned(),
        KeysIn::Memory => "what is kept of this device".to_owned(),
    };
    Message::new(
        format!(
            "The {half} on this machine is not the one that the server has for this device: {place} was damaged or exchanged."
        ),
        "Nothing was changed. Put a backup of it back, or unlink this device and link it again; another device then shares the keys anew.",
    )
}

fn remedy(error: &KeychainError) -> &'static str {
    match error {
        KeychainError::Absent { .. } => {
            "Start a keychain service (for example GNOME Keyring or KeePassXC), or choose a passphrase for an encrypted key file."
        }
        KeychainError::Locked { .. } => {
            "Unlock the keychain and try again, or keep session and keys in an encrypted key file."
        }
        KeychainError::Refused { .. } => "Look at the keychain's own settings, or use an encrypted key file.",
        KeychainError::NoAnswer => {
            "Look for a waiting prompt of the keychain and answer it, or restart the keychain service."
        }
        KeychainError::Corrupt { part, owner, .. } => remedy_of(*part, *owner),
        KeychainError::WrongPassphrase => "Type the passphrase again.",
        KeychainError::ShortPassphrase { .. } => {
            "Choose a longer passphrase; several words are easy to remember."
        }
        KeychainError::Exists => "Open it with its passphrase, or move it away first.",
        KeychainError::Io(_) => "Check that the folder exists, is yours, and that its disk is not full.",
    }
}

fn remedy_of(part: Part, owner: Owner) -> &'static str {
    match (owner, part) {
        (Owner::CommandLine, Part::Session) => {
            "Sign in here instead, or sign in again with the command line."
        }
        (Owner::CommandLine, Part::EnvironmentKey) => {
            "Nothing is lost: the key is fetched from the server again."
        }
        (Owner::CommandLine, _) => "Link a new device here; the command line's entries are left as they are.",
        (Owner::Own, Part::Session) => "Sign in again.",
        (Owner::Own, Part::JournalKey) => {
            "Put the keychain's backup back; without it, what the journal still holds cannot be read."
        }
        (Owner::Own, Part::File) => {
            "Put a backup of the key file back, or move it away and start with a new one."
        }
        (Owner::Own, _) => "Unlink this device and link it again; another device then shares the keys anew.",
    }
}
