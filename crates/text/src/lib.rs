//! Every error as a pair: what happened, and what to do next.
//!
//! Nothing here repeats a secret, a response body or an address with a token. The server's own short text is quoted
//! where it refused, because it knows the reason best.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

pub mod activity;
pub mod audit;
mod bundle;
mod causes;
pub mod checklist;
mod columns;
mod connection;
pub mod destinations;
pub mod emergency;
pub mod incident;
mod keychain;
pub mod keys;
mod lifetime;
mod machine;
mod message;
mod news;
mod number;
mod occurrence;
mod pending;
mod place;
pub mod renewal;
mod roles;
mod sign_in;

pub use bundle::{problem, repair};
pub use columns::{cell, column, health, malformed_cell, status};
pub use connection::clocks_differ;
use keychain::{keychain, other_keys};
pub use keys::way_out;
pub use lifetime::lifetime;
pub use message::Message;
pub use news::{news, reminder};
use number::plural_u64;
pub use number::{grouped, plural};
pub use occurrence::{dated, ends, exactly, happened, not_known};
pub use pending::{finding, for_another, operation, pending, time_left, unfinished};
pub use place::{environment, place};
pub use roles::{ask_an_admin, role, role_gives, standing};
use sign_in::{browser, linking, manifest, no_session, password_refused, request};
pub use sign_in::{device_status, flaw, request_reason, sign_in_work};

use std::time::Duration;

use model::{AddressError, CallError, JournalError, Note, Pause, Problem, ResumeError, Sent, WrongState};
use protocol::crypto::{CryptoError, SeedError};
use protocol::token::FindError;
use protocol::{MAX_NAME_CHARACTERS, NameError};

/// A server that asks for a longer pause is not meant to be waited for.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What every button says that seals the environment key again for everybody.
pub const RESHARE_KEY: &str = "Re-share key";

/// What could not be fetched, for a window that asks again by itself while it can pass. `since` says, where an earlier answer
/// is shown, when it came: "3 min ago".
pub fn not_fetched(problem: &Problem, since: Option<&str>) -> Message {
    let told = explain(problem);
    let what = match problem.call() {
        Some(CallError::Unreachable { .. }) => "The server cannot be reached.".to_owned(),
        _ => told.what,
    };
    let next = match (problem.may_pass(), since) {
        (true, Some(since)) => format!("What is shown was fetched {since}. It is asked for again by itself."),
        (true, None) => "It is asked again by itself. Check the network if that lasts.".to_owned(),
        (false, _) => told.next,
    };
    Message::new(what, next)
}

