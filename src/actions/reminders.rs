//! What somebody is told by the system's notifications: nothing before they were allowed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use dioxus::prelude::*;

use super::Actions;
use crate::state::Load;
use model::{News, Preferences, Reminder};
use protocol::{DeployToken, KeyRequest, Moment, RequestId, TokenEntry};

/// So many tokens are told of one by one.
const ONE_BY_ONE: usize = 3;

/// What is known of who looks, and what was told.
#[derive(Default)]
pub(super) struct Reminding {
    /// Nobody looks at the window.
    is_away: Cell<bool>,
    /// The ends of tokens are being gone through.
    is_under_way: Cell<bool>,
    /// The requests for keys that were told.
    told: RefCell<BTreeSet<RequestId>>,
}

impl Reminding {
    pub(super) fn is_watched(&self) -> bool {
        !self.is_away.get()
    }
}

impl Actions {
    /// Whether somebody looks at the window.
    pub fn watched(&self, is: bool) {
        self.reminding.is_away.set(!is);
    }

    /// Takes over what was chosen of the window. Notifications are only on when one could be shown.
    pub(super) fn prefer(&self, wanted: Preferences) {
        let mut chosen = self.state.settings.chosen;
        let is_new = wanted.notifies && !chosen.peek().notifies;
        if !is_new {
            chosen.set(wanted);
            return self.platform.remember_preferences(wanted);
        }
        let words = text::reminder(&Reminder::Allowed);
        let (actions, showing) = (self.clone(), self.platform.notify(words.what, words.next));
        spawn(async move {
            match showing.await {
                Ok(()) => {
                    chosen.set(wanted);
                    actions.platform.remember_preferences(wanted);
                    actions.remind_of_ends();
                    actions.remind_of_keys();
                }
                Err(problem) => actions.tell(News::Trouble(problem)),
            }
        });
    }

    /// Tells it, where that is allowed. That it cannot be shown is no reason to stop.
    pub(super) fn remind(&self, reminder: &Reminder) {
        if !self.state.settings.chosen.peek().notifies {
            return;
        }
        let words = text::reminder(reminder);
        let showing = self.platform.notify(words.what, words.next);
        // The window may be closed meanwhile.
        drop(tokio::spawn(async move {
            if let Err(error) = showing.await {
                tracing::info!(%error, "somebody was not reminded");
            }
        }));
    }

    /// Tells of the tokens of the open environment that end soon: each once 14, 7 and 1 days before, also over several starts.
    pub(super) fn remind_of_ends(&self) {
        let is_allowed = self.state.settings.chosen.peek().notifies;
        if !is_allowed || self.reminding.is_under_way.replace(true) {
            return;
        }
        let (actions, tokens) = (self.clone(), self.active_tokens());
        spawn(async move {
            let told = actions.platform.told_ends().await;
            let mut due = Vec::new();
            for token in tokens {
                let left = token.end.known().map(|end| end.seconds_since(Moment::now()));
                let (before, now) = (told.get(&token.id).copied(), left.and_then(Reminder::due));
                match now {
                    None if before.is_some() => actions.platform.remember_told_end(token.id, None),
                    Some(days) if before.is_none_or(|before| days < before) => {
                        actions.platform.remember_told_end(token.id.clone(), Some(days));
                        due.push((token, days));
                    }
                    None | Some(_) => {}
                }
            }
            actions.reminding.is_under_way.set(false);
            actions.tell_ends(&due);
        });
    }

    fn tell_ends(&self, due: &[(DeployToken, u32)]) {
        let Some((first, _)) = due.first() else { return };
        let environment = first.environment_name.to_string();
        if due.len() > ONE_BY_ONE {
            let days = due.iter().map(|(_, days)| *days).max().unwrap_or_default();
            let count = due.len();
            return self.remind(&Reminder::TokensEnd {
                count,
                environment,
                days,
            });
        }
        for (token, days) in due {
            self.remind(&Reminder::TokenEnds {
                name: token.name.clone(),
                environment: environment.clone(),
                days: *days,
            });
        }
    }

    /// The tokens that may end before somebody does something about it.
    fn active_tokens(&self) -> Vec<DeployToken> {
        let tokens = self.state.tokens;
        match &*tokens.entries.peek() {
            Load::Ready(entries) => {
                let all = entries.iter().filter_map(TokenEntry::token);
                let wanted = all.filter(|it| it.may_be_active() && !tokens.is_being_replaced(it));
                wanted.cloned().collect()
            }
            Load::Loading | Load::Failed(_) => Vec::new(),
        }
    }

    /// Tells of those who wait for a key that this device can share: each request once.
    pub(super) fn remind_of_keys(&self) {
        if !self.state.settings.chosen.peek().notifies {
            return;
        }
        let requests = self.state.access.requests.peek();
        let mut told = self.reminding.told.borrow_mut();
        let is_new = |it: &&KeyRequest| told.insert(it.id.clone());
        let new: Vec<_> = requests.list.iter().filter(is_new).collect();
        if let Some(first) = new.first() {
            let device = first.device_label.clone();
            self.remind(&Reminder::KeysWanted {
                who: device.unwrap_or_else(|| first.device.to_string()),
                count: new.len(),
            });
        }
    }
}
