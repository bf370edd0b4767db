//! What was issued, from the open sheet until the journal forgets it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dioxus::prelude::*;

use super::grace::{self, Over};
use super::{Actions, Tell, on_disk};
use model::{ClosedSheet, Grace, IssuanceKind, News, Problem};
use protocol::{DeployTokenId, Moment};
use service::journal::{EntryId, Journal, OpenEntry, ShownEntry};
use service::{Context, Issued, Place};

/// What the open sheet shows, beside its secrets.
pub(super) struct Delivery {
    scope: Option<String>,
    place: Place,
    token: DeployTokenId,
    name: String,
    kind: IssuanceKind,
    grace: Grace,
    entry: Kept,
}

/// What the journal keeps of it, until the sheet is closed or its time is over. Its deadline is kept by the runtime, whatever the window
/// does. Everything that is done with it waits for a disk, and for whoever else does something with it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Written>>>);

/// An entry of the journal, before and after its secrets are let go of.
enum Written {
    Open(Box<OpenEntry>),
    Shown(ShownEntry),
}

impl Kept {
    fn new(entry: Option<OpenEntry>) -> Self {
        Self(Arc::new(Mutex::new(entry.map(Box::new).map(Written::Open))))
    }

    fn entry(&self) -> MutexGuard<'_, Option<Written>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the secrets are shown: from here on the sheet has the only copy in memory.
    fn shown(&self) {
        let mut entry = self.entry();
        *entry = match entry.take() {
            Some(Written::Open(open)) => {
                let (shown, written) = open.shown();
                if let Err(error) = written {
                    tracing::warn!(%error, "the journal does not know that its secrets are shown");
                }
                Some(Written::Shown(shown))
            }
            other => other,
        };
    }

    /// The user has the secrets, or their time is over.
    fn hand_over(&self) {
        let entry = self.entry().take();
        let done = match entry {
            Some(Written::Open(entry)) => entry.handed_over(),
            Some(Written::Shown(entry)) => entry.handed_over(),
            None => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the journal still has what was handed over");
        }
    }

    /// The user has closed the sheet: gives the entry's name, where the journal still keeps the secrets.
    fn close_sheet(&self) -> Option<EntryId> {
        self.shown();
        match self.entry().take() {
            Some(Written::Shown(entry)) => entry.close_sheet().unwrap_or_else(|error| {
                tracing::warn!(%error, "the journal does not know that the sheet is closed");
                None
            }),
            Some(Written::Open(_)) | None => None,
        }
    }

    /// What was issued is not wanted.
    fn close(&self) {
        let entry = self.entry().take();
        let done = match entry {
            Some(Written::Open(entry)) => entry.close(),
            Some(Written::Shown(entry)) => entry.close(),
            None => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the journal still has what was revoked");
        }
    }

    fn forget_after(&self, time_left: Duration) {
        // A window that is gone has let go of the entry, for whoever finishes it.
        let kept = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(time_left).await;
            if let Some(kept) = kept.upgrade().map(Kept) {
                drop(on_disk(move || kept.hand_over()).await);
            }
        });
    }
}