/// A failed use case.
pub fn explain(problem: &Problem) -> Message {
    match problem {
        Problem::Call(error) => call(error),
        Problem::Open(error) => keys::open(error),
        Problem::Crypto(error) => crypto(error),
        Problem::Find(error) => find(error),
        Problem::WrongState(error) => unfit(*error),
        Problem::UnknownProject { wanted, known } => unknown("project", wanted, known),
        Problem::UnknownEnvironment { wanted, known } => unknown("environment", wanted, known),
        Problem::Destination(error) => destinations::unknown(error),
        Problem::Send(error) => destinations::not_sent(error),
        Problem::NoDevice => Message::new(
            "This machine is not linked as a device, so it cannot open the environment key.",
            "Link it, or do this on a machine that is linked. Listing, revoking and deleting work without.",
        ),
        Problem::NotARecipient => Message::new(
            "This device is not among the active devices of the environment.",
            "It may have been revoked. Ask a colleague to check the project's devices, or link this machine again.",
        ),
        Problem::OtherKeys { half, kept } => other_keys(*half, *kept),
        Problem::NoKey => Message::new(
            "The environment has no key yet: nothing was ever pushed to it.",
            "Push variables first, or make the first key here. Nothing was changed.",
        ),
        Problem::NotAnAdmin => keys::not_an_admin(),
        Problem::ActivityNotShown => Message::new(
            "The activity is shown to admins and auditors of an organisation, on plans that have it.",
            "Ask an admin of the organisation for what you want to know.",
        ),
        Problem::Overtaken => keys::overtaken(),
        Problem::NoEnvironment => Message::new(
            "The server does not tell in which environment the token is, so no key could be sealed again without it.",
            "Look where it belongs on the server, and re-share the key of that environment.",
        ),
        Problem::OtherRecipient { of } => keys::other_recipient(of),
        Problem::WouldLoseKey { who } => keys::would_lose_key(who),
        Problem::FormerNameInUse { name } => keys::former_name_in_use(name),
        Problem::NotDone => Message::new(
            "The server took the call, but still lists it as it was.",
            "Refresh and try again. Until it is listed as revoked, treat it as working.",
        ),
        Problem::Uncertain(cause) => Message::new(
            format!(
                "The server's answer was lost or is in doubt, so it is not known whether this was done. {}",
                explain(cause).what
            ),
            "Refresh when the server can be reached again. If a token is listed that you do not hold, revoke it.",
        ),
        Problem::TakenBack(_) => Message::new(
            "The server's answer was lost or wrong, and with it the CI token. The token was revoked again, so nothing is left behind.",
            "Create it again.",
        ),
        Problem::Misregistered => Message::new(
            "The server did not register the token with the key it was given.",
            "Revoke this token and create a new one. If it happens again, report it to the people who run the server.",
        ),
        Problem::Request(problem) => request(problem),
        Problem::NotStored(_)
        | Problem::WrongDevice
        | Problem::HalfLinked { .. }
        | Problem::NotForgotten(_) => linking(problem),
        Problem::Manifest(error) => manifest(error),
        Problem::Journal(error) => Message::new(
            format!("The operation cannot be written down first: {}.", journal(error)),
            "Nothing was changed. Make room on the disk, or check the permissions of the data folder, and try again.",
        ),
        Problem::NoJournal => Message::new(
            "This has to be remembered until it is finished, and for this server nothing is written down on this machine.",
            "Nothing was changed. Instead of replacing a token, create a second one, and revoke the old one when CI has the new values.",
        ),
        Problem::Busy => Message::new(
            "Another window or command is changing this environment, or still shows what it issued.",
            "Nothing was changed. Wait until it is done, or close it, and try again.",
        ),
        Problem::NotResumable(error) => not_resumable(*error),
        Problem::Keychain(error) => keychain(error),
        Problem::NotAwaited => Message::new(
            "You stopped waiting for the server's answer.",
            "It is written down here. Go on when the server answers.",
        ),
        Problem::Name(error) => name(*error),
        Problem::Seed(error) => seed(*error),
        Problem::Address(error) => address(*error),
        Problem::Leak(error) => emergency::leak(*error),
        Problem::NobodysLeak { works, in_parts } => emergency::nobodys_leak(*works, *in_parts),
        Problem::SignIn(end) => browser(*end),
        Problem::PasswordRefused { detail, with_code } => password_refused(detail.as_deref(), *with_code),
        Problem::NoSession { host, keychain } => no_session(host, *keychain),
        Problem::ForeignProject { name } => Message::new(
            format!("The project {name} of this folder is not among yours."),
            "Ask an admin of its organisation for access, or sign in as somebody else.",
        ),
        Problem::Unverified {
            name,
            kind,
            decrypted,
            total,
        } => bundle::unverified(name.as_deref(), kind.as_ref(), *decrypted, *total),
        Problem::In { environment, problem } => {
            let Message { what, next } = explain(problem);
            Message::new(format!("{environment}: {what}"), next)
        }
        Problem::Machine(error) => machine::machine(error),
        Problem::Workspace(error) => machine::local_workspace(error),
        Problem::Unopened { names, is_renewed } => keys::unopened(names, *is_renewed),
        Problem::RenewalUnfinished(why) => keys::renewal_unfinished(explain(why)),
        Problem::RenewalPending => keys::renewal_pending(),
        Problem::RevokeFirst => keys::revoke_first(),
        Problem::Stopped => Message::new("The work was interrupted inside the app.", "Try again."),
    }
}

fn journal(error: &JournalError) -> String {
    match error {
        JournalError::File { path, cause } => format!("{}: {cause}", path.display()),
        JournalError::Seal(error) => format!("the journal cannot be sealed: {}", causes::sealing(error)),
        JournalError::Entry(error) => {
            format!(
                "an entry of the journal cannot be read: {}",
                causes::entry(*error)
            )
        }
        JournalError::Text => "an entry of the journal cannot be written".to_owned(),
    }
}

fn not_resumable(error: ResumeError) -> Message {
    match error {
        ResumeError::NotActive => Message::new(
            "There is nothing to finish or to revoke: no active token has the key of this operation.",
            "Discard it, and start anew if the token is still wanted.",
        ),
        ResumeError::StillActive => Message::new(
            "The token of this operation is active, and nobody else has its secrets.",
            "Finish it to get the secrets, or revoke the token.",
        ),
        ResumeError::OnlyKey => Message::new(
            "Variables are under a key that this entry has, and perhaps nothing else.",
            "Finish it: that puts them under the environment's key of now.",
        ),
        ResumeError::Unreadable(error) => Message::new(
            format!(
                "The entry of this operation cannot be read: {}. It was left as it is.",
                causes::entry(error)
            ),
            "Put a backup of the file in its place, or discard it and revoke the token if you do not hold its secrets.",
        ),
        ResumeError::NotHandedOver => Message::new(
            "The successor's values were not handed over yet, so CI cannot have them.",
            "Nothing was changed. Get them first: deploy-tokens pending says how.",
        ),
        ResumeError::ValuesGone => Message::new(
            "The values of this token are not kept any more.",
            "If CI does not have them, rotate the token to get new ones, or revoke it.",
        ),
        ResumeError::Elsewhere => Message::new(
            "This operation belongs to another server.",
            "Connect to that server to finish it.",
        ),
    }
}

