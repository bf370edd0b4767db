//! What is shown is kept up to date by itself: when somebody comes back to the window, from time to time while it can be
//! seen, and when another program on this machine has worked in the same journal.
//!
//! One request at a time is under way for it, none while the window is hidden or the server takes no more calls, and where a
//! server does not answer the pauses grow.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::{Duration, Instant, SystemTime};

use dioxus::prelude::*;

use super::{Actions, on_disk};
use crate::state::{Connection, Gate, Load, Section, SessionKind};
use protocol::Moment;

/// For so long the list counts as up to date while nothing is waited for.
const RELAXED: Duration = Duration::from_secs(60);
/// The same while a token is being replaced: whether CI uses its successor is what somebody waits for.
const WAITING: Duration = Duration::from_secs(15);
/// The same for the local workspace, which limits nobody. What commands do beside the window is seen in the journal, at once.
const LOCAL: Duration = Duration::from_secs(30);
/// The same for somebody who comes back to the window.
const RETURNED: Duration = Duration::from_secs(2);
/// Pauses while the server does not answer; the last one stays.
const PAUSES: [u64; 4] = [5, 10, 20, 40];

/// How up to date the window is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Freshness {
    /// When the list was asked for last.
    list: Option<Instant>,
    /// It was not answered yet.
    is_under_way: bool,
    /// So many answers in a row were none.
    failed: usize,
    /// When requests for keys, and what the open page is about, were asked for last.
    rest: Option<Instant>,
    /// What could not be opened is being opened again, without anybody having asked for it.
    is_reopening: bool,
    /// When the journal had changed last before the list was asked for.
    journal: Option<SystemTime>,
}

impl Freshness {
    /// Whether it is time to ask for the list again, where an answer counts as up to date for so long.
    fn is_due(&self, now: Instant, fresh: Duration) -> bool {
        let pause = match self.failed.checked_sub(1) {
            None => fresh,
            Some(before) => {
                let growing = PAUSES.get(before).copied().map(Duration::from_secs);
                growing.unwrap_or(RELAXED)
            }
        };
        !self.is_under_way && has_passed(self.list, now, pause)
    }
}

fn has_passed(since: Option<Instant>, now: Instant, time: Duration) -> bool {
    since.is_none_or(|since| now.saturating_duration_since(since) >= time)
}

impl Actions {
    /// Looks whether anything that is shown should be asked for again; call it every few seconds while the window can be seen.
    pub fn keep_fresh(&self, now: Instant) {
        let fresh = self.time_of_freshness();
        if self.may_look() && self.fresh.get().is_due(now, fresh) {
            self.look_again(now);
        } else {
            self.look_at_journal();
        }
    }

    /// Somebody has come back to the window.
    pub fn returned(&self, now: Instant) {
        if self.may_look() && self.fresh.get().is_due(now, RETURNED) {
            self.look_again(now);
        }
    }

    /// Something is being opened: said, unless it is tried again and again and what could not be opened is still shown.
    pub(super) fn say_opening(&self) {
        if !self.fresh.get().is_reopening {
            let mut connection = self.state.place.connection;
            connection.set(Connection::Opening);
        }
    }

    /// Forgets how up to date it was: something else is open.
    pub(super) fn forget_freshness(&self) {
        self.fresh.take();
    }

    fn note(&self, change: impl FnOnce(&mut Freshness)) {
        let mut fresh = self.fresh.get();
        change(&mut fresh);
        self.fresh.set(fresh);
    }

    /// The list is being asked for.
    pub(super) fn note_asked(&self) {
        let journal = self.context().and_then(|it| it.journal.clone());
        self.note(|it| {
            it.list = Some(Instant::now());
            it.is_under_way = true;
        });
        let actions = self.clone();
        spawn(async move {
            let changed = on_disk(move || journal.and_then(|it| it.changed())).await;
            actions.note(|it| it.journal = changed.ok().flatten());
        });
    }

