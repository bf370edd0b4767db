//! Signing in: by the browser, by e-mail and password, or with what the Ghostable command line has.

use dioxus::core::Task;
use dioxus::prelude::*;

use super::entry::kept;
use super::{Actions, beside};
use crate::state::{Dialog, Gate, SignInStage};
use model::{MachineError, News, Problem, SignInWork, Waiting};
use protocol::secret::{AccessToken, SecretText};
use service::account::Account;
use service::adopt::{self, Handed};
use service::devices;
use service::sign_in::{
    self, BrowserOutcome, BrowserTicket, PasswordOutcome, SystemClock, start_browser, wait_for_browser,
};

impl Actions {
    /// Starts a sign-in at the typed address: by the browser, where the server offers that.
    pub(super) fn sign_in(&self) {
        let Some(account) = self.typed_account() else {
            return;
        };
        let again = *self.state.session.gate.peek() == Gate::Expired;
        self.attempt(SignInWork::AskServer, move |actions| async move {
            // The user may have left with a session that still lasts.
            if !again && let Ok(Some(context)) = kept(&account).await {
                actions.enter_account(account, context).await;
                return Ok(());
            }
            let probed = account.clone();
            let probe = beside(async move {
                // What cannot be kept is not asked for.
                probed.keychain().probe().await?;
                start_browser(&probed.sign_in()?).await
            });
            match probe.await {
                Ok(Some(ticket)) => actions.wait_for_person(account, ticket).await,
                Ok(None) => {
                    actions.show_password_form();
                    Ok(())
                }
                Err(error) if error.is_without_keychain() => {
                    actions.ask_for_passphrase();
                    Ok(())
                }
                Err(error) => Err(error),
            }
        });
    }

    /// Asks for e-mail address and password instead.
    pub(super) fn ask_for_password(&self) {
        self.cancel_sign_in();
        self.show_password_form();
    }

    fn show_password_form(&self) {
        let mut stage = self.state.session.stage;
        stage.set(SignInStage::Password {
            code: false,
            busy: false,
        });
    }

    /// Ends a sign-in that is under way.
    pub(super) fn cancel_sign_in(&self) {
        self.end_attempt();
        self.state.session.end_attempt();
    }

    /// Stops what tries to get in.
    pub(super) fn end_attempt(&self) {
        let mut attempt = self.entry.attempt;
        let running: Option<Task> = attempt.take();
        if let Some(task) = running {
            task.cancel();
        }
    }

    /// Opens the page of the sign-in under way once more.
    pub(super) fn open_sign_in_page(&self) {
        let mut stage = self.state.session.stage;
        let now = match &mut *stage.write() {
            SignInStage::Browser { page, opened, .. } => {
                *opened = self.platform.open_page(page).is_ok();
                *opened
            }
            _ => true,
        };
        if !now {
            self.tell(News::Trouble(MachineError::NoBrowser.into()));
        }
    }

    async fn wait_for_person(&self, account: Account, ticket: BrowserTicket) -> Result<(), Problem> {
        let mut stage = self.state.session.stage;
        let page = ticket.page().to_owned();
        let opened = self.platform.open_page(&page).is_ok();
        stage.set(SignInStage::Browser {
            page,
            opened,
            waiting: Waiting::ForPerson,
            expires_at: ticket.expires_at(),
        });
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let client = account.sign_in()?;
        // Not on another thread: cancelling this attempt has to end it.
        let listener = move |news| tell.send(news).unwrap_or_default();
        let wait = wait_for_browser(&client, &ticket, &SystemClock, &listener);
        tokio::pin!(wait);
        let outcome = loop {
            tokio::select! {
                Some(news) = told.recv() => {
                    if let SignInStage::Browser { waiting, .. } = &mut *stage.write() {
                        *waiting = news;
                    }
                }
                outcome = &mut wait => break outcome,
            }
        };
        match outcome {
            Ok(BrowserOutcome::SignedIn(token)) => self.signed_in(account, token).await,
            Ok(BrowserOutcome::Ended(end)) => Err(Problem::SignIn(end)),
            Err(error) => Err(error),
        }
    }

