//! Environment keys that cannot be opened or shared: what happened, and what to do.

use super::{Message, grouped};
use model::{Standing, WayOut};
use protocol::crypto::OpenError;
use protocol::{EnvironmentName, TokenKey};

/// Deploy tokens are for admins.
pub(super) fn not_an_admin() -> Message {
    Message::new(
        "Only admins of the organisation see its deploy tokens, and create, rotate or revoke them.",
        "Ask an admin of the organisation to do it.",
    )
}

/// Another publication counts.
pub(super) fn overtaken() -> Message {
    Message::new(
        "The server took what was published, but gives something else: somebody else published the key at the same time.",
        "Theirs counts. Look who has access now, and share again if somebody still waits.",
    )
}

/// Somebody would be left without the key.
pub(super) fn would_lose_key(who: &str) -> Message {
    Message::new(
        format!(
            "{who} may hold the environment's key, and the server tells neither its public key nor what is sealed for it. It would lose the key."
        ),
        "The key was not sealed again. Rotate that token, or revoke what should not be there, and share again.",
    )
}

/// Somebody of a kind that came after this program would be left without the key.
pub(super) fn other_recipient(of: &str) -> Message {
    Message::new(
        format!(
            "The key is also sealed for a recipient of the type “{of}”, which this version does not know. It would lose the key."
        ),
        "The key was not sealed again. Use a newer version of this app, or share the key with the newest Ghostable command line.",
    )
}

/// Variables that the environment's key does not open.
pub(super) fn unopened(names: &[String], is_renewed: bool) -> Message {
    let few: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
    let more = match names.len().saturating_sub(few.len()) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let what = format!(
        "{} cannot be opened with the environment's key: {}{more}.",
        super::plural(names.len(), "variable"),
        few.join(", ")
    );
    let next = if is_renewed {
        "They were left as they are. If a colleague renewed the key at the same time, the command ‘pending’ on their machine finishes it; else push these variables again."
    } else {
        "Nothing was changed. Under a new key they would be lost: push them again or delete them, then renew the key. If the environment was renamed, say what it was called: renew-key --was-called NAME."
    };
    Message::new(what, next)
}

/// The key is new, or may be, and not everything is under it.
pub(super) fn renewal_unfinished(why: Message) -> Message {
    Message::new(
        format!(
            "The key may be new, and not everything is under it yet, so that runners may not decrypt. {}",
            why.what
        ),
        "What is needed to finish it is kept on this machine: deploy-tokens pending says how.",
    )
}

/// A renewal that was interrupted comes before another one.
pub(super) fn renewal_pending() -> Message {
    Message::new(
        "Renewing this environment's key was interrupted before.",
        "Nothing was changed. Finish that first: deploy-tokens pending says how.",
    )
}

/// Tokens that wait to be revoked would get the new key.
pub(super) fn revoke_first() -> Message {
    Message::new(
        "Tokens of this environment still wait to be revoked, and would get the new key.",
        "Go on with that revocation first: deploy-tokens pending says how.",
    )
}

/// The accepted name belongs to another environment.
pub(super) fn former_name_in_use(name: &EnvironmentName) -> Message {
    Message::new(
        format!("Another environment of the project is called “{name}” now, so the key may be that one's."),
        "Nothing was changed. Ask a colleague whether this environment ever had that name, and to re-share its key.",
    )
}

/// What the matter is with a key that cannot be shared as it is, and what can be done about it with a button beside.
pub fn way_out(way: &WayOut) -> Message {
    match way {
        WayOut::FirstKey => Message::new(
            "The environment has no key yet: nothing was ever pushed to it.",
            "The first push makes one. It can also be made here.",
        ),
        WayOut::FurtherKey => Message::new(
            "The newest key of this environment has no envelope: its publication failed halfway, and runners cannot decrypt.",
            "Nobody has that key. Make a new one, then push the variables again.",
        ),
        WayOut::FormerName(name) => Message::new(
            format!("The environment's key was sealed when the environment was called “{name}”."),
            "If it was renamed, re-share the key under its new name. If it never had that name, somebody may be tampering with it.",
        ),
        WayOut::Unnamed => Message::new(
            "The envelope of the environment's key does not say what it is for: it was sealed by another client.",
            "The key in it is the announced one. Until it is sealed anew, it cannot be shared from here.",
        ),
    }
}

/// Tokens for which the environment's key is not sealed, by name; `None` where there is none.
pub fn lacking(names: &[String]) -> Option<Message> {
    let what = match names {
        [] => return None,
        [one] => format!("The environment key is not sealed for {one}: its runner decrypts nothing."),
        [one, other] => {
            format!("The environment key is not sealed for {one} and {other}: their runners decrypt nothing.")
        }
        [one, rest @ ..] => format!(
            "The environment key is not sealed for {one} and {} more tokens: their runners decrypt nothing.",
            grouped(rest.len())
        ),
    };
    Some(Message::new(
        what,
        "Re-share the key to give it to everybody who should have it.",
    ))
}

/// How a deploy token stands with the environment's key; `None` where it is not among its holders. Whether the server tells
/// for whom the key is sealed is `is_told`.
pub fn held(standing: Option<&Standing>, is_told: bool) -> Message {
    match standing {
        Some(Standing::Holds) if is_told => Message::new("It is sealed for this token.", ""),
        Some(Standing::Holds) => Message::new(
            "Each publication seals it for this token.",
            "The server does not tell for whom it is sealed now.",
        ),
        Some(Standing::Waits { .. }) => Message::new(
            "It is not sealed for this token: its runner cannot decrypt.",
            "Re-share the key.",
        ),
        Some(Standing::Flawed(flaw)) => super::flaw(flaw),
        None => Message::new("It is not sealed for this token.", ""),
    }
}

/// Why a token has no fingerprint; empty where it has one.
pub fn without_fingerprint(key: &TokenKey) -> &'static str {
    match key {
        TokenKey::Usable(_) => "",
        TokenKey::Unusable => {
            "The server's record has no usable public key: this token can never decrypt. Rotate it."
        }
        TokenKey::NotTold => {
            "The server's record does not tell the public key. What is sealed for this token stays as it is."
        }
    }
}

/// An environment key that could not be opened.
pub(super) fn open(error: &OpenError) -> Message {
    match error {
        OpenError::NotShared => Message::new(
            "The environment key is not shared with this device yet.",
            "A colleague who has access can share it by re-sharing the environment's key. Listing and revoking work meanwhile.",
        ),
        OpenError::NoEnvelope => Message::new(
            "The newest key of this environment has no envelope: its publication failed halfway, and runners cannot decrypt.",
            "Make a new key (reshare --make-key), then push the variables again: nobody can open the old ones with it.",
        ),
        OpenError::SealedUnderName { name } => Message::new(
            format!("The environment's key was sealed when the environment was called “{name}”."),
            format!(
                "If it was renamed, re-share the key under its new name (reshare --was-called {name}). If it never had that name, somebody may be tampering with it."
            ),
        ),
        OpenError::Unnamed => Message::new(
            "The envelope of the environment's key does not say what it is for: it was sealed by another client.",
            "The key in it is the announced one. To seal it anew for everybody, re-share it (reshare --accept-unnamed).",
        ),
        other => Message::new(
            format!("The environment key that the server gave is not to be trusted: {other}."),
            "Nothing was changed. Ask a colleague to re-share the key; if it stays like this, somebody may be tampering with it.",
        ),
    }
}
