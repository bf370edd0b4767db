//! Signing in: what stands between the start of the window and its table.
//!
//! What is typed as a password, a code or a passphrase is here from its field to the action that takes it, as a secret.

use dioxus::prelude::*;

use model::{Problem, Waiting};
use protocol::Moment;
use protocol::secret::SecretText;

/// Whether the window is open to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It shows a workspace, or is about to.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// The local workspace, which has no sign-in.
    Local,
    /// A token that was given for this run; nothing of it is kept, and its device is not this window's to end.
    Given,
    /// A session that is kept in the keychain.
    Kept,
}

/// How far a sign-in is.
#[derive(Clone, Debug, PartialEq)]
pub enum SignInStage {
    /// Not begun.
    Idle,
    /// Something is asked of the server or the keychain: what, in words.
    Working(&'static str),
    /// A person is to confirm in the browser.
    Browser {
        /// The page.
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
    /// The password.
    Password,
    /// The one-time code.
    Code,
    /// The passphrase.
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
    /// The API's address as typed.
    pub address: Signal<String>,
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
            gate: Signal::new(Gate::Inside),
            has_local: Signal::new(false),
            kind: Signal::new(SessionKind::Local),
            address: Signal::new(String::new()),
            stage: Signal::new(SignInStage::Idle),
            problem: Signal::new(None),
            command_line: Signal::new(None),
            email: Signal::new(String::new()),
            password: blank(),
            code: blank(),
            passphrase: blank(),
            passphrase_again: blank(),
        }
    }

    /// Forgets what was typed, and how far it was.
    pub fn reset(mut self) {
        self.stage.set(SignInStage::Idle);
        self.problem.set(None);
        self.drop_secrets();
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
