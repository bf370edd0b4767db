//! The activity of the open project.

use std::sync::Arc;

use dioxus::prelude::*;

use super::Actions;
use crate::intent::ActivityIntent;
use crate::state::{Entries, Load, Operation};
use model::Step;

impl Actions {
    pub(super) fn on_activity(&self, intent: ActivityIntent) {
        match intent {
            ActivityIntent::Refresh => self.look_at_activity(),
            ActivityIntent::Older => self.look_further_back(),
        }
    }

    /// What was fetched may be of another project, and is about another environment's tokens.
    pub(super) fn forget_activity(&self) {
        let store = self.state.activity;
        let (mut entries, mut older, mut token) = (store.entries, store.older, store.token);
        self.asked.activity.begin();
        entries.set(Load::Loading);
        older.set(Operation::Idle);
        token.set(String::new());
    }

    /// Fetches the newest page. What is shown of the same project stays until it is there.
    pub(super) fn look_at_activity(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        let (mut entries, mut older) = (self.state.activity.entries, self.state.activity.older);
        older.set(Operation::Idle);
        if matches!(&*entries.peek(), Load::Failed(_)) {
            entries.set(Load::Loading);
        }
        let ticket = self.asked.activity.begin();
        spawn(async move {
            let (asked, project) = (Arc::clone(&context), place.project.clone());
            let work = async move { service::activity_page(&asked, &project, 1).await };
            let is_wanted = |it: &Self| it.asked.activity.is(ticket) && it.is_session(&context);
            match actions.fetch(is_wanted, work).await {
                None => {}
                Some(Ok(page)) => {
                    let mut fetched = Entries::default();
                    fetched.add(page);
                    entries.set(Load::Ready(fetched));
                }
                Some(Err(error)) if actions.expired_by(&error, None) => {}
                Some(Err(error)) => entries.set(Load::Failed(error)),
            }
        });
    }

    /// Fetches the next page. What is there stays, whatever comes of it.
    fn look_further_back(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        let (mut entries, mut older) = (self.state.activity.entries, self.state.activity.older);
        let next = match &*entries.peek() {
            Load::Ready(fetched) if fetched.has_more => fetched.pages.saturating_add(1),
            _ => return,
        };
        if older.peek().is_running() {
            return;
        }
        older.set(Operation::Running(Step::Check));
        let ticket = self.asked.activity.current();
        spawn(async move {
            let (asked, project) = (Arc::clone(&context), place.project.clone());
            let work = async move { service::activity_page(&asked, &project, next).await };
            let is_wanted = |it: &Self| it.asked.activity.is(ticket) && it.is_session(&context);
            match actions.fetch(is_wanted, work).await {
                None => {}
                Some(Ok(page)) => {
                    older.set(Operation::Idle);
                    if let Load::Ready(fetched) = &mut *entries.write() {
                        fetched.add(page);
                    }
                }
                Some(Err(error)) => {
                    actions.expired_by(&error, None);
                    older.set(Operation::Failed(error));
                }
            }
        });
    }
}
