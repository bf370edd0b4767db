//! The list of tokens.

use dioxus::prelude::*;

use super::{Actions, off_ui};
use crate::messages;
use crate::service;
use crate::state::{Load, Section};

impl Actions {
    /// Fetches the list again. What is shown stays until the new list is there; if it does not come, the old one is
    /// marked as stale.
    pub fn refresh(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        spawn(async move {
            let here = place.clone();
            let mut tokens = actions.state.tokens;
            tokens.refreshing.set(true);
            let listed = off_ui(async move { service::list(&context, &place).await }).await;
            if !actions.is_here(&here) {
                return;
            }
            tokens.refreshing.set(false);
            match listed {
                Ok(entries) => {
                    tokens.entries.set(Load::Ready(entries));
                    tokens.stale.set(None);
                }
                Err(error) => {
                    actions.expired_by(&error, None);
                    let message = messages::service(&error);
                    let shown = matches!(&*tokens.entries.peek(), Load::Ready(_));
                    if shown {
                        tokens.stale.set(Some(message));
                    } else {
                        tokens.entries.set(Load::Failed(message));
                    }
                }
            }
        });
    }

    /// Fetches everything again that is shown.
    pub fn refresh_all(&self) {
        self.refresh();
        self.look_at_key();
        self.look_at_device();
        self.look_for_requests();
        if *self.state.section.peek() == Section::Access {
            self.look_at_holders();
        }
    }
}
