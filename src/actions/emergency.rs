//! The emergency: looking everywhere, finding what leaked, ending what was chosen, and the report.

use std::future::Future;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use dioxus::prelude::*;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Actions, Again, off_ui};
use crate::state::{LeakSearch, Load};
use model::{Exposed, Fate, Incident, LeakMatch, MachineError, News, Problem, RetryPolicy, RevokeTarget};
use protocol::{DeployTokenId, Moment};
use service::Context;
use service::emergency::{self, KnownCiTokens, Leak, RunOptions, StopWaiting};

/// A window goes on until the server answers or the user has waited enough: the queue is in the journal all the same.
const RETRY: RetryPolicy = RetryPolicy::REVOKE;

/// A change of a run: the token's place in the list, and its fate.
type Change = (usize, Fate);

impl Actions {
    /// Notes what the journal says was cut off.
    pub(super) fn note_unfinished(&self, context: &Context) {
        let mut unfinished = self.state.emergency.unfinished;
        unfinished.set(emergency::unfinished(context));
    }

    /// Looks into every project. What is shown stays until the new list is there.
    pub fn look_everywhere(&self) {
        let (actions, mut store) = (self.clone(), self.state.emergency);
        let Some(context) = self.context() else {
            return;
        };
        let Some(look) = store.begin_look() else {
            return;
        };
        spawn(async move {
            let here = Arc::clone(&context);
            let looked = off_ui(async move { emergency::gather(&here).await }).await;
            if !store.end_look(look) || !actions.is_session(&context) {
                return;
            }
            match looked {
                Ok(overview) => {
                    store.gaps.set(overview.gaps);
                    store.projects.set(overview.projects);
                    store.selected.with_mut(|selected| {
                        selected.retain(|id| overview.active.iter().any(|it| it.token.id == *id));
                    });
                    store.exposed.set(Load::Ready(overview.active));
                    store.stale.set(None);
                }
                // What the end of the session cut off goes on with the next one.
                Err(error) if actions.expired_by(&error, actions.going_on()) => {}
                Err(error) => {
                    if matches!(&*store.exposed.peek(), Load::Ready(_)) {
                        store.stale.set(Some(error));
                    } else {
                        store.exposed.set(Load::Failed(error));
                    }
                }
            }
            if !store.is_running() {
                actions.note_unfinished(&context);
            }
        });
    }

    /// Finds the token of the block in the clipboard, and chooses it alone.
    pub fn paste_leak(&self) {
        let mut store = self.state.emergency;
        let Some(context) = self.context() else {
            return;
        };
        let search = store.begin_search();
        let (actions, pasted) = (self.clone(), self.clipboard.paste());
        spawn(async move {
            let leak = pasted.await.and_then(|text| Ok(Leak::read(&text)?));
            if !store.is_search(search) {
                return;
            }
            let leak = match leak {
                Ok(leak) => leak,
                Err(problem) => return store.leak.set(LeakSearch::Nothing(problem)),
            };
            let here = Arc::clone(&context);
            let searched = off_ui(async move {
                let search = emergency::find(&here, &leak).await?;
                let works = match search.found.is_empty() {
                    true => emergency::still_works(&here, &leak).await?,
                    false => None,
                };
                Ok((search, works, leak))
            })
            .await;
            if !store.is_search(search) {
                return;
            }
            if !actions.is_session(&context) {
                return store.forget_leak();
            }
            match searched {
                Ok((search, works, _)) if search.found.is_empty() => {
                    store
                        .leak
                        .set(LeakSearch::Nothing(Problem::NobodysLeak { works }));
                }
                Ok((search, _, leak)) => {
                    actions.choose_leaked(&search.found);
                    let first = search.found.first().filter(|it| it.has_the_ci_token());
                    if let (Some(first), Some(ci_token)) = (first, leak.ci_token) {
                        store.keep_leaked(first.exposed.token.id.clone(), ci_token);
                    }
                    store.leak.set(LeakSearch::Found(search.found));
                }
                Err(error) => store.leak.set(LeakSearch::Nothing(error)),
            }
        });
    }

