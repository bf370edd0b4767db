//! What was issued, from the open sheet until the journal forgets it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use dioxus::prelude::*;

use super::grace::Over;
use super::{Actions, Tell, off_ui};
use model::{Grace, IssuanceKind, Problem};
use protocol::{DeployTokenId, TokenEntry};
use service::journal::OpenEntry;
use service::{Context, Issued, Place};

/// What the open sheet shows, beside its secrets.
pub(super) struct Handing {
    context: Arc<Context>,
    place: Place,
    token: DeployTokenId,
    name: String,
    kind: IssuanceKind,
    grace: Grace,
    entry: Kept,
}

/// What the journal keeps of it, until it forgets the secrets. Its deadline is kept by the runtime, whatever the window does.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<OpenEntry>>>);

impl Kept {
    fn new(entry: Option<OpenEntry>) -> Self {
        Self(Arc::new(Mutex::new(entry)))
    }

    fn take(&self) -> Option<OpenEntry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Does something with it, if it is still there.
    fn with<T>(&self, act: impl FnOnce(&mut OpenEntry) -> T) -> Option<T> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entry.as_mut().map(act)
    }

    fn forget(&self) {
        if let Some(Err(error)) = self.take().map(OpenEntry::handed_over) {
            tracing::warn!(%error, "the journal still has what was handed over");
        }
    }

    fn forget_at_deadline(&self) {
        let Some(deadline) = self.with(|entry| entry.journal().deadline()) else {
            return;
        };
        // A window that is gone has let go of the entry, for whoever finishes it.
        let kept = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(deadline).await;
            if let Some(kept) = kept.upgrade().map(Kept) {
                drop(tokio::task::spawn_blocking(move || kept.forget()).await);
            }
        });
    }
}

impl Actions {
    /// Runs an issuance from the open dialog; the sheet follows it. One at a time.
    pub(super) fn issue<F>(&self, grace: Grace, work: impl FnOnce(Arc<Context>, Place, Tell) -> F + 'static)
    where
        F: Future<Output = Result<Issued, Problem>> + Send + 'static,
    {
        self.in_dialog(work, move |actions, context, place, issued| {
            actions.show_issued(context, place, issued, grace);
        });
    }

    /// Opens the sheet. The journal keeps the secrets until it is closed or their deadline has passed, also when this
    /// program ends before.
    pub(super) fn show_issued(&self, context: Arc<Context>, place: Place, mut issued: Issued, grace: Grace) {
        let (sheet, mut highlighted) = (self.state.sheet, self.state.tokens.highlighted);
        highlighted.set(Some(issued.issuance.token.id.clone()));
        // What another sheet shows is handed over first.
        sheet.drop_secrets();
        let entry = Kept::new(issued.entry.take());
        if let Some(Err(error)) = entry.with(OpenEntry::shown) {
            tracing::warn!(%error, "the journal does not know that its secrets are shown");
        }
        entry.forget_at_deadline();
        let handing = Handing {
            context,
            place,
            token: issued.issuance.token.id.clone(),
            name: issued.issuance.token.name.clone(),
            kind: issued.issuance.kind,
            grace,
            entry,
        };
        self.handing.replace(Some(handing));
        let (actions, issuance) = (self.clone(), issued.issuance);
        sheet.show_until_closed(issuance, move || actions.handed_over());
        self.verify_issued();
    }

    /// The sheet was closed.
    fn handed_over(&self) {
        let Some(handing) = self.handing.take() else {
            return;
        };
        handing.entry.forget();
        let actions = self.clone();
        // Not a task of the component that closed the sheet: that one is about to go.
        dioxus::core::spawn_forever(async move {
            if handing.kind == IssuanceKind::Replace {
                let over = Over {
                    context: handing.context,
                    place: handing.place,
                    successor: handing.token,
                    name: handing.name,
                };
                actions.begin_grace(handing.grace, over);
            }
            actions.refresh();
        });
    }

    /// What the sheet shows was revoked: nothing of it is remembered.
    pub(super) fn not_wanted(&self) {
        let entry = self.handing.borrow_mut().as_mut().and_then(|it| {
            it.kind = IssuanceKind::Create;
            it.entry.take()
        });
        if let Some(Err(error)) = entry.map(OpenEntry::close) {
            tracing::warn!(%error, "the journal still has what was revoked");
        }
    }

    /// Context and place of what the sheet shows, which may have been issued elsewhere than the window is.
    pub(super) fn issued_at(&self) -> Option<(Arc<Context>, Place)> {
        let place = self.handing.borrow().as_ref().map(|it| it.place.clone());
        Some((self.context()?, place?))
    }

    /// After acting as the runner of a successor: what the server has noted is not taken for a use by CI.
    pub(super) async fn note_own_use(&self) {
        let successor = {
            let handing = self.handing.borrow();
            let replaces = |it: &&Handing| it.kind == IssuanceKind::Replace;
            handing.as_ref().filter(replaces).map(|it| it.token.clone())
        };
        let (Some((context, place)), Some(id)) = (self.issued_at(), successor) else {
            return;
        };
        let (asked, there, wanted) = (Arc::clone(&context), place.clone(), id.clone());
        let used = off_ui(async move {
            let listed = service::list(&asked, &there).await?;
            let mut tokens = listed.iter().filter_map(TokenEntry::token);
            Ok(tokens
                .find(|token| token.id == wanted)
                .and_then(|token| token.last_used_at))
        });
        let Ok(Some(used)) = used.await else {
            return;
        };
        let shown = {
            let handing = self.handing.borrow();
            let shown = handing.as_ref().filter(|it| it.token == id);
            shown.map(|it| it.entry.clone()).unwrap_or_default()
        };
        if let Some(noted) = shown.with(|entry| entry.note_own_use(used)) {
            if let Err(error) = noted {
                tracing::warn!(%error, "a check will look like a use by CI");
            }
            return;
        }
        // The sheet was closed meanwhile.
        drop(off_ui(async move { service::note_own_use(&context, &place, &id).await }).await);
    }
}
