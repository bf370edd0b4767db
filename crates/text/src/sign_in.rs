//! Words for signing in, linking a device, manifests and key access.

use super::{Message, causes};
use model::{Flaw, ManifestError, Problem, RequestError, SignInEnd, SignInWork};
use protocol::{RemoteStatus, RequestReason};

/// A device that was not linked, or not unlinked, as it should.
pub(super) fn linking(error: &Problem) -> Message {
    match error {
        Problem::NotStored(cause) => Message::new(
            format!(
                "The keys of this device could not be stored: {}. The device was revoked again, so nothing is left behind.",
                causes::keychain(cause)
            ),
            "Unlock the keychain, or choose another place for the keys, and link again.",
        ),
        Problem::WrongDevice => Message::new(
            "The server registered this device with another key than it was given. The device was revoked again.",
            "Try again. If it happens again, report it to the people who run the server.",
        ),
        Problem::HalfLinked { device, why, .. } => {
            let what = match &**why {
                Problem::NotStored(cause) => {
                    let cause = causes::keychain(cause);
                    format!("The keys of this device could not be stored: {cause}.")
                }
                _ => "The server registered this device with another key than it was given.".to_owned(),
            };
            Message::new(
                format!("{what} Revoking the device again failed, too."),
                format!(
                    "Revoke the device {device} where the organisation's devices are managed. Nobody has its keys."
                ),
            )
        }
        Problem::NotForgotten(cause) => Message::new(
            format!(
                "The device is revoked, but its keys could not be removed: {}.",
                causes::keychain(cause)
            ),
            "They are worth nothing any more. Remove them from the keychain by hand, or unlink again.",
        ),
        other => super::explain(other),
    }
}

/// A request that cannot be fulfilled.
pub(super) fn request(problem: &RequestError) -> Message {
    match problem {
        RequestError::Unknown(id) => Message::new(
            format!("No request “{id}” waits for this device."),
            "List the requests to see what there is. It may have been answered meanwhile.",
        ),
        RequestError::NotPending => Message::new(
            "The request was answered or withdrawn meanwhile.",
            "Nothing is left to do.",
        ),
        RequestError::NoEnvironment => Message::new(
            "The server does not say for which environment the request is.",
            "Re-share the key of the environment in question instead.",
        ),
        RequestError::DeviceGone => Message::new(
            "The device that asks is not an active device of the environment, or has no usable key.",
            "Nothing was shared. Ask its owner to link it again.",
        ),
    }
}

/// A folder whose manifest cannot be used.
pub(super) fn manifest(error: &ManifestError) -> Message {
    match error {
        ManifestError::NotFound { folder } => Message::new(
            format!("There is no .ghostable/ghostable.yaml in {}.", folder.display()),
            "Name the folder of the project itself, or choose the project by its name.",
        ),
        ManifestError::VersionThree { folder } => Message::new(
            format!(
                "{} is a project of Ghostable 3: its variables are kept in the repository itself.",
                folder.display()
            ),
            "This app does not manage such projects yet. Use Ghostable 3 there.",
        ),
        ManifestError::Unreadable { path, cause } => Message::new(
            format!("{} cannot be read: {cause}.", path.display()),
            "Check the file and its permissions.",
        ),
        ManifestError::Flawed { path, flaw } => Message::new(
            format!("{} cannot be used: {}.", path.display(), causes::manifest(*flaw)),
            "Correct it, or choose the project by its name. The file was left as it is.",
        ),
    }
}

/// What is done while a spinner turns, without an end mark.
pub fn sign_in_work(work: SignInWork) -> &'static str {
    match work {
        SignInWork::AskServer => "Asking the server",
        SignInWork::Keep => "Keeping the session: your keychain may ask for its password",
        SignInWork::OpenKeyFile => "Opening the key file",
        SignInWork::Link => "Linking this machine and sharing the keys with it",
        SignInWork::AdoptDevice => "Taking over the command line's device",
    }
}