    fn choose_leaked(&self, found: &[LeakMatch]) {
        let mut store = self.state.emergency;
        let active: Vec<&Exposed> = found
            .iter()
            .map(|it| &it.exposed)
            .filter(|it| it.token.is_active())
            .collect();
        store.search.set(String::new());
        store
            .selected
            .set(active.iter().map(|it| it.token.id.clone()).collect());
        // It may be newer than the list.
        if let Load::Ready(all) = &mut *store.exposed.write() {
            let missing = active
                .into_iter()
                .filter(|it| !all.iter().any(|known| known.token.id == it.token.id));
            let missing: Vec<Exposed> = missing.cloned().collect();
            all.extend(missing);
            model::emergency::sort_by_danger(all);
        }
    }

    /// Forgets what was pasted.
    pub fn forget_leak(&self) {
        self.state.emergency.forget_leak();
    }

    /// Ends the chosen tokens: the user has held the button, or typed it.
    pub fn revoke_chosen(&self) {
        let store = self.state.emergency;
        let targets = store.chosen();
        let Some(context) = self.context() else {
            return;
        };
        if store.is_running() || targets.is_empty() {
            return;
        }
        self.state.dialog.close();
        let mut known = KnownCiTokens::held_here(&context);
        if let Some((token, ci_token)) = store.leaked() {
            known.insert(token, ci_token);
        }
        let lines = targets.iter().map(|it| (it.clone(), Fate::Queued)).collect();
        let run = move |context: Arc<Context>, stop: StopWaiting, tell: Tell| async move {
            let options = options(known, stop, &tell);
            emergency::revoke(&context, &targets, &options).await
        };
        self.run(context, lines, run);
    }

    /// Goes on with what was cut off.
    pub fn go_on_revoking(&self) {
        let (actions, store) = (self.clone(), self.state.emergency);
        let Some(context) = self.context() else {
            return;
        };
        if store.is_running() {
            return;
        }
        spawn(async move {
            let here = Arc::clone(&context);
            let taken = off_ui(async move { Ok(emergency::take_up(&here).await) }).await;
            let Ok(taken) = taken else {
                return;
            };
            // Another run may have begun meanwhile; what was taken up is let go of, and stays in the journal.
            if store.is_running() || !actions.is_session(&context) {
                return;
            }
            if taken.is_empty() {
                return actions.note_unfinished(&context);
            }
            let fates = taken.fates.iter().cloned();
            let lines = taken.targets.iter().cloned().zip(fates).collect();
            let run = move |context: Arc<Context>, stop: StopWaiting, tell: Tell| async move {
                let options = options(KnownCiTokens::held_here(&context), stop, &tell);
                taken.go_on(&context, &options).await
            };
            actions.run(context, lines, run);
        });
    }

    /// Going on with what the run that is shown has left over, if it has.
    fn going_on(&self) -> Option<Again> {
        let (actions, store) = (self.clone(), self.state.emergency);
        let is_over = store.run.peek().as_ref().is_some_and(|run| run.over);
        let is_left = *store.unfinished.peek() != (0, 0);
        (is_over && is_left).then(|| Rc::new(move || actions.go_on_revoking()) as Again)
    }

    /// Shows a run and follows it to its end, and then the report.
    fn run<F>(
        &self,
        context: Arc<Context>,
        lines: Vec<(RevokeTarget, Fate)>,
        work: impl FnOnce(Arc<Context>, StopWaiting, Tell) -> F + 'static,
    ) where
        F: Future<Output = Vec<Fate>> + Send + 'static,
    {
        let (actions, mut store) = (self.clone(), self.state.emergency);
        let targets: Vec<RevokeTarget> = lines.iter().map(|(target, _)| target.clone()).collect();
        let stop = StopWaiting::default();
        let stopped = stop.clone();
        let number = store.begin(lines, move || stopped.stop());
        store.selected.write().clear();
        let (sender, changes) = tokio::sync::mpsc::unbounded_channel();
        // A window that is gone does not need to be told.
        let tell: Tell = Box::new(move |index, fate: &Fate| {
            sender.send((index, fate.clone())).unwrap_or_default();
        });
        let (started, clock) = (Moment::now(), Instant::now());
        let work = tokio::spawn(work(Arc::clone(&context), stop, tell));
        spawn(async move {
            actions.follow(number, changes, clock).await;
            let Ok(fates) = work.await else {
                return actions.end_run(number, clock, None);
            };
            let tokens: Vec<_> = targets.iter().cloned().zip(fates).collect();
            actions.settle(number, &tokens);
            actions.end_run(number, clock, None);
            let here = Arc::clone(&context);
            let origin = actions.state.place.origin.peek().clone();
            let incident =
                off_ui(async move { Ok(emergency::incident(&here, origin, started, tokens).await) });
            actions.end_run(number, clock, incident.await.ok());
            if store.is_running() || !actions.is_session(&context) {
                return;
            }
            actions.note_unfinished(&context);
            actions.look_everywhere();
            actions.refresh_all();
        });
    }