/// A failed call.
fn call(error: &CallError) -> Message {
    match error {
        CallError::Setup { .. } => Message::new(
            "The network could not be set up on this machine.",
            "Check its certificates and proxy settings, and start the app again.",
        ),
        CallError::Unreachable { sent: Sent::No, .. } => Message::new(
            "The server cannot be reached. Nothing was sent.",
            "Check the network and the server's address, and try again.",
        ),
        CallError::Unreachable {
            sent: Sent::Maybe, ..
        } => Message::new(
            "The connection was lost before the server answered.",
            "Refresh to see whether it was done, and try again if not.",
        ),
        CallError::Untrusted(flaw) => connection::untrusted(flaw),
        CallError::Proxy { proxy, flaw } => connection::proxy(proxy, *flaw),
        CallError::TimedOut { .. } => Message::new(
            "The server did not answer in time.",
            "Refresh to see whether it was done, and try again if not.",
        ),
        CallError::Unauthorized => Message::new(
            "The server does not accept this sign-in any more.",
            "Sign in again.",
        ),
        CallError::UnsendableToken => Message::new(
            "The token has characters that no request can carry, such as a space, a line break or a letter with an accent. Nothing was sent.",
            "Copy it again as a whole, without anything around it.",
        ),
        CallError::UnsendableId => Message::new(
            "An id is empty, or would lead to another address. Nothing was sent.",
            "Check the id if you have typed it; otherwise report it to the people who run the server.",
        ),
        CallError::ReshareRequired { .. } => Message::new(
            "The environment key is not shared with this device yet.",
            "A colleague who has access can share it by re-sharing the environment's key. Listing and revoking work meanwhile.",
        ),
        CallError::Conflicts(conflicts) => Message::new(
            format!(
                "Somebody changed {} in the meantime.",
                plural(conflicts.len(), "variable")
            ),
            "Fetch the newest versions and try again.",
        ),
        CallError::TooManyRequests { retry_after } => Message::new(
            "The server asks to slow down.",
            match retry_after {
                Some(wait) if *wait > A_DAY => {
                    "It asks to wait for more than a day. Ask the people who run the server, or try again tomorrow.".to_owned()
                }
                Some(wait) => format!("Try again in {}.", plural_u64(wait.as_secs().max(1), "second")),
                None => "Try again in a minute.".to_owned(),
            },
        ),
        CallError::Redirected { .. } => Message::new(
            "The server sends this call to another address, and credentials are not sent on.",
            "Check the API's address: it may have moved, or lack its path (such as /api/v2).",
        ),
        CallError::Refused(refusal) => refused(refusal),
        CallError::TooLarge { limit } => Message::new(
            format!("The server's answer is larger than {} MB.", limit / 1_048_576),
            "Check the API's address: this does not look like Ghostable's API.",
        ),
        CallError::Malformed(error) => Message::new(
            format!("The server's answer cannot be read: {error}."),
            "Check the API's address. If it is right, refresh to see what was done, and report this to the people who run the server.",
        ),
    }
}

/// Why requests wait, as the beginning of a sentence.
pub fn pause(pause: &Pause) -> String {
    match pause.calls_a_minute {
        Some(calls) => format!("The server takes {calls} calls a minute"),
        None => "The server takes only so many calls a minute".to_owned(),
    }
}

fn refused(refusal: &protocol::wire::error::Refusal) -> Message {
    let fields: Vec<String> = refusal
        .fields
        .iter()
        .map(|(field, text)| format!("{field}: {text}"))
        .collect();
    let said = match (&refusal.detail, fields.is_empty()) {
        (_, false) => format!(" It says: {}", fields.join("; ")),
        (Some(detail), true) => format!(" It says: {detail}"),
        (None, true) => String::new(),
    };
    if refusal.is_of_a_moved_organization() {
        return Message::new(
            "The organisation was moved to Ghostable's desktop licensing: its variables are kept in its repositories now.",
            "Manage them there. What other organisations have is not affected.",
        );
    }
    let (what, next) = match refusal.status {
        403 => (
            "The server does not allow this.",
            "Ask an admin of the organisation for access.",
        ),
        404 => (
            "The server does not know it (any more).",
            "Refresh to see what is there now.",
        ),
        405 => ("This server cannot do that.", "Nothing was changed."),
        409 => (
            "The server refused because of its present state.",
            "Refresh and try again.",
        ),
        400 | 422 => (
            "The server did not accept what was sent.",
            "Correct it and try again. Nothing was changed.",
        ),
        500.. => (
            "The server failed.",
            "Refresh to see whether it was done, and try again later.",
        ),
        _ => ("The server refused.", "Refresh and try again."),
    };
    Message::new(format!("{what}{said}"), next)
}