/// How a browser sign-in ended without a session.
pub(super) fn browser(end: SignInEnd) -> Message {
    let (what, next) = match end {
        SignInEnd::VerificationRequired => (
            "Your e-mail address is not verified yet.",
            "Open the link in the e-mail from Ghostable, and sign in again.",
        ),
        SignInEnd::Expired => (
            "Nobody confirmed the sign-in in time.",
            "Start it again, and confirm it in the browser.",
        ),
        SignInEnd::Cancelled => (
            "The sign-in was cancelled in the browser.",
            "Start it again when you are ready.",
        ),
    };
    Message::new(what, next)
}

/// A password that was refused; `with_code` when a one-time code went with it.
pub(super) fn password_refused(detail: Option<&str>, with_code: bool) -> Message {
    let said = detail
        .map(|text| format!(" The server says: {text}"))
        .unwrap_or_default();
    if with_code {
        Message::new(
            format!("The server did not accept the e-mail address, password or code.{said}"),
            "Wait for the next code and type that one: each works once.",
        )
    } else {
        Message::new(
            format!("The server did not accept the e-mail address and password.{said}"),
            "Check both and try again.",
        )
    }
}

/// A command that finds no session.
pub(super) fn no_session(host: &str, keychain: bool) -> Message {
    let why = if keychain {
        ""
    } else {
        " There is no keychain on this machine, and commands do not ask for the passphrase of a key file."
    };
    Message::new(
        format!("There is no sign-in for {host}.{why}"),
        "Sign in in the window, set GHOSTABLE_TOKEN to a user's token, or use --local for the local workspace.",
    )
}

/// What the server says about this machine's device; `None` when all is well.
pub fn device_status(status: &RemoteStatus) -> Option<Message> {
    match status {
        RemoteStatus::Active => None,
        RemoteStatus::Revoked { .. } => Some(Message::new(
            "This device was revoked: it gets no environment keys any more.",
            "Link this machine again if it should have access.",
        )),
        RemoteStatus::Unknown => Some(Message::new(
            "The server does not know this device.",
            "Link this machine again. Its old keys are worth nothing there.",
        )),
    }
}

/// Why a device or token is pointed out among those that hold the key.
pub fn flaw(flaw: &Flaw) -> Message {
    let (what, next) = match flaw {
        Flaw::Revoked { .. } => (
            "Revoked. What it kept still opens what was sealed before.",
            "Change values that it should not know.",
        ),
        Flaw::StillSealed => (
            "It is revoked or not there any more, and the key is still sealed for it.",
            "Re-share the key, so that it is left out.",
        ),
        Flaw::OtherStatus(text) => {
            return Message::new(
                format!(
                    "Its status “{text}” is not known here: it may be active, so the key is sealed for it."
                ),
                "Revoke it if it should not be there.",
            );
        }
        Flaw::UnusableKey => (
            "Its public key is not one: nothing can be sealed for it.",
            "Revoke it and link or create it again.",
        ),
        Flaw::ForeignKey => (
            "The server has another key for this device than the one on this machine.",
            "Do not re-share. Link this machine again, and ask who changed the device.",
        ),
        Flaw::SharedKey => (
            "It has the same public key as another one here.",
            "Rotate or replace one of them, so that each can be revoked alone.",
        ),
        Flaw::Malformed(missing) => {
            return Message::new(
                format!(
                    "The server's entry cannot be read: “{missing}” is missing or wrong. What is sealed for it is kept."
                ),
                "Report it to the people who run the server.",
            );
        }
    };
    Message::new(what, next)
}
/// What a request for a key was made for.
pub fn request_reason(reason: &RequestReason) -> &str {
    match reason {
        RequestReason::DeviceLink => "the device is new",
        RequestReason::KeyFetch => "the device asked for the key",
        RequestReason::Pull => "the device asked for the variables",
        RequestReason::NewKey => "a new key was published without the device",
        RequestReason::Sweep => "the server found that the device lacks the key",
        RequestReason::Other(text) => text,
    }
}
