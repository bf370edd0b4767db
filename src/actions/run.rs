//! Work beside the window. Services run on the runtime's threads and files are touched on those that may wait, so that the
//! window stays responsive, and closing a dialog stops nothing.

use std::future::Future;
use std::sync::Arc;

use dioxus::prelude::*;

use super::Actions;
use crate::state::{Dialog, Operation};
use model::{Problem, Step};
use service::{Context, Place};

/// So many changes are taken at once: each time renders.
const AT_ONCE: usize = 256;

/// Told of each step, from another thread.
pub(super) type Tell<S = Step> = Box<dyn Fn(S) + Send + Sync>;

/// Runs a service beside the window.
pub(super) async fn beside<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or(Err(Problem::Stopped))
}

/// Runs what waits for a disk, or computes for a while.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::Stopped)
}

/// Runs a service beside the window and hands on what it tells, many at a time.
pub(super) async fn telling<S, T, F>(
    work: impl FnOnce(Tell<S>) -> F,
    mut told: impl FnMut(&mut Vec<S>),
) -> Result<T, Problem>
where
    S: Send + 'static,
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    let (sender, mut changes) = tokio::sync::mpsc::unbounded_channel();
    // A window that is gone does not need to be told.
    let tell = Box::new(move |change| sender.send(change).unwrap_or_default());
    let work = tokio::spawn(work(tell));
    let mut some = Vec::new();
    // Ends with the work, which has the only sender.
    while changes.recv_many(&mut some, AT_ONCE).await > 0 {
        told(&mut some);
        some.clear();
    }
    work.await.unwrap_or(Err(Problem::Stopped))
}

/// Runs a service beside the window, and writes each step into `operation`, and its failure too.
pub(super) async fn follow<T, F>(
    mut operation: Signal<Operation>,
    work: impl FnOnce(Tell) -> F,
) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    operation.set(Operation::Running(Step::Check));
    let told = |steps: &mut Vec<Step>| {
        if let Some(step) = steps.pop() {
            operation.set(Operation::Running(step));
        }
    };
    let done = telling(work, told).await;
    operation.set(match &done {
        Ok(_) => Operation::Idle,
        Err(error) => {
            tracing::warn!(%error, "an operation failed");
            Operation::Failed(error.clone())
        }
    });
    done
}

impl Actions {
    /// Fetches something; `None` if the answer is not wanted any more when it comes.
    pub(super) async fn fetch<T: Send + 'static>(
        &self,
        is_wanted: impl FnOnce(&Self) -> bool,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Option<Result<T, Problem>> {
        let answer = beside(work).await;
        is_wanted(self).then_some(answer)
    }

    /// Runs a service as [`follow`] does. When the session has ended, the user signs in again and what was asked for is done
    /// then.
    pub(super) async fn operate<T, F>(
        &self,
        operation: Signal<Operation>,
        work: impl FnOnce(Tell) -> F,
    ) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        // Another intent may come meanwhile.
        let again = self.last_intent();
        follow(operation, work)
            .await
            .inspect_err(|error| {
                // What may have been done is not done once more: the journal knows about it.
                let again = again.filter(|_| !matches!(error, Problem::Uncertain(_)));
                self.expired_by(error, again);
            })
            .ok()
    }

    /// Does something in the open place from the open dialog, one at a time, and tells what came of it when the dialog has
    /// closed. A failure stays in the dialog.
    pub(super) fn in_dialog<T, F>(
        &self,
        work: impl FnOnce(Arc<Context>, Place, Tell) -> F + 'static,
        told: impl FnOnce(&Self, Arc<Context>, Place, T) + 'static,
    ) where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let (actions, dialog) = (self.clone(), self.state.dialog);
        let is_free = *dialog.open.peek() != Dialog::Closed && !dialog.operation.peek().is_running();
        let Some((context, place)) = self.here().filter(|_| is_free) else {
            return;
        };
        spawn(async move {
            let (with, at) = (Arc::clone(&context), place.clone());
            let work = move |tell| work(context, place, tell);
            if let Some(done) = actions.operate(dialog.operation, work).await {
                dialog.close();
                told(&actions, with, at, done);
            }
            actions.refresh();
        });
    }
}
