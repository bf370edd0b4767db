//! What happens on an event of the user: run a service, write its progress and result into the state. Each area of intents
//! has its part; what is common to them is here and in `run`.
//!
//! Services run on the runtime's own threads; only signals are written here, and no signal guard is held across an
//! await. What the outside world is (how to connect, where the clipboard is) is handed in by the composition root.

mod access;
mod activity;
mod audit;
mod bulk;
mod checklists;
mod clipboard;
mod device;
mod emergency;
mod entry;
mod export;
mod fresh;
mod grace;
mod interrupted;
mod issued;
mod keys;
mod lifecycle;
mod place;
mod platform;
mod program;
mod reminders;
mod replace;
mod run;
mod sending;
mod sheet;
mod sign_in;
mod tokens;
mod verify;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use dioxus::core::Task;
use dioxus::prelude::*;
use futures_util::future::{AbortHandle, LocalBoxFuture};

use crate::intent::Intent;
use crate::state::{AppState, Latest, Taken, change};
use model::{GivenLimits, News, Problem, Reminder};
use protocol::secret::SecretText;
use service::account::Account;
use service::adopt::CommandLineSession;
use service::{Context, Place};

use fresh::Freshness;
pub use grace::Newest;
use issued::Delivery;
pub use platform::{Choice, LOCAL, Location, Opened, Platform, Start};
use run::{Tell, beside, follow, on_disk, telling};

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
    fn copy(&self, text: String) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// Puts a secret into it, and asks that no history keeps it. When `limit` has passed, it is cleared as by
    /// [`Clipboard::clear`], without the window, which may be minimised, hidden or without its page by then; where that
    /// cannot be, as on a phone, the limit is only the window's to keep.
    fn copy_secret(
        &self,
        text: SecretText,
        limit: Option<Duration>,
    ) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// The text in it.
    fn paste(&self) -> LocalBoxFuture<'static, Result<SecretText, Problem>>;

    /// Clears it if it still holds the secret that was copied last. What its time has cleared before is told as cleared.
    fn clear(&self) -> LocalBoxFuture<'static, Result<Cleared, Problem>>;
}

/// What can be done once more.
type Again = Rc<dyn Fn()>;

/// All actions of a window; a handle.
#[derive(Clone)]
pub struct Actions {
    state: AppState,
    platform: Rc<dyn Platform>,
    clipboard: Rc<dyn Clipboard>,
    session: Signal<Option<Session>>,
    /// The same connection, for what goes on without the window.
    newest: Newest,
    /// Getting in.
    entry: Entry,
    /// What is done again.
    repeat: Repeat,
    /// What is fetched.
    asked: Asked,
    /// How up to date it is.
    fresh: Rc<Cell<Freshness>>,
    /// What the open sheet shows, beside its secrets.
    delivery: Rc<RefCell<Option<Delivery>>>,
    /// What the user has of closed sheets, by their names in the journal.
    taken: Rc<RefCell<BTreeMap<String, Taken>>>,
    /// What is being sent to destinations.
    sending: Rc<RefCell<sending::UnderWay>>,
    /// The look through everything that is under way.
    looking: Rc<RefCell<Option<AbortHandle>>>,
    /// What somebody is told who does not look.
    reminding: Rc<reminders::Reminding>,
}

/// How the window gets in.
#[derive(Clone, Copy)]
struct Entry {
    /// What is open, or was to be.
    point: Signal<Option<Start>>,
    /// The attempt to get in that is under way.
    attempt: Signal<Option<Task>>,
    /// What the command line has, and the only server that it is sent to.
    command_line: Signal<Option<(Account, CommandLineSession)>>,
}

/// What the user has asked for and may have to ask for again.
#[derive(Clone, Copy)]
struct Repeat {
    /// What was asked for last.
    last: Signal<Option<Again>>,
    /// What is done after the user has signed in again.
    resume: Signal<Option<Again>>,
    /// The user did not want to sign in again.
    declined: Signal<bool>,
}

/// What was asked of a server: a late answer for an earlier question is not shown.
#[derive(Clone, Copy)]
struct Asked {
    /// The workspace or server to open.
    entry: Latest,
    /// The place to open.
    place: Latest,
    /// The list of tokens.
    list: Latest,
    /// The activity of the open project.
    activity: Latest,
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
        platform: Rc<dyn Platform>,
        clipboard: Rc<dyn Clipboard>,
        given: GivenLimits,
        newest: Newest,
    ) -> Self {
        let mut rules = state.settings.given;
        rules.set(given);
        Self {
            state,
            platform,
            clipboard,
            session: Signal::new(None),
            newest,
            entry: Entry {
                point: Signal::new(None),
                attempt: Signal::new(None),
                command_line: Signal::new(None),
            },
            repeat: Repeat {
                last: Signal::new(None),
                resume: Signal::new(None),
                declined: Signal::new(false),
            },
            asked: Asked {
                entry: Latest::make(),
                place: Latest::make(),
                list: Latest::make(),
                activity: Latest::make(),
                waiting: Signal::new(false),
            },
            fresh: Rc::default(),
            delivery: Rc::default(),
            taken: Rc::default(),
            sending: Rc::default(),
            looking: Rc::default(),
            reminding: Rc::default(),
        }
    }

    /// Does what the user wants.
    pub fn carry_out(&self, intent: Intent) {
        if intent.can_be_repeated() {
            let (actions, again) = (self.clone(), intent.clone());
            let mut last = self.repeat.last;
            last.set(Some(Rc::new(move || actions.carry_out(again.clone()))));
        }
        match intent {
            Intent::Session(intent) => self.in_session(intent),
            Intent::Place(intent) => self.in_place(intent),
            Intent::Token(intent) => self.on_tokens(intent),
            Intent::Sheet(intent) => self.on_sheet(intent),
            Intent::Access(intent) => self.on_access(intent),
            Intent::Activity(intent) => self.on_activity(intent),
            Intent::Audit(intent) => self.on_audit(intent),
            Intent::Emergency(intent) => self.in_emergency(intent),
            Intent::Checklist(intent) => self.on_checklists(intent),
            Intent::Program(intent) => self.in_program(intent),
        }
    }

    /// What was asked for last, where it can be done again when the session has ended.
    fn last_intent(&self) -> Option<Again> {
        self.repeat.last.peek().clone()
    }

    fn account(&self) -> Option<Account> {
        self.session.peek().as_ref()?.account.clone()
    }

    fn set_session(&self, session: Option<Session>) {
        self.newest
            .set(session.as_ref().map(|session| Arc::clone(&session.context)));
        let mut current = self.session;
        current.set(session);
        self.watch_pauses();
    }

    /// Shows until when requests wait, as long as this connection is the window's.
    fn watch_pauses(&self) {
        let (actions, connection) = (self.clone(), self.connection());
        let Some(mut waiting) = self.context().map(|context| context.waiting()) else {
            return;
        };
        let shown = self.state.session.pause;
        spawn(async move {
            loop {
                let pause = *waiting.borrow_and_update();
                if !connection.upgrade().is_some_and(|it| actions.is_session(&it)) {
                    break;
                }
                change(shown, pause);
                if waiting.changed().await.is_err() {
                    break;
                }
            }
        });
    }

    /// The connection of the window, to see whether anything still holds it after the window was left.
    pub fn connection(&self) -> Weak<Context> {
        self.context().as_ref().map(Arc::downgrade).unwrap_or_default()
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
        if let Some(reminder) = Reminder::of(&news).filter(|_| !self.reminding.is_watched()) {
            self.remind(&reminder);
        }
        self.state.toasts.push(news);
    }
}
