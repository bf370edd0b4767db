//! The words of an emergency: statuses, and what is not listed. Its report's are in `incident`.

use std::fmt::Write as _;

use super::{Message, explain, grouped, plural};
use model::{KeyStatus, LeakError, Leaked, ListOf, Proof, RevocationStatus, Tally, Unlisted};
use protocol::UnreadEntry;

/// What to know before chosen tokens are revoked: how many of them a search hides, and how many a runner has used within the
/// last hour. `None` where neither is so.
pub fn chosen(count: usize, hidden: usize, used: usize) -> Option<String> {
    let hidden = match hidden {
        0 => None,
        _ if hidden == count => Some("none of them shown".to_owned()),
        _ => Some(format!("{} of them not shown", grouped(hidden))),
    };
    let used = match used {
        0 => None,
        _ => Some(format!("{} used in the last hour", grouped(used))),
    };
    let facts: Vec<String> = hidden.into_iter().chain(used).collect();
    (!facts.is_empty()).then(|| format!("{} chosen, {}.", grouped(count), facts.join(", ")))
}

/// What a line says while a run is under way and after it.
pub fn status(status: &RevocationStatus) -> String {
    match status {
        RevocationStatus::Queued => "Queued".to_owned(),
        RevocationStatus::Revoking => "Revoking".to_owned(),
        RevocationStatus::Retrying(_) => "No answer, trying again".to_owned(),
        RevocationStatus::Refused { .. } => "Refused by the server".to_owned(),
        RevocationStatus::Reshared { .. } => "Key sealed again without it".to_owned(),
        RevocationStatus::ReshareFailed { .. } => "Refused by the server, key not sealed again".to_owned(),
        RevocationStatus::NotRevoked(_) => "Not revoked".to_owned(),
        RevocationStatus::Unknown(_) => "Not known to be revoked".to_owned(),
    }
}

/// What a line says of a key that is to be renewed.
pub fn key_status(status: &KeyStatus) -> String {
    match status {
        KeyStatus::Queued => "Waits for the revocation".to_owned(),
        KeyStatus::Renewing => "Renewing the key".to_owned(),
        KeyStatus::Renewed(done) => format!("New key for {}", plural(done.recipients, "recipient")),
        KeyStatus::NotRenewed(_) => "Key not renewed".to_owned(),
    }
}

/// Why keys are renewed.
pub const WHY_RENEW: &str = "Needed where a seed leaked: whoever kept the key reads everything until it is renewed. Runners wait for about a second.";

/// The choice that revoking goes on with new keys, for so many environments.
pub fn renew_keys(environments: usize) -> String {
    match environments {
        1 => "Then renew the key of its environment".to_owned(),
        count => format!("Then renew the keys of {count} environments"),
    }
}

/// How it is known that runners are refused.
pub fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Answered => "the server answered that it is revoked",
        Proof::Listed => "the server lists it as revoked",
        Proof::RunnerRefused => "asked with its CI token, the server refuses it",
    }
}

/// The proof of a whole run, in a sentence: of one token, or of several.
pub fn proof_of(proof: Proof, count: usize) -> String {
    let it = if count == 1 { "it" } else { "them" };
    match proof {
        Proof::Answered => format!("Proof: the server answered that it has revoked {it}."),
        Proof::Listed => format!("Proof: the server lists {it} as revoked."),
        Proof::RunnerRefused if count == 1 => {
            "Proof: asked with its CI token, the server refuses it.".to_owned()
        }
        Proof::RunnerRefused => "Proof: asked with their CI tokens, the server refuses them.".to_owned(),
    }
}

/// What went wrong with a token, if something did.
pub fn trouble(status: &RevocationStatus) -> Option<Message> {
    match status {
        RevocationStatus::Retrying(why)
        | RevocationStatus::NotRevoked(why)
        | RevocationStatus::Unknown(why)
        | RevocationStatus::ReshareFailed { why, .. } => Some(explain(why)),
        _ => None,
    }
}

/// What could not be looked at.
pub fn unlisted(unlisted: &Unlisted) -> Message {
    let (whose, error) = match unlisted {
        Unlisted::Organization { name, error } => {
            (format!("The organisation {name} cannot be looked into."), error)
        }
        Unlisted::Project { name, error } => (format!("The tokens of {name} cannot be listed."), error),
        Unlisted::Entries { of, entries } => return unread(of, entries),
    };
    let cause = explain(error);
    Message::new(format!("{whose} {}", cause.what), cause.next)
}

/// Of a longer list only so many entries are named.
pub const MOST_NAMED: usize = 5;

