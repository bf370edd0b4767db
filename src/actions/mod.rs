//! What happens on an event of the user: run a service, write its progress and result into the state.
//!
//! Services run on the runtime's own threads; only signals are written here, and no signal guard is held across an
//! await. What the outside world is (how to connect, where the clipboard is) is handed in by the composition root.

mod about;
mod access;
mod clipboard;
mod device;
mod emergency;
mod entry;
mod grace;
mod interrupted;
mod issued;
mod lifecycle;
mod place;
mod replace;
mod sheet;
mod sign_in;
mod surroundings;
mod tokens;
mod verify;

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use dioxus::core::Task;
use dioxus::prelude::*;

use crate::state::{AppState, Operation};
use model::{News, Problem, SecretLimits, Step};
use protocol::secret::SecretText;
use service::account::Account;
use service::adopt::CommandLineSession;
use service::{Context, Place};

pub use grace::Newest;
use issued::Handing;
pub use surroundings::{Eventually, LOCAL, Opened, Spot, Start, Surroundings};

/// Told at each step, from another thread.
type Tell = Box<dyn Fn(Step) + Send + Sync>;

/// How long a notice stays.
const TOAST_SECONDS: u64 = 6;

/// What clearing the clipboard has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// It held our secret and was seen not to hold it any more.
    Ours,
    /// It held something else, which was left alone.
    NotOurs,
}

/// The system's clipboard, which may have to wait for another program. Errors say what did not happen and what to do.
pub trait Clipboard {
    /// Puts a public text into it.
    fn copy(&self, text: String) -> Eventually<()>;

    /// Puts a secret into it, and asks that no history keeps it. When `limit` has passed, it is cleared as by
    /// [`Clipboard::clear`], without the window, which may be minimised, hidden or without its page by then; where that
    /// cannot be, as on a phone, the limit is only the window's to keep.
    fn copy_secret(&self, text: SecretText, limit: Option<Duration>) -> Eventually<()>;

    /// The text in it.
    fn paste(&self) -> Eventually<SecretText>;

    /// Clears it if it still holds the secret that was copied last. What its time has cleared before is told as cleared.
    fn clear(&self) -> Eventually<Cleared>;
}

/// What can be done once more.
type Again = Rc<dyn Fn()>;

/// All actions of a window; a handle.
#[derive(Clone)]
pub struct Actions {
    state: AppState,
    surroundings: Rc<dyn Surroundings>,
    clipboard: Rc<dyn Clipboard>,
    limits: SecretLimits,
    session: Signal<Option<Session>>,
    /// The same connection, for what goes on without the window.
    newest: Newest,
    /// What is open, or was to be.
    way: Signal<Option<Start>>,
    /// What the open sheet shows, beside its secrets.
    handing: Rc<RefCell<Option<Handing>>>,
    /// The attempt to get in that is under way.
    attempt: Signal<Option<Task>>,
    /// What the command line has, and the only server that it is sent to.
    command_line: Signal<Option<(Account, CommandLineSession)>>,
    /// What the user asked for last.
    wish: Signal<Option<Again>>,
    /// What is done after the user has signed in again.
    resume: Signal<Option<Again>>,
    /// The user did not want to sign in again.
    declined: Signal<bool>,
    /// Counts the places that were asked for: a late answer for an earlier one is not shown.
    turn: Signal<u64>,
    /// Whether a task looks again and again for the open environment's key.
    waiting: Signal<bool>,
}

#[derive(Clone)]
struct Session {
    context: Arc<Context>,
    account: Option<Account>,
    _keep: Rc<dyn Any>,
}

impl Actions {
    /// Actions on these stores; call in the root component, whose scope runs them.
    pub fn make(
        state: AppState,
        surroundings: Rc<dyn Surroundings>,
        clipboard: Rc<dyn Clipboard>,
        limits: SecretLimits,
        newest: Newest,
    ) -> Self {
        Self {
            state,
            surroundings,
            clipboard,
            limits,
            session: Signal::new(None),
            newest,
            way: Signal::new(None),
            handing: Rc::default(),
            attempt: Signal::new(None),
            command_line: Signal::new(None),
            wish: Signal::new(None),
            resume: Signal::new(None),
            declined: Signal::new(false),
            turn: Signal::new(0),
            waiting: Signal::new(false),
        }
    }

    /// Notes what the user asks for, to do it again when the session has ended meanwhile.
    pub fn note_wish(&self, again: Again) {
        let mut wish = self.wish;
        wish.set(Some(again));
    }

    fn wish(&self) -> Option<Again> {
        self.wish.peek().clone()
    }

    fn account(&self) -> Option<Account> {
        self.session.peek().as_ref()?.account.clone()
    }

    fn set_session(&self, session: Option<Session>) {
        self.newest
            .set(session.as_ref().map(|session| Arc::clone(&session.context)));
        let mut current = self.session;
        current.set(session);
    }

    /// Whether this is still the connection of the window.
    fn is_session(&self, context: &Arc<Context>) -> bool {
        self.context().is_some_and(|now| Arc::ptr_eq(&now, context))
    }

    fn context(&self) -> Option<Arc<Context>> {
        self.session
            .peek()
            .as_ref()
            .map(|session| Arc::clone(&session.context))
    }

    /// Context and place, once both are there.
    fn here(&self) -> Option<(Arc<Context>, Place)> {
        let project = self.state.place.project.peek().as_ref()?.id.clone();
        let environment = self.state.place.environment.peek().clone()?;
        Some((self.context()?, Place { project, environment }))
    }

    /// Whether the window still shows this place.
    fn is_here(&self, place: &Place) -> bool {
        self.here().is_some_and(|(_, here)| here == *place)
    }

    fn tell(&self, news: News) {
        let toasts = self.state.toasts;
        let id = toasts.push(news);
        spawn(async move {
            tokio::time::sleep(Duration::from_secs(TOAST_SECONDS)).await;
            toasts.dismiss(id);
        });
    }
}

/// Runs a service on the runtime's threads, so that the window stays responsive and closing a dialog stops nothing.
async fn off_ui<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or(Err(Problem::Stopped))
}

/// Runs a service, writes each step into `operation`, and its failure too.
async fn operate<T, F, W>(mut operation: Signal<Operation>, work: W) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
    W: FnOnce(Tell) -> F,
{
    let (tell, mut steps) = tokio::sync::mpsc::unbounded_channel();
    operation.set(Operation::Running(Step::Check));
    // A window that is gone does not need to be told.
    let progress = Box::new(move |step| {
        tell.send(step).unwrap_or_default();
    });
    let mut work = tokio::spawn(work(progress));
    let result = loop {
        tokio::select! {
            Some(step) = steps.recv() => operation.set(Operation::Running(step)),
            done = &mut work => break done.unwrap_or(Err(Problem::Stopped)),
        }
    };
    match &result {
        Ok(_) => operation.set(Operation::Idle),
        Err(error) => {
            tracing::warn!(%error, "an operation failed");
            operation.set(Operation::Failed(error.clone()));
        }
    }
    result
}

impl Actions {
    /// As [`operate`]; when the session has ended, the user signs in again and what was asked for is done then.
    async fn operate<T, F, W>(&self, operation: Signal<Operation>, work: W) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
        W: FnOnce(Tell) -> F,
    {
        // Another wish may come meanwhile.
        let again = self.wish();
        match operate(operation, work).await {
            Ok(value) => Some(value),
            Err(error) => {
                // What may have been done is not done once more: the journal knows about it.
                let again = again.filter(|_| !matches!(error, Problem::Uncertain(_)));
                self.expired_by(&error, again);
                None
            }
        }
    }
}