/// Sealing or signing that failed.
fn crypto(error: &CryptoError) -> Message {
    Message::new(
        format!(
            "The environment key could not be sealed: {}.",
            causes::sealing(error)
        ),
        "Nothing was published. Revoke the device or token that is named, or replace its key, and share again.",
    )
}

/// A token that was not found.
fn find(error: &FindError) -> Message {
    match error {
        FindError::Unknown(wanted) => Message::new(
            format!("There is no deploy token with the id or name “{wanted}” in this environment."),
            "List the tokens to see what there is. Names must be exact.",
        ),
        FindError::Secret => Message::new(
            "No deploy token of this environment has that id or name. It may be a secret, so it is not repeated here.",
            "Give the id or the exact name of the token. A secret that was typed where others can read it has leaked: rotate its token.",
        ),
        FindError::Ambiguous { name, ids } => {
            let ids: Vec<&str> = ids.iter().map(protocol::DeployTokenId::as_str).collect();
            Message::new(
                format!("Several deploy tokens are called “{name}”."),
                format!("Say which by its id: {}.", ids.join(", ")),
            )
        }
    }
}

fn unfit(error: WrongState) -> Message {
    match error {
        WrongState::AlreadyRevoked => Message::new(
            "The token is already revoked: runners cannot use it.",
            "Create a new token instead, or delete its record.",
        ),
        WrongState::BeingReplaced => Message::new(
            "The token is being replaced already, or takes another one's place.",
            "Nothing was changed. Finish that replacement first, or give it up: deploy-tokens pending says how.",
        ),
        WrongState::NotBeingReplaced => Message::new(
            "No token by that id or name is being replaced from this machine.",
            "Nothing was changed. See what is: deploy-tokens pending. To end a token, revoke it.",
        ),
        WrongState::SuccessorGone => Message::new(
            "The successor is not active any more. The old token was left as it is, because CI would have none.",
            "Forget this replacement (deploy-tokens pending says how), and replace the token again.",
        ),
        WrongState::StillActive => Message::new(
            "The token is still active, and only the records of revoked tokens are deleted.",
            "Revoke it first.",
        ),
    }
}

fn unknown(kind: &str, wanted: &str, known: &[String]) -> Message {
    let next = if known.is_empty() {
        format!("There is no {kind} that this sign-in can see.")
    } else {
        format!("There is: {}.", known.join(", "))
    };
    if wanted.is_empty() {
        return Message::new(format!("No {kind} was found."), next);
    }
    Message::new(format!("There is no {kind} “{wanted}”."), next)
}

/// A text that is no token name.
fn name(error: NameError) -> Message {
    Message::new(
        error.sentence(),
        format!("Choose a name of 1 to {MAX_NAME_CHARACTERS} characters on one line."),
    )
}

/// A text that is no seed.
fn seed(error: SeedError) -> Message {
    Message::new(
        format!("GHOSTABLE_DEPLOY_SEED cannot be used: {}.", causes::seed(error)),
        "Copy it again from where it is kept, or rotate the token to get a new one.",
    )
}

/// An address that is not accepted.
fn address(error: AddressError) -> Message {
    Message::new(
        format!("The API's address is not accepted: {}.", causes::address(error)),
        "Give a complete address such as https://ghostable.dev/api/v2.",
    )
}

/// A revocation that left the environment key as it was.
pub fn not_resealed(problem: &Problem) -> Message {
    let Message { what, next } = explain(problem);
    Message::new(
        format!("The key was not sealed again for those who remain. {what}"),
        next,
    )
}

/// Something odd about an answer.
pub fn note(note: Note) -> Message {
    match note {
        Note::TwoCiTokens => Message::new(
            "The server gave two different CI tokens.",
            "The one that Ghostable's command line would print is shown here.",
        ),
        Note::MalformedRecord(missing) => Message::new(
            format!("The server's record of this token cannot be read: “{missing}” is missing."),
            "The secrets are complete. Report it to the people who run the server.",
        ),
        Note::AnswerLost => Message::new(
            "The server's first answer was lost or wrong; the token was found again by its public key.",
            "These are the values that work.",
        ),
    }
}
