//! Getting in and out: the local workspace, a server with a session, the ways in, signing out.

use std::rc::Rc;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Opened, Session, Start, off_ui};
use crate::state::{
    CommandLineOffer, Connection, Dialog, Gate, KeyState, Load, OwnDevice, Section, SessionKind, SignInStage,
};
use model::{News, Problem};
use service::account::Account;
use service::{Context, adopt};

impl Actions {
    /// Opens what the start says.
    pub fn open(&self) {
        let mut session = self.state.session;
        session.has_local.set(self.surroundings.has_local());
        if let Some(problem) = self.surroundings.remark() {
            self.tell(News::Trouble(problem));
        }
        let mut folder = self.state.about.folder;
        folder.set(self.surroundings.data_folder().map(|it| it.display().to_string()));
        match self.surroundings.start() {
            Start::Local => self.open_local(),
            Start::Server(address) => self.open_server(address),
            Start::Welcome => self.welcome(),
        }
    }

    /// Tries again what did not open.
    pub fn reopen(&self) {
        let way = self.way.peek().clone();
        match way {
            Some(Start::Local) => self.open_local(),
            Some(Start::Server(address)) => self.open_server(address),
            Some(Start::Welcome) | None => self.open(),
        }
    }

    /// Shows the ways in.
    pub fn welcome(&self) {
        let mut session = self.state.session;
        session.reset();
        session.address.set(self.surroundings.proposed_address());
        session.gate.set(Gate::Welcome);
        self.look_for_command_line();
    }

    /// Opens the local workspace.
    pub fn open_local(&self) {
        let actions = self.clone();
        self.state.session.reset();
        let (mut gate, mut way) = (self.state.session.gate, self.way);
        gate.set(Gate::Inside);
        way.set(Some(Start::Local));
        spawn(async move {
            let mut connection = actions.state.place.connection;
            connection.set(Connection::Opening);
            let opened = actions.surroundings.open_local().await;
            actions.enter_or_tell(opened).await;
        });
    }

    /// Opens a server, with the session that is kept for it, or asks to sign in.
    pub(super) fn open_server(&self, address: String) {
        let actions = self.clone();
        let mut session = self.state.session;
        session.reset();
        session.address.set(address.clone());
        session.gate.set(Gate::Inside);
        let mut way = self.way;
        way.set(Some(Start::Server(address.clone())));
        spawn(async move {
            let mut connection = actions.state.place.connection;
            connection.set(Connection::Opening);
            let account = match actions.surroundings.account(&address) {
                Ok(account) => account,
                Err(message) => return actions.ask_to_sign_in(Some(message)),
            };
            if let Some(token) = actions.surroundings.given_token(&account) {
                let opened = actions.surroundings.open_given(account, token).await;
                return actions.enter_or_tell(opened).await;
            }
            match kept(&account).await {
                Ok(Some(context)) => actions.enter_account(account, context).await,
                Ok(None) => actions.ask_to_sign_in(None),
                Err(error) if error.is_without_keychain() => actions.ask_for_passphrase(),
                Err(error) => actions.ask_to_sign_in(Some(error)),
            }
        });
    }

    /// The ways in, with what stood in the way of the usual one.
    fn ask_to_sign_in(&self, problem: Option<Problem>) {
        let mut session = self.state.session;
        session.stage.set(SignInStage::Idle);
        session.problem.set(problem);
        session.gate.set(Gate::Welcome);
        self.look_for_command_line();
    }

    pub(super) fn ask_for_passphrase(&self) {
        let mut session = self.state.session;
        session.stage.set(SignInStage::Idle);
        match self.surroundings.key_file() {
            Some(there) => session.gate.set(Gate::Passphrase { new: !there }),
            None => session.gate.set(Gate::Welcome),
        }
    }

    /// Opens the key file with the typed passphrase, and goes on.
    pub fn unlock(&self) {
        let actions = self.clone();
        let mut session = self.state.session;
        if matches!(&*session.stage.peek(), SignInStage::Working(_)) {
            return;
        }
        let passphrase = session.passphrase.peek().clone();
        session.stage.set(SignInStage::Working("Opening the key file"));
        session.problem.set(None);
        spawn(async move {
            match actions.surroundings.unlock(passphrase).await {
                Ok(()) => {
                    let address = session.address.peek().clone();
                    actions.open_server(address);
                }
                Err(message) => {
                    session.stage.set(SignInStage::Idle);
                    session.problem.set(Some(message));
                }
            }
        });
    }

