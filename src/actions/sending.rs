//! Sending the open sheet's values to destinations. What is sent is a copy of its own, so that neither the window nor its page
//! has to last; what is under way when the sheet is closed is ended.

use dioxus::prelude::*;
use tokio::task::AbortHandle;

use super::Actions;
use crate::state::{SendLine, SendState, SheetPage, Taken};
use model::destinations::destinations_of;
use model::{Destination, Parcel, Problem, SendError};
use protocol::DeployTokenId;

/// What is under way, by destination.
pub(super) type UnderWay = Vec<(Destination, AbortHandle)>;

impl Actions {
    /// Shows the page from which values are sent, with what is known of this token.
    pub(super) fn ask_to_send(&self) {
        let sheet = self.state.sheet;
        if let Some(token) = self.issued_token() {
            let known = destinations_of(&token, &self.state.tokens.handed.peek());
            for destination in known {
                self.show_line(destination, SendState::Waiting, false);
            }
        }
        sheet.turn_to(SheetPage::Send);
    }

    /// Sends what was just issued to where its token's former values were sent, because the user has asked for that before.
    pub(super) fn send_again(&self, destinations: Vec<Destination>) {
        if destinations.is_empty() {
            return;
        }
        self.state.sheet.turn_to(SheetPage::Send);
        for destination in destinations {
            self.send_to(destination);
        }
    }

    /// Sends to all that wait, or have failed.
    pub(super) fn send_to_all(&self) {
        let lines = self.state.sheet.lines.peek().clone();
        for line in lines.into_iter().filter(SendLine::can_be_sent) {
            self.send_to(line.destination);
        }
    }

    /// Finds the program that would be run.
    pub(super) fn look_for_program(&self, destination: &Destination) {
        let mut sheet = self.state.sheet;
        let finding = self.platform.program(destination);
        let asked = sheet.asked.begin();
        spawn(async move {
            let found = finding.await;
            if sheet.asked.is(asked) && *sheet.program.peek() != Some(found.clone()) {
                sheet.program.set(Some(found));
            }
        });
    }

    /// Sends the values of the open sheet; one that is under way already goes on.
    pub(super) fn send_to(&self, destination: Destination) {
        let sheet = self.state.sheet;
        let parcel = sheet.issuance.peek().as_ref().map(Parcel::from);
        let is_running = |it: &SendLine| it.destination == destination && it.state == SendState::Running;
        let (Some(parcel), false) = (parcel, sheet.lines.peek().iter().any(is_running)) else {
            return;
        };
        self.show_line(destination.clone(), SendState::Running, true);
        let sending = self.platform.send(destination.clone(), parcel);
        let (token, context) = (self.issued_token(), self.context());
        let there = destination.clone();
        let work = tokio::spawn(async move {
            let sent = sending.await;
            if let (Ok(_), Some(token), Some(context)) = (&sent, token, context) {
                let note = move || service::note_handed(&context, &token, &there);
                drop(tokio::task::spawn_blocking(note).await);
            }
            sent
        });
        let mut under_way = self.sending.borrow_mut();
        under_way.retain(|(it, work)| *it != destination && !work.is_finished());
        under_way.push((destination.clone(), work.abort_handle()));
        drop(under_way);
        let (actions, showing) = (self.clone(), sheet.showing());
        // Not a task of the page that was pressed, which may be turned.
        dioxus::core::spawn_forever(async move {
            let stopped = || Err(Problem::from(SendError::Stopped));
            let sent = work.await.unwrap_or_else(|_| stopped());
            if !sheet.still_shows(showing) {
                return;
            }
            let state = match sent {
                Ok(sent) => SendState::Sent(sent),
                Err(problem) => SendState::Failed(problem),
            };
            actions.show_line(destination, state, true);
            actions.note_sent();
        });
    }

    /// Ends what is under way.
    pub(super) fn stop_sending(&self, destination: &Destination) {
        for (_, work) in self.sending.borrow().iter().filter(|(it, _)| it == destination) {
            work.abort();
        }
    }

    /// Ends all that is under way: the sheet is closed.
    pub(super) fn stop_all_sending(&self) {
        for (_, work) in self.sending.borrow_mut().drain(..) {
            work.abort();
        }
    }

    /// Closing loses nothing when every destination has the values.
    fn note_sent(&self) {
        let sheet = self.state.sheet;
        let all = sheet.lines.peek().iter().all(SendLine::is_sent);
        if all {
            sheet.take(Taken::BOTH);
        }
    }

    /// Shows how a destination stands; one that is shown already is changed only where that is wanted.
    fn show_line(&self, destination: Destination, state: SendState, changes: bool) {
        let mut lines = self.state.sheet.lines;
        let mut lines = lines.write();
        match lines.iter_mut().find(|it| it.destination == destination) {
            Some(line) if changes => line.state = state,
            Some(_) => {}
            None => lines.push(SendLine { destination, state }),
        }
    }

    fn issued_token(&self) -> Option<DeployTokenId> {
        let issuance = self.state.sheet.issuance.peek();
        issuance.as_ref().map(|it| it.token.id.clone())
    }
}