/// Has the journal forget what is over at a time, whatever the window does then.
fn tidy_at(until: Moment, journal: Option<Arc<Journal>>) {
    let left = until.seconds_since(Moment::now()).saturating_add(1);
    let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
    // Who has left the server, or signed out, has let go of its journal.
    let Some(journal) = journal.as_ref().map(Arc::downgrade) else {
        return;
    };
    tokio::spawn(async move {
        tokio::time::sleep(left).await;
        if let Some(journal) = journal.upgrade()
            && let Ok(Err(error)) = on_disk(move || journal.tidy()).await
        {
            tracing::warn!(%error, "the journal still has what was closed");
        }
    });
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

impl Actions {
    /// Runs an issuance from the open dialog; the sheet follows it. One at a time.
    pub(super) fn issue<F>(&self, grace: Grace, work: impl FnOnce(Arc<Context>, Place, Tell) -> F + 'static)
    where
        F: Future<Output = Result<Issued, Problem>> + Send + 'static,
    {
        // Closing the dialog forgets it.
        let again = self.state.dialog.again.peek().clone();
        self.in_dialog(work, move |actions, context, place, issued| {
            actions.show_issued(&context, place, issued, grace);
            actions.send_again(again);
        });
    }

    /// Opens the sheet. The journal keeps the secrets until their deadline has passed, also when the sheet is closed, or this
    /// program ends, before. The sheet does not wait for the disk: until it is noted that they are shown, they have no
    /// deadline.
    pub(super) fn show_issued(&self, context: &Context, place: Place, mut issued: Issued, grace: Grace) {
        let (sheet, mut highlighted) = (self.state.sheet, self.state.tokens.highlighted);
        highlighted.set(Some(issued.issuance.token.id.clone()));
        // What another sheet shows is handed over first.
        sheet.drop_secrets();
        let time_left = issued.entry.as_ref().map(OpenEntry::time_left);
        let until = time_left.map(|left| Moment::now().plus_seconds(seconds(left)));
        let known = issued.entry.as_ref().map(|entry| entry.id().to_string());
        let taken = known.and_then(|entry| self.taken.borrow_mut().remove(&entry));
        let entry = Kept::new(issued.entry.take());
        if let Some(time_left) = time_left {
            let kept = entry.clone();
            // Not a task of the window, which may be closed at once.
            drop(tokio::task::spawn_blocking(move || kept.shown()));
            entry.forget_after(time_left);
        }
        self.delivery.replace(Some(Delivery {
            scope: grace::scope(context),
            place,
            token: issued.issuance.token.id.clone(),
            name: issued.issuance.token.name.clone(),
            kind: issued.issuance.kind,
            grace,
            entry,
        }));
        let (actions, issuance) = (self.clone(), issued.issuance);
        sheet.show_until_closed(issuance, move || actions.delivered());
        let (mut kept_until, mut when) = (sheet.kept_until, sheet.grace);
        kept_until.set(until);
        sheet.take(taken.unwrap_or_default());
        when.set(grace);
        self.verify_issued();
    }

    /// The sheet was closed.
    fn delivered(&self) {
        self.stop_all_sending();
        let Some(delivery) = self.delivery.take() else {
            return;
        };
        let until = *self.state.sheet.kept_until.peek();
        let taken = *self.state.sheet.taken.peek();
        let (actions, journal) = (self.clone(), self.context().and_then(|it| it.journal.clone()));
        // Not a task of the component that closed the sheet: that one is about to go.
        dioxus::core::spawn_forever(async move {
            let entry = delivery.entry;
            let kept = on_disk(move || entry.close_sheet()).await.ok().flatten();
            if let (Some(entry), Some(until)) = (kept, until) {
                actions.taken.borrow_mut().insert(entry.to_string(), taken);
                actions.tell(News::SheetClosed(ClosedSheet {
                    entry: entry.to_string(),
                    token: delivery.token.clone(),
                    name: delivery.name.clone(),
                    until,
                }));
                tidy_at(until, journal);
            }
            if delivery.kind == IssuanceKind::Replace {
                let over = Over {
                    scope: delivery.scope,
                    place: delivery.place,
                    successor: delivery.token,
                    name: delivery.name,
                };
                actions.begin_grace(delivery.grace, over);
            }
            actions.refresh();
        });
    }

    /// What the sheet shows was revoked: nothing of it is remembered.
    pub(super) async fn not_wanted(&self) {
        let entry = self.delivery.borrow_mut().as_mut().map(|it| {
            it.kind = IssuanceKind::Create;
            it.entry.clone()
        });
        if let Some(entry) = entry {
            drop(on_disk(move || entry.close()).await);
        }
    }

    /// Context and place of what the sheet shows, which may have been issued elsewhere than the window is.
    pub(super) fn issued_at(&self) -> Option<(Arc<Context>, Place)> {
        let place = self.delivery.borrow().as_ref().map(|it| it.place.clone());
        Some((self.context()?, place?))
    }
}