    /// Enters with a session that is kept.
    pub(super) async fn enter_account(&self, account: Account, context: Context) {
        let address = account.address();
        let mut way = self.way;
        way.set(Some(Start::Server(address.as_str().to_owned())));
        let opened = Opened {
            origin: address.host(),
            wanted: self.surroundings.wanted(address.as_str()),
            kind: SessionKind::Kept,
            account: Some(account.clone()),
            context,
            keep: Box::new(()),
        };
        self.enter_or_tell(Ok(opened)).await;
    }

    async fn enter_or_tell(&self, opened: Result<Opened, Problem>) {
        let entered = match opened {
            Ok(opened) => self.enter(opened).await,
            Err(message) => Err(message),
        };
        if let Err(message) = entered {
            let mut connection = self.state.place.connection;
            connection.set(Connection::Failed(message));
        }
    }

    async fn enter(&self, opened: Opened) -> Result<(), Problem> {
        let (mut place, mut store) = (self.state.place, self.state.session);
        place.origin.set(opened.origin);
        let interrupted = opened
            .context
            .journal
            .as_ref()
            .map_or(0, |journal| journal.interrupted());
        self.note_unfinished(&opened.context);
        place.interrupted.set(interrupted);
        let (mut device, mut declined) = (self.state.access.device, self.declined);
        device.set(OwnDevice::Unknown);
        declined.set(false);
        store.kind.set(opened.kind);
        let unjournaled = opened.context.journal.is_none()
            && opened.account.as_ref().is_some_and(Account::has_journals)
            && opened.kind == SessionKind::Kept;
        if unjournaled {
            self.tell(News::NoJournal);
        }
        self.set_session(Some(Session {
            context: Arc::new(opened.context),
            account: opened.account,
            _keep: Rc::from(opened.keep),
        }));
        place.checks.set(self.surroundings.checks(&self.server()));
        // After a session that had ended, what was open stays as it is, and what was asked for is done now.
        let was_open = *store.gate.peek() == Gate::Expired;
        store.reset();
        store.gate.set(Gate::Inside);
        let mut resume = self.resume;
        let again = resume.take();
        if was_open && place.environment.peek().is_some() {
            place.connection.set(Connection::Open);
            match again {
                Some(again) => again(),
                None => {
                    self.refresh_all();
                    return Ok(());
                }
            }
        } else {
            self.open_directory(opened.wanted).await?;
        }
        self.look_at_device();
        self.look_for_requests();
        Ok(())
    }

    /// The session has ended: sign in again, with everything kept as it is. `again` is done afterwards.
    pub(super) fn expire(&self, again: Option<Rc<dyn Fn()>>) {
        let mut session = self.state.session;
        let account = self.account();
        let Some(account) = account else { return };
        let (mut resume, mut declined) = (self.resume, self.declined);
        // Who said "not now" is asked again when something is wanted that needs a session.
        if *declined.peek() && again.is_none() {
            return;
        }
        declined.set(false);
        if again.is_some() {
            resume.set(again);
        }
        if *session.gate.peek() == Gate::Inside {
            session.reset();
            session.address.set(account.address().as_str().to_owned());
            session.gate.set(Gate::Expired);
        }
    }

    /// Goes on without a session: what is shown stays, and is not up to date.
    pub fn stay_signed_out(&self) {
        let mut session = self.state.session;
        let (mut resume, mut declined) = (self.resume, self.declined);
        resume.set(None);
        declined.set(true);
        session.reset();
        session.gate.set(Gate::Inside);
    }

    /// Whether this error means that the session has ended; then the sign-in is shown.
    pub(super) fn expired_by(&self, error: &Problem, again: Option<Rc<dyn Fn()>>) -> bool {
        let ended = error.call().is_some_and(|error| error.status() == Some(401)) && self.account().is_some();
        if ended {
            self.expire(again);
        }
        ended
    }