/// Entries of a list that cannot be read: which, and why.
fn unread(of: &ListOf, entries: &[UnreadEntry]) -> Message {
    let (list, so) = match of {
        ListOf::Organizations => ("your organisations".to_owned(), ""),
        ListOf::Projects(organization) => (format!("the projects of {organization}"), ""),
        ListOf::Environments(project) => (format!("the environments of {project}"), ""),
        ListOf::Tokens(project) => (
            format!("the deploy tokens of {project}"),
            ", and may be active tokens that nothing here can revoke",
        ),
        ListOf::Devices => (
            "your devices".to_owned(),
            ", and may be active devices that nothing here can revoke",
        ),
    };
    let named = first_of(entries.iter().map(unread_entry));
    Message::new(
        format!("In the list of {list}, {named} cannot be read{so}."),
        "Look at them on the server. The others are not affected.",
    )
}

/// What is said of each of a longer list: of the first few, and of how many more.
pub fn first_of(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MOST_NAMED);
    let mut named: Vec<String> = all.take(MOST_NAMED).collect();
    if more > 0 {
        named.push(format!("{} more", grouped(more)));
    }
    named.join(", ")
}

/// An entry that cannot be read: where it is, its name if it has one, and what it lacks.
pub fn unread_entry(entry: &UnreadEntry) -> String {
    let UnreadEntry {
        position,
        name,
        missing,
    } = entry;
    match name {
        Some(name) => format!("entry {position} (“{name}”, without “{missing}”)"),
        None => format!("entry {position} (without “{missing}”)"),
    }
}

/// A text in which nothing leaked was found.
pub(super) fn leak(error: LeakError) -> Message {
    match error {
        LeakError::Empty => Message::new(
            "There is nothing to look for.",
            "Copy the leaked block first: GHOSTABLE_CI_TOKEN=…, GHOSTABLE_DEPLOY_SEED=…, or either alone.",
        ),
        LeakError::Neither => Message::new(
            "There is neither a CI token nor a seed in that text.",
            "Give the lines with GHOSTABLE_CI_TOKEN and GHOSTABLE_DEPLOY_SEED, or either value alone.",
        ),
        LeakError::TooLong => Message::new(
            "That is more than 50 megabytes.",
            "Give it in parts, such as the lines around GHOSTABLE_CI_TOKEN and GHOSTABLE_DEPLOY_SEED.",
        ),
    }
}

/// What leaked and fits no token.
pub(super) fn nobodys_leak(works: Option<bool>, in_parts: bool) -> Message {
    Message::new(
        "No deploy token that you can see fits it.",
        match (works, in_parts) {
            (Some(true), _) => {
                "The server accepts its CI token all the same: its token is in a project that you cannot see. Tell the people who can."
            }
            (_, true) => {
                "A secret in it is cut, masked or broken over lines, so that nothing can be said about it: its token may well work. Look for the whole value."
            }
            (Some(false), false) => {
                "The server refuses its CI token: it is revoked, replaced or expired already, or of another server."
            }
            (None, false) => {
                "It may belong to another server, to a project that you cannot see, or be replaced already."
            }
        },
    )
}

/// What something that leaked is.
pub fn leaked(what: Leaked) -> &'static str {
    match what {
        Leaked::CiToken => "a CI token",
        Leaked::WrappedCiToken => "a CI token, perhaps: it is broken over lines, or more follows",
        Leaked::CutCiToken => "a part of a CI token",
        Leaked::MaskedCiToken => "a CI token that is masked",
        Leaked::Seed => "a seed",
        Leaked::CutSeed => "a part of a seed",
        Leaked::MaskedSeed => "a seed that is masked",
    }
}

/// A run in one sentence.
pub fn outcome(tally: Tally, is_complete: bool) -> String {
    let Tally {
        total,
        refused,
        gone,
        failed,
    } = tally;
    let mut text = if refused == total && total == 1 {
        "The token is refused by the server".to_owned()
    } else if refused == total && total == 2 && is_complete {
        "Both tokens are refused by the server".to_owned()
    } else if refused == total {
        let all = if is_complete { "All " } else { "" };
        format!("{all}{} are refused by the server", plural(total, "token"))
    } else {
        format!(
            "{} of {} are refused by the server",
            grouped(refused),
            plural(total, "token")
        )
    };
    if gone < refused {
        let _ = write!(text, ", the key sealed again without {} of them", grouped(gone));
    }
    if failed > 0 {
        let _ = write!(text, ", {} not revoked", grouped(failed));
    }
    text.push('.');
    if !is_complete {
        text.push_str(" There may be more, because not everything could be looked at.");
    }
    text
}