    /// Sends what was typed as e-mail address, password and code.
    pub(super) fn send_password(&self) {
        let (mut session, account) = (self.state.session, self.typed_account());
        let (with_code, busy) = match *session.stage.peek() {
            SignInStage::Password { code, busy } => (code, busy),
            _ => return,
        };
        let Some(account) = account.filter(|_| !busy) else {
            return;
        };
        let (email, password) = (session.email.peek().clone(), session.password.peek().clone());
        let code: Option<SecretText> = with_code.then(|| session.code.peek().clone());
        session.problem.set(None);
        session.stage.set(SignInStage::Password {
            code: with_code,
            busy: true,
        });
        let actions = self.clone();
        spawn(async move {
            let asked = account.clone();
            let answer = beside(async move {
                asked.keychain().probe().await?;
                sign_in::password(&asked.sign_in()?, &email, &password, code.as_ref()).await
            });
            let (code, problem) = match answer.await {
                Ok(PasswordOutcome::SignedIn(token)) => match actions.signed_in(account, token).await {
                    Ok(()) => return,
                    Err(message) => (with_code, Some(message)),
                },
                Ok(PasswordOutcome::CodeNeeded) => (true, None),
                Ok(PasswordOutcome::Refused { detail }) => {
                    session.refused(with_code);
                    (with_code, Some(Problem::PasswordRefused { detail, with_code }))
                }
                Err(error) if error.is_without_keychain() => return actions.ask_for_passphrase(),
                Err(error) => (with_code, Some(error)),
            };
            session.problem.set(problem);
            session.stage.set(SignInStage::Password { code, busy: false });
        });
    }

    /// Keeps the session and enters. A machine that is not linked yet is asked to.
    async fn signed_in(&self, account: Account, token: AccessToken) -> Result<(), Problem> {
        let kept = account.clone();
        let mut stage = self.state.session.stage;
        stage.set(SignInStage::Working(SignInWork::Keep));
        let context = beside(async move {
            kept.keep(&token).await?;
            kept.context(&token).await
        });
        let context = context.await?;
        let unlinked = context.device.is_none();
        let was_open = *self.state.session.gate.peek() == Gate::Expired;
        self.enter_account(account, context).await;
        if unlinked && !was_open {
            self.ask_to_link();
        }
        Ok(())
    }

    /// Goes on as the command line's user, with a new device that its device shares every key with.
    pub(super) fn continue_with_new_device(&self) {
        let Some((account, found)) = self.entry.command_line.peek().clone() else {
            return;
        };
        self.attempt(SignInWork::Link, move |actions| async move {
            let (for_work, name, platform) = (account.clone(), devices::default_name(), devices::platform());
            let done =
                beside(async move { adopt::with_new_device(&for_work, &found, &name, &platform).await });
            let (context, handed) = done.await?;
            actions.enter_account(account, context).await;
            actions.tell_handed(handed);
            Ok(())
        });
    }

    fn tell_handed(&self, handed: Result<Vec<Handed>, Problem>) {
        let handed = match handed {
            Ok(handed) => handed,
            Err(error) => return self.tell(News::LinkedWithoutKeys(error)),
        };
        let missing: Vec<String> = handed
            .iter()
            .filter(|it| it.outcome.is_err())
            .map(|it| match &it.environment {
                Some(environment) => format!("{} {environment}", it.project),
                None => it.project.clone(),
            })
            .collect();
        if !handed.is_empty() {
            self.tell(News::LinkedWithKeys { missing });
        }
    }

    /// Goes on as the command line's user and with its device.
    pub(super) fn continue_with_its_device(&self) {
        self.state.dialog.close();
        let Some((account, found)) = self.entry.command_line.peek().clone() else {
            return;
        };
        self.attempt(SignInWork::AdoptDevice, move |actions| async move {
            let for_work = account.clone();
            let done = beside(async move { adopt::with_its_device(&for_work, &found).await });
            let context = done.await?;
            actions.enter_account(account, context).await;
            Ok(())
        });
    }

    /// Asks before the command line's own device is used.
    pub(super) fn ask_for_its_device(&self) {
        self.state.dialog.show(Dialog::UseCommandLineDevice);
    }

    /// The account at the typed address, or the reason why there is none.
    fn typed_account(&self) -> Option<Account> {
        let mut session = self.state.session;
        match self.platform.account(&session.address.peek()) {
            Ok(account) => Some(account),
            Err(message) => {
                session.problem.set(Some(message));
                None
            }
        }
    }

    /// Runs one attempt to get in; another one ends it. Its failure is shown where it was begun.
    fn attempt<F: Future<Output = Result<(), Problem>> + 'static>(
        &self,
        what: SignInWork,
        work: impl FnOnce(Self) -> F + 'static,
    ) {
        let (actions, mut session) = (self.clone(), self.state.session);
        let mut attempt = self.entry.attempt;
        self.end_attempt();
        session.problem.set(None);
        session.stage.set(SignInStage::Working(what));
        let task = spawn(async move {
            if let Err(message) = work(actions).await {
                session.stage.set(SignInStage::Idle);
                session.problem.set(Some(message));
            }
        });
        attempt.set(Some(task));
    }

    /// Asks under which name this machine is to be linked.
    pub(super) fn ask_to_link(&self) {
        self.state.dialog.show(Dialog::LinkDevice {
            name: devices::default_name(),
        });
    }
}