    /// The list was answered, or could not be had.
    pub(super) fn note_answered(&self, is_there: bool) {
        let before = self.fresh.get();
        self.note(|it| {
            it.is_under_way = false;
            it.is_reopening = false;
            it.failed = if is_there {
                0
            } else {
                before.failed.saturating_add(1)
            };
        });
        if !is_there {
            return self.note(|it| it.list = Some(Instant::now()));
        }
        let mut listed_at = self.state.tokens.listed_at;
        listed_at.set(Some(Moment::now()));
        let mut clock_ahead = self.state.tokens.clock_ahead;
        clock_ahead.set(self.context().and_then(|it| it.clock_ahead()));
        if before.failed > 0 {
            // The server is back: what else it did not answer is asked for once more.
            self.look_at_key();
            self.look_at_device();
        }
    }

    fn time_of_freshness(&self) -> Duration {
        if *self.state.session.kind.peek() == SessionKind::Local {
            LOCAL
        } else if self.state.tokens.replacements.peek().is_empty() {
            RELAXED
        } else {
            WAITING
        }
    }

    /// Nothing is asked for beside what the user does: not before a session is there, not while the server takes no more
    /// calls, and not while something runs that asks by itself.
    fn may_look(&self) -> bool {
        let state = self.state;
        let is_open = match &*state.place.connection.peek() {
            Connection::Opening => false,
            Connection::Open => self.here().is_some() && !state.tokens.are_hidden(),
            Connection::Failed(problem) => problem.may_pass(),
        };
        is_open
            && state.settings.chosen.peek().refreshes
            && *state.session.gate.peek() == Gate::Inside
            && state.session.pause.peek().is_none()
            && !*self.repeat.declined.peek()
            && !state.dialog.operation.peek().is_running()
            && !state.emergency.is_running()
            && !state.audit.is_running()
    }

    fn look_again(&self, now: Instant) {
        if matches!(&*self.state.place.connection.peek(), Connection::Failed(_)) {
            self.note(|it| {
                it.is_under_way = true;
                it.is_reopening = true;
            });
            return self.reopen();
        }
        self.fetch_list();
        if has_passed(self.fresh.get().rest, now, RELAXED) {
            self.note(|it| it.rest = Some(now));
            self.look_for_requests();
            self.look_at_page_again();
        }
    }

    /// Older entries of the activity that somebody has asked for stay where they are.
    fn look_at_page_again(&self) {
        let has_older = match &*self.state.activity.entries.peek() {
            Load::Ready(entries) => entries.pages > 1,
            Load::Loading | Load::Failed(_) => false,
        };
        if *self.state.section.peek() != Section::Activity || !has_older {
            self.look_at_page();
        }
    }

    /// Asks for the list when another program has worked in the journal of what is open.
    fn look_at_journal(&self) {
        let actions = self.clone();
        let Some(journal) = self.context().and_then(|it| it.journal.clone()) else {
            return;
        };
        spawn(async move {
            let Ok(changed) = on_disk(move || journal.changed()).await else {
                return;
            };
            let known = actions.fresh.get();
            let is_news = known.list.is_some() && known.journal != changed;
            if is_news && !known.is_under_way && actions.may_look() && known.failed == 0 {
                actions.fetch_list();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_due_when_its_time_has_passed() {
        let now = Instant::now();
        let asked = |failed, is_under_way| Freshness {
            list: Some(now),
            failed,
            is_under_way,
            ..Freshness::default()
        };
        let after = |seconds| now + Duration::from_secs(seconds);
        assert!(Freshness::default().is_due(now, RELAXED));
        assert!(!asked(0, false).is_due(after(59), RELAXED));
        assert!(asked(0, false).is_due(after(60), RELAXED));
        assert!(!asked(0, true).is_due(after(600), RELAXED));
        let pauses = |failed| (0..=60).find(|it| asked(failed, false).is_due(after(*it), LOCAL));
        let all: Vec<_> = (1..=6).map(pauses).collect();
        assert_eq!(all, [5, 10, 20, 40, 60, 60].map(Some));
    }
}