    /// Signs out. `anyway` forgets everything here although the server was not told.
    pub fn sign_out(&self, anyway: bool) {
        let actions = self.clone();
        let (Some(account), Some(context)) = (self.account(), self.context()) else {
            return;
        };
        let dialog = self.state.dialog;
        if dialog.operation.peek().is_running() || self.is_kept_by_a_run() {
            return;
        }
        spawn(async move {
            let work = move |_tell| async move {
                if anyway {
                    account.forget().await
                } else {
                    account.sign_out(&context).await
                }
            };
            if super::operate(dialog.operation, work).await.is_ok() {
                dialog.close();
                actions.leave();
                actions.tell(News::SignedOut);
            } else if !anyway {
                let mut open = dialog.open;
                open.set(Dialog::SignOut { failed: true });
            }
        });
    }

    /// Shows a page, and fetches what it is about.
    pub fn show(&self, page: Section) {
        let mut section = self.state.section;
        section.set(page);
        match page {
            // The emergency page looks by itself, also when the connection comes later.
            Section::Tokens | Section::Emergency => {}
            Section::Access => self.look_at_holders(),
            Section::Settings => self.look_at_device(),
        }
    }

    /// Closes what is open and shows the ways in. Nothing is forgotten.
    pub fn leave(&self) {
        if self.is_kept_by_a_run() {
            return;
        }
        self.set_session(None);
        let (mut place, mut tokens, mut access) = (self.state.place, self.state.tokens, self.state.access);
        place.connection.set(Connection::Opening);
        place.organizations.set(Vec::new());
        place.organization.set(None);
        place.projects.set(Vec::new());
        place.project.set(None);
        place.environments.set(Vec::new());
        place.environment.set(None);
        place.key.set(KeyState::Loading);
        place.unshared.set(None);
        place.interrupted.set(0);
        self.state.emergency.reset();
        tokens.entries.set(Load::Loading);
        tokens.replacements.set(Vec::new());
        tokens.stale.set(None);
        access.device.set(OwnDevice::Unknown);
        access.holders.set(Load::Loading);
        access.requests.set(Default::default());
        let mut section = self.state.section;
        section.set(Section::Tokens);
        self.surroundings.remember(None);
        self.welcome();
    }

    /// Another address was typed.
    pub fn address_typed(&self, address: String) {
        let mut session = self.state.session;
        session.address.set(address);
        session.problem.set(None);
        self.look_for_command_line();
    }

    /// Looks for a session of the Ghostable command line that the server accepts; tells nothing when there is none. The
    /// session is not tied to a server, so it is shown to the one that this run was started for, as the command line
    /// itself does, and never to one that was only typed.
    fn look_for_command_line(&self) {
        let actions = self.clone();
        let mut session = self.state.session;
        session.command_line.set(None);
        let mut found = self.command_line;
        found.set(None);
        let typed = session.address.peek().clone();
        if typed.trim() != self.surroundings.proposed_address() {
            return;
        }
        let Ok(account) = self.surroundings.account(&typed) else {
            return;
        };
        spawn(async move {
            let asked = account.clone();
            let looked = off_ui(async move { adopt::find(&asked).await }).await;
            if *session.address.peek() != typed {
                return;
            }
            match looked {
                Ok(Some(it)) if *session.gate.peek() == Gate::Welcome => {
                    session.command_line.set(Some(CommandLineOffer {
                        person: it.person.clone(),
                        can_share: it.can_share,
                    }));
                    let mut found = actions.command_line;
                    found.set(Some((account, it)));
                }
                Ok(_) => {}
                // No keychain, or a server that is not there: signing in will say so.
                Err(error) => tracing::info!(%error, "the command line's entries cannot be used"),
            }
        });
    }
}

/// The connection with the session that is kept, if one is.
pub(super) async fn kept(account: &Account) -> Result<Option<Context>, Problem> {
    let account = account.clone();
    off_ui(async move {
        match account.session().await? {
            Some(token) => account.context(&token).await.map(Some),
            None => Ok(None),
        }
    })
    .await
}