    /// Writes changes into the lines, many at a time: each write renders.
    async fn follow(&self, number: u64, mut changes: UnboundedReceiver<Change>, clock: Instant) {
        let store = self.state.emergency;
        let mut some = Vec::new();
        while changes.recv_many(&mut some, 256).await > 0 {
            let is_shown = store.change(number, |run| {
                for (index, fate) in some.drain(..) {
                    if let Some(line) = run.lines.get_mut(index) {
                        line.1 = fate;
                    }
                }
                run.took = clock.elapsed();
            });
            if !is_shown {
                return;
            }
        }
    }

    /// The last word of the run; what leaked is not needed any more once a token that it fits is refused.
    fn settle(&self, number: u64, tokens: &[(RevokeTarget, Fate)]) {
        let store = self.state.emergency;
        if !store.change(number, |run| run.lines = tokens.to_vec()) {
            return;
        }
        let is_refused = |id: &DeployTokenId| {
            tokens
                .iter()
                .any(|(it, fate)| it.token == *id && fate.is_refused())
        };
        if store.fits_leak(is_refused) {
            store.forget_leak();
        }
    }

    /// A session that was renewed meanwhile is no other run: its number is all that counts.
    fn end_run(&self, number: u64, clock: Instant, incident: Option<Incident>) {
        self.state.emergency.change(number, |run| {
            if !run.over {
                run.took = clock.elapsed();
            }
            run.over = true;
            run.incident = incident;
        });
    }

    /// Waits no more for a server that does not answer: what is left stays in the journal, and the run is over.
    pub fn stop_waiting(&self) {
        let store = self.state.emergency;
        if store.is_running() {
            store.stop_waiting();
        }
    }

    /// Whether tokens are being revoked, so that the connection and the journal's key are still needed; says so then.
    pub(super) fn is_kept_by_a_run(&self) -> bool {
        let is_running = self.state.emergency.is_running();
        if is_running {
            // A dialog would lie over the notice.
            self.state.dialog.close();
            self.tell(News::RunUnderWay);
        }
        is_running
    }

    /// Copies the incident report.
    pub fn copy_report(&self) {
        if let Some(incident) = self.incident() {
            self.copy_text(report(&incident));
        }
    }

    /// Saves the incident report as a new file.
    pub fn save_report(&self, folder: Option<PathBuf>) {
        let (Some(incident), Some(folder)) = (self.incident(), folder) else {
            return;
        };
        let stem = text::emergency::incident_file(Moment::now());
        match emergency::save(&folder, &stem, &report(&incident)) {
            Ok(path) => self.tell(News::ReportSaved(path)),
            Err(error) => self.tell(News::Trouble(
                MachineError::NotSaved {
                    folder,
                    cause: error.into(),
                }
                .into(),
            )),
        }
    }

    fn incident(&self) -> Option<Incident> {
        self.state.emergency.run.peek().as_ref()?.incident.clone()
    }

    /// Leaves a run that is over.
    pub fn close_emergency(&self) {
        let mut store = self.state.emergency;
        if !store.is_running() {
            store.run.set(None);
            self.look_everywhere();
        }
    }
}

/// Told of each change, from another thread.
type Tell = Box<dyn Fn(usize, &Fate) + Send + Sync>;

fn options(known: KnownCiTokens, stop: StopWaiting, tell: &Tell) -> RunOptions<'_> {
    RunOptions {
        retry: RETRY,
        stop,
        known,
        tell: &**tell,
    }
}

/// As the user reads it, in this machine's time zone.
fn report(incident: &Incident) -> String {
    text::emergency::incident(incident, &jiff::tz::TimeZone::system())
}
