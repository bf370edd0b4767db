//! Getting in and out: the local workspace, a server with a session, the ways in, signing out.

use std::rc::Rc;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, LOCAL, Opened, Repeat, Session, Start, beside, follow, on_disk};
use crate::intent::SessionIntent;
use crate::state::{CommandLineOffer, Connection, Dialog, Gate, OwnDevice, SessionKind, SignInStage, change};
use model::{CallError, News, Problem, SignInWork};
use protocol::secret::can_lock;
use service::account::Account;
use service::{Context, adopt, revocation};

impl Actions {
    pub(super) fn in_session(&self, intent: SessionIntent) {
        match intent {
            SessionIntent::OpenLocal => self.open_local(),
            SessionIntent::OpenServer(address) => self.open_server(address),
            SessionIntent::AddressTyped(address) => self.address_typed(address),
            SessionIntent::SignIn => self.sign_in(),
            SessionIntent::OpenSignInPage => self.open_sign_in_page(),
            SessionIntent::AskForPassword => self.ask_for_password(),
            SessionIntent::SendPassword => self.send_password(),
            SessionIntent::CancelSignIn => self.cancel_sign_in(),
            SessionIntent::StaySignedOut => self.stay_signed_out(),
            SessionIntent::ContinueWithNewDevice => self.continue_with_new_device(),
            SessionIntent::AskForItsDevice => self.ask_for_its_device(),
            SessionIntent::ContinueWithItsDevice => self.continue_with_its_device(),
            SessionIntent::Unlock => self.unlock(),
            SessionIntent::SignOut { anyway } => self.sign_out(anyway),
            SessionIntent::Leave => self.leave(),
            SessionIntent::SwitchTo(address) => self.switch_to(address),
            SessionIntent::UseKeyFile => self.ask_for_passphrase(),
        }
    }

    /// Reads what was chosen of the window.
    fn look_for_preferences(&self) {
        let mut settings = self.state.settings;
        settings.can_notify.set(self.platform.can_notify());
        let reading = self.platform.preferences();
        spawn(async move { change(settings.chosen, reading.await) });
    }

    /// Opens what the start says.
    pub fn open(&self) {
        self.look_for_preferences();
        let mut session = self.state.session;
        session.has_local.set(self.platform.has_local());
        if let Some(problem) = self.platform.remark() {
            self.tell(News::Trouble(problem));
        }
        let mut folder = self.state.about.folder;
        folder.set(self.platform.data_folder().map(|it| it.display().to_string()));
        let mut unlocked = self.state.about.unlocked;
        unlocked.set(can_lock().err().map(|it| it.to_string()));
        let (actions, ticket) = (self.clone(), self.asked.entry.begin());
        spawn(async move {
            let start = actions.platform.start().await;
            if actions.asked.entry.is(ticket) {
                match start {
                    Start::Local => actions.open_local(),
                    Start::Server(address) => actions.open_server(address),
                    Start::Welcome => actions.welcome(),
                }
            }
        });
    }

    /// Tries again what did not open.
    pub(super) fn reopen(&self) {
        let point = self.entry.point.peek().clone();
        match point {
            Some(Start::Local) => self.open_local(),
            Some(Start::Server(address)) => self.open_server(address),
            Some(Start::Welcome) | None => self.open(),
        }
    }

    /// Shows the ways in.
    fn welcome(&self) {
        let mut session = self.state.session;
        session.end_attempt();
        session.address.set(self.platform.proposed_address());
        session.gate.set(Gate::Welcome);
        self.look_for_command_line();
        self.look_for_known_servers();
    }

    /// The ways back to where the user was before.
    pub(super) fn look_for_known_servers(&self) {
        let (known, servers) = (self.state.session.known, self.platform.known());
        spawn(async move { change(known, servers.await) });
    }

    /// Opens the local workspace.
    fn open_local(&self) {
        let actions = self.clone();
        self.state.session.end_attempt();
        let (mut gate, mut point) = (self.state.session.gate, self.entry.point);
        gate.set(Gate::Inside);
        point.set(Some(Start::Local));
        let ticket = self.asked.entry.begin();
        spawn(async move {
            actions.say_opening();
            let opened = actions.platform.open_local().await;
            // The user may have left meanwhile.
            if actions.asked.entry.is(ticket) {
                actions.enter_or_tell(opened).await;
            }
        });
    }

