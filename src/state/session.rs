//! Signing in: what stands between the start of the window and its table.
//!
//! What is typed as a password, a code or a passphrase is here from its field to the action that takes it, as a secret.

use dioxus::prelude::*;

use super::{begin, restore};
use model::{KnownServer, Pause, Problem, SignInWork, Waiting};
use protocol::Moment;
use protocol::secret::SecretText;

/// Whether the window is open to the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gate {
    /// It shows a workspace, or is about to.
    #[default]
    Inside,
    /// The ways in.
    Welcome,
    /// A passphrase for the key file is needed; `new` when there is no file yet.
    Passphrase {
        /// The file is about to be made.
        new: bool,
    },
    /// The session ended while something was open. That stays as it is behind the sign-in.
    Expired,
}

/// By what the window is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionKind {
    /// The local workspace, which has no sign-in.
    #[default]
    Local,
    /// A token that was given for this run; nothing of it is kept, and its device is not this window's to end.
    Given,
    /// A session that is kept in the keychain.
    Kept,
}

/// How far a sign-in is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SignInStage {
    /// Not begun.
    #[default]
    Idle,
    /// Something is asked of the server or the keychain.
    Working(SignInWork),
    /// A person is to confirm in the browser.
    Browser {
        page: String,
        /// Whether the browser could be opened.
        opened: bool,
        /// What is waited for.
        waiting: Waiting,
        /// When it is too late.
        expires_at: Option<Moment>,
    },
    /// E-mail address and password, and a one-time code where the server wants one.
    Password {
        /// The server wants a code.
        code: bool,
        /// It is being checked.
        busy: bool,
    },
}

/// What the Ghostable command line has on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLineOffer {
    /// Whose session it is.
    pub person: String,
    /// Whether its device can share keys.
    pub can_share: bool,
}

/// A field for something that nobody looking on should read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Password,
    /// The one-time code.
    Code,
    Passphrase,
    /// The passphrase once more.
    PassphraseAgain,
}

/// The way in, and what is typed there.
#[derive(Clone, Copy, PartialEq)]
pub struct SessionStore {
    /// Whether the window is open.
    pub gate: Signal<Gate>,
    /// Whether this kind of machine has local workspaces.
    pub has_local: Signal<bool>,
    /// What is open.
    pub kind: Signal<SessionKind>,
    /// Set while requests wait, because the server takes only so many in a time.
    pub pause: Signal<Option<Pause>>,
    /// The servers that were open on this machine before.
    pub known: Signal<Vec<KnownServer>>,
    /// The API's address as typed.
    pub address: Signal<String>,
    /// Why that address cannot be one.
    pub wrong_address: Signal<Option<Problem>>,
    /// How far the sign-in is.
    pub stage: Signal<SignInStage>,
    /// What went wrong last.
    pub problem: Signal<Option<Problem>>,
    /// Set where the command line is signed in.
    pub command_line: Signal<Option<CommandLineOffer>>,
    /// The e-mail address as typed.
    pub email: Signal<String>,
    /// The password as typed.
    pub password: Signal<SecretText>,
    /// The one-time code as typed.
    pub code: Signal<SecretText>,
    /// How often what was typed was refused: the field is empty again then.
    pub refusals: Signal<u32>,
    /// The key file's passphrase as typed.
    pub passphrase: Signal<SecretText>,
    /// The same once more, where it is new.
    pub passphrase_again: Signal<SecretText>,
}

fn blank() -> Signal<SecretText> {
    Signal::new(SecretText::new(String::new()))
}

impl SessionStore {
    pub(super) fn make() -> Self {
        Self {
            gate: begin(),
            has_local: begin(),
            kind: begin(),
            pause: begin(),
            known: begin(),
            address: begin(),
            wrong_address: begin(),
            stage: begin(),
            problem: begin(),
            command_line: begin(),
            email: begin(),
            password: blank(),
            code: blank(),
            refusals: begin(),
            passphrase: blank(),
            passphrase_again: blank(),
        }
    }

    /// Forgets whose session it was. Whether there are local workspaces is this machine's, whatever is open.
    pub fn reset(self) {
        let Self {
            gate,
            has_local: _,
            kind,
            pause,
            // This machine's, whatever is open.
            known: _,
            address,
            wrong_address,
            stage: _,
            problem: _,
            command_line,
            email,
            password: _,
            code: _,
            refusals: _,
            passphrase: _,
            passphrase_again: _,
        } = self;
        restore(gate);
        restore(kind);
        restore(pause);
        restore(address);
        restore(wrong_address);
        restore(command_line);
        restore(email);
        self.end_attempt();
    }

    /// Forgets the secrets that were typed, and how far the sign-in was.
    pub fn end_attempt(self) {
        restore(self.stage);
        restore(self.problem);
        self.drop_secrets();
    }

    /// The code, or the password where none was asked for, was refused: it is typed again.
    pub fn refused(mut self, with_code: bool) {
        let mut typed = if with_code { self.code } else { self.password };
        typed.set(SecretText::new(String::new()));
        let before = *self.refusals.peek();
        self.refusals.set(before.wrapping_add(1));
    }

    /// Forgets passwords, codes and passphrases.
    pub fn drop_secrets(self) {
        for mut typed in [self.password, self.code, self.passphrase, self.passphrase_again] {
            typed.set(SecretText::new(String::new()));
        }
    }

    /// Takes over what is typed into a field.
    pub fn typed(self, field: Typed, text: String) {
        let mut signal = match field {
            Typed::Password => self.password,
            Typed::Code => self.code,
            Typed::Passphrase => self.passphrase,
            Typed::PassphraseAgain => self.passphrase_again,
        };
        signal.set(SecretText::new(text));
    }

    /// Whether a new passphrase was typed the same twice; `None` while the second one is empty.
    pub fn passphrases_match(&self) -> Option<bool> {
        let again = self.passphrase_again.read();
        (!again.is_blank()).then(|| self.passphrase.read().ct_eq(&again))
    }
}

/// What people know a server by: the host of an address, as typed.
pub fn address_host(address: &str) -> String {
    let rest = address
        .trim()
        .split_once("://")
        .map_or(address.trim(), |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    if host.is_empty() {
        "your server".to_owned()
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_host_is_what_stands_between_scheme_and_path() {
        assert_eq!(
            super::address_host("https://ghostable.dev/api/v2"),
            "ghostable.dev"
        );
        assert_eq!(super::address_host(" http://127.0.0.1:80 "), "127.0.0.1:80");
        assert_eq!(super::address_host("https://"), "your server");
    }
}