    /// Opens a server, with the session that is kept for it, or asks to sign in.
    pub(super) fn open_server(&self, address: String) {
        let actions = self.clone();
        let mut session = self.state.session;
        session.end_attempt();
        session.address.set(address.clone());
        session.gate.set(Gate::Inside);
        let mut point = self.entry.point;
        point.set(Some(Start::Server(address.clone())));
        let ticket = self.asked.entry.begin();
        spawn(async move {
            actions.say_opening();
            let account = match actions.platform.account(&address) {
                Ok(account) => account,
                Err(message) => return actions.ask_to_sign_in(Some(message)),
            };
            if let Some(token) = actions.platform.given_token(&account) {
                let opened = actions.platform.open_given(account, token).await;
                if actions.asked.entry.is(ticket) {
                    actions.enter_or_tell(opened).await;
                }
                return;
            }
            let kept = kept(&account).await;
            if !actions.asked.entry.is(ticket) {
                return;
            }
            match kept {
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
        match self.platform.key_file() {
            Some(there) => session.gate.set(Gate::Passphrase { new: !there }),
            None => session.gate.set(Gate::Welcome),
        }
    }

    /// Opens the key file with the typed passphrase, and goes on.
    fn unlock(&self) {
        let actions = self.clone();
        let mut session = self.state.session;
        if matches!(&*session.stage.peek(), SignInStage::Working(_)) {
            return;
        }
        let passphrase = session.passphrase.peek().clone();
        session.stage.set(SignInStage::Working(SignInWork::OpenKeyFile));
        session.problem.set(None);
        spawn(async move {
            match actions.platform.unlock(passphrase).await {
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
        let mut point = self.entry.point;
        point.set(Some(Start::Server(account.address().to_owned())));
        let opened = Opened {
            origin: account.host(),
            wanted: self.platform.wanted(account.address()).await,
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
            change(self.state.place.connection, Connection::Failed(message));
            self.note_answered(false);
        }
    }

    async fn enter(&self, opened: Opened) -> Result<(), Problem> {
        let (mut place, mut store) = (self.state.place, self.state.session);
        let context = Arc::new(opened.context);
        let here = Arc::clone(&context);
        let look = move || {
            if let Some(Err(error)) = here.journal.as_ref().map(|journal| journal.tidy()) {
                tracing::warn!(%error, "the journal could not be tidied");
            }
            let interrupted = here
                .journal
                .as_ref()
                .map_or_else(Vec::new, |journal| journal.interrupted());
            (interrupted, revocation::unfinished(&here))
        };
        let (interrupted, found) = on_disk(look).await?;
        let account = opened.account.as_ref();
        let server = account.map_or(LOCAL, |account| account.address());
        let checks = self.platform.checks(server).await;
        let mut lifetime = self.state.tokens.lifetime;
        lifetime.set(self.platform.lifetime().await);
        let mut format = self.state.sheet.format;
        format.set(self.platform.format().await);
        let mut can_save = self.state.sheet.can_save;
        can_save.set(self.platform.report_folder().is_some());
        let mut key_file = self.state.settings.key_file;
        key_file.set(self.platform.key_file_in_use());
        let mut can_send = self.state.sheet.can_send;
        can_send.set(self.platform.can_send());
        let mut unfinished = self.state.emergency.unfinished;
        unfinished.set(found);
        place.interrupted.set(interrupted);
        place.origin.set(opened.origin);
        let (mut device, mut declined) = (self.state.access.device, self.repeat.declined);
        device.set(OwnDevice::Unknown);
        declined.set(false);
        store.kind.set(opened.kind);
        let unjournaled = context.journal.is_none()
            && opened.account.as_ref().is_some_and(Account::has_journals)
            && opened.kind == SessionKind::Kept;
        if unjournaled {
            self.tell(News::NoJournal);
        }
        self.set_session(Some(Session {
            context,
            account: opened.account,
            _keep: Rc::from(opened.keep),
        }));
        place.checks.set(checks);
        // After a session that had ended, what was open stays as it is, and what was asked for is done now.
        let was_open = *store.gate.peek() == Gate::Expired;
        store.end_attempt();
        store.gate.set(Gate::Inside);
        let mut resume = self.repeat.resume;
        let again = resume.take();
        if was_open && place.environment.peek().is_some() {
            place.connection.set(Connection::Open);
            // It may be somebody else's session.
            self.look_at_membership();
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
        let (mut resume, mut declined) = (self.repeat.resume, self.repeat.declined);
        // Who said "not now" is asked again when something is wanted that needs a session.
        if *declined.peek() && again.is_none() {
            return;
        }
        declined.set(false);
        if again.is_some() {
            resume.set(again);
        }
        if *session.gate.peek() == Gate::Inside {
            session.end_attempt();
            session.address.set(account.address().to_owned());
            session.gate.set(Gate::Expired);
        }
    }

    /// Goes on without a session: what is shown stays, and is not up to date.
    fn stay_signed_out(&self) {
        let mut session = self.state.session;
        let (mut resume, mut declined) = (self.repeat.resume, self.repeat.declined);
        resume.set(None);
        declined.set(true);
        session.end_attempt();
        session.gate.set(Gate::Inside);
    }

    /// Whether this error means that the session has ended; then the sign-in is shown.
    pub(super) fn expired_by(&self, error: &Problem, again: Option<Rc<dyn Fn()>>) -> bool {
        let ended = error.call().is_some_and(CallError::needs_sign_in) && self.account().is_some();
        if ended {
            self.expire(again);
        }
        ended
    }

    /// Signs out. `anyway` forgets everything here although the server was not told.
    fn sign_out(&self, anyway: bool) {
        let actions = self.clone();
        let (Some(account), Some(context)) = (self.account(), self.context()) else {
            return;
        };
        let dialog = self.state.dialog;
        if dialog.operation.peek().is_running() || self.is_kept_by_a_run() {
            return;
        }
        spawn(async move {
            let server = actions.server();
            let work = move |_tell| async move {
                if anyway {
                    account.forget().await
                } else {
                    account.sign_out(&context).await
                }
            };
            if follow(dialog.operation, work).await.is_ok() {
                dialog.close();
                actions.platform.remember_person(&server, None);
                actions.leave();
                actions.tell(News::SignedOut);
            } else if !anyway {
                let mut open = dialog.open;
                open.set(Dialog::SignOut { failed: true });
            }
        });
    }

    /// Closes what is open and shows the ways in. What waits in the background for this server ends.
    fn leave(&self) {
        if self.is_kept_by_a_run() {
            return;
        }
        self.end_attempt();
        self.set_session(None);
        self.asked.entry.begin();
        let Repeat {
            mut last,
            mut resume,
            mut declined,
        } = self.repeat;
        last.set(None);
        resume.set(None);
        declined.set(false);
        // What a sheet would still show stays in the journal.
        drop(self.delivery.take());
        self.stop_looking();
        self.state.reset();
        self.forget_freshness();
        self.platform.remember(None);
        self.welcome();
    }

    /// Closes what is open and opens another server.
    fn switch_to(&self, address: String) {
        self.leave();
        // While tokens are being revoked nothing is left.
        if self.session.peek().is_none() {
            self.open_server(address);
        }
    }

    /// Another address was typed.
    fn address_typed(&self, address: String) {
        let mut session = self.state.session;
        change(session.wrong_address, self.platform.account(&address).err());
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
        let mut found = self.entry.command_line;
        found.set(None);
        let typed = session.address.peek().clone();
        if typed.trim() != self.platform.proposed_address() {
            return;
        }
        let Ok(account) = self.platform.account(&typed) else {
            return;
        };
        spawn(async move {
            let asked = account.clone();
            let looked = beside(async move { adopt::find(&asked).await }).await;
            if *session.address.peek() != typed {
                return;
            }
            match looked {
                Ok(Some(it)) if *session.gate.peek() == Gate::Welcome => {
                    session.command_line.set(Some(CommandLineOffer {
                        person: it.person.clone(),
                        can_share: it.can_share,
                    }));
                    let mut found = actions.entry.command_line;
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
    beside(async move {
        match account.session().await? {
            Some(token) => account.context(&token).await.map(Some),
            None => Ok(None),
        }
    })
    .await
}
