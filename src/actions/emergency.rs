//! The emergency: looking everywhere, finding what leaked, ending what was chosen, and the report.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use dioxus::prelude::*;

use super::{Actions, Again, Choice, Tell, beside, on_disk, telling};
use crate::actions::keys;
use crate::intent::EmergencyIntent;
use crate::state::{LeakSearch, Load, Ticket};
use model::emergency::sort_by_danger;
use model::{
    Checklist, Incident, KeyToRenew, LeakMatch, News, PlacedToken, PublicText, Reminder, RetryPolicy,
    RevocationStatus, RevokeTarget,
};
use protocol::secret::SecretText;
use protocol::{DeployTokenId, Moment};
use service::revocation::{self, KnownCiTokens, Leak, RunOptions, StopWaiting};
use service::{Context, WantedRenewal};

/// A window goes on until the server answers or the user has waited enough: the queue is in the journal all the same.
const RETRY: RetryPolicy = RetryPolicy::REVOKE;

/// A change of a run: the token's place in the list, and its status.
type Change = (usize, RevocationStatus);

impl Actions {
    pub(super) fn in_emergency(&self, intent: EmergencyIntent) {
        match intent {
            EmergencyIntent::Look => self.look_everywhere(),
            EmergencyIntent::PasteLeak => self.paste_leak(),
            EmergencyIntent::ForgetLeak => self.state.emergency.forget_leak(),
            EmergencyIntent::Revoke => self.revoke_chosen(),
            EmergencyIntent::GoOn => self.go_on_revoking(),
            EmergencyIntent::RenewKeys => self.renew_left_keys(),
            EmergencyIntent::StopWaiting => self.stop_waiting(),
            EmergencyIntent::CopyReport => self.copy_report(),
            EmergencyIntent::SaveReport => self.save_report(),
            EmergencyIntent::Close => self.close_emergency(),
        }
    }

    /// Notes what the journal says was cut off.
    async fn note_unfinished(&self, context: &Arc<Context>) {
        let asked = Arc::clone(context);
        let found = on_disk(move || revocation::unfinished(&asked)).await;
        if let (Ok(found), true) = (found, self.is_session(context)) {
            let mut unfinished = self.state.emergency.unfinished;
            unfinished.set(found);
        }
    }

    /// Looks into every project. What is shown stays until the new list is there.
    fn look_everywhere(&self) {
        let (actions, mut store) = (self.clone(), self.state.emergency);
        let Some(context) = self.context() else {
            return;
        };
        let Some(look) = store.begin_look() else {
            return;
        };
        spawn(async move {
            let here = Arc::clone(&context);
            let looked = beside(async move { revocation::survey(&here).await }).await;
            if !store.end_look(look) || !actions.is_session(&context) {
                return;
            }
            match looked {
                Ok(mut overview) => {
                    actions.tell_known_uses(&mut overview.active);
                    store.unlisted.set(overview.unlisted);
                    store.projects.set(overview.projects);
                    store.selected.with_mut(|selected| {
                        selected.retain(|id| overview.active.iter().any(|it| it.token.id == *id));
                    });
                    store.active.set(Load::Ready(overview.active));
                    store.stale.set(None);
                }
                // What the end of the session cut off goes on with the next one.
                Err(error) if actions.expired_by(&error, actions.going_on()) => {}
                Err(error) => {
                    if matches!(&*store.active.peek(), Load::Ready(_)) {
                        store.stale.set(Some(error));
                    } else {
                        store.active.set(Load::Failed(error));
                    }
                }
            }
            actions.note_checklists(&context).await;
            if !store.is_running() {
                actions.note_unfinished(&context).await;
            }
        });
    }

    /// What the page of tokens has learned of their last uses. The activity of every project is not asked for here: where calls
    /// are counted, they are for ending what leaked.
    fn tell_known_uses(&self, active: &mut [PlacedToken]) {
        let uses = self.state.tokens.uses.peek();
        for found in active.iter_mut() {
            uses.tell(&mut found.token);
        }
        sort_by_danger(active);
    }

    /// Finds the token of the block in the clipboard, and chooses it alone.
    fn paste_leak(&self) {
        let mut store = self.state.emergency;
        let Some(context) = self.context() else {
            return;
        };
        let search = store.begin_search();
        let (actions, pasted) = (self.clone(), self.clipboard.paste());
        spawn(async move {
            let here = Arc::clone(&context);
            let searched = match pasted.await {
                Ok(text) => {
                    beside(async move {
                        let leak = on_disk(move || Leak::read_text(&text)).await??;
                        revocation::find(&here, &leak).await
                    })
                    .await
                }
                Err(problem) => Err(problem),
            };
            if !store.is_search(search) {
                return;
            }
            if !actions.is_session(&context) {
                return store.forget_leak();
            }
            match searched.map(|search| (search.problem(), search)) {
                Ok((Some(nobodys), _)) => store.leak.set(LeakSearch::Nothing(nobodys)),
                Ok((None, search)) => {
                    let found = search.tokens();
                    actions.choose_leaked(&found);
                    // A seed opens the key, and the key everything, for whoever kept them.
                    let mut renews = store.renews;
                    renews.set(found.iter().any(|it| it.by_seed));
                    let first = found.first();
                    if let Some((first, ci_token)) = first.and_then(|it| Some((it, search.ci_token_of(it)?)))
                    {
                        store.keep_leaked(first.placed.token.id.clone(), ci_token);
                    }
                    store.leak.set(LeakSearch::Found(found));
                }
                Err(error) if actions.expired_by(&error, None) => store.forget_leak(),
                Err(error) => store.leak.set(LeakSearch::Nothing(error)),
            }
        });
    }

    fn choose_leaked(&self, found: &[LeakMatch]) {
        let mut store = self.state.emergency;
        let active: Vec<&PlacedToken> = found
            .iter()
            .map(|it| &it.placed)
            .filter(|it| it.token.may_be_active())
            .collect();
        store.search.set(String::new());
        store
            .selected
            .set(active.iter().map(|it| it.token.id.clone()).collect());
        // It may be newer than the list.
        if let Load::Ready(all) = &mut *store.active.write() {
            let missing = active
                .into_iter()
                .filter(|it| !all.iter().any(|known| known.token.id == it.token.id));
            let missing: Vec<PlacedToken> = missing.cloned().collect();
            all.extend(missing);
            model::emergency::sort_by_danger(all);
        }
    }

    /// Ends the chosen tokens: the user has held the button, or typed it.
    fn revoke_chosen(&self) {
        let store = self.state.emergency;
        let targets = store.chosen();
        let Some(context) = self.context() else {
            return;
        };
        if store.is_running() || targets.is_empty() {
            return;
        }
        self.state.dialog.close();
        let leaked = store.leaked();
        let keys = if *store.renews.peek() {
            KeyToRenew::of(&targets)
        } else {
            Vec::new()
        };
        let wished = keys::wish(&context, &keys);
        let lines = targets
            .iter()
            .map(|it| (it.clone(), RevocationStatus::Queued))
            .collect();
        let run = move |context: Arc<Context>, stop: StopWaiting, tell: Tell<Change>| async move {
            let mut known = held_here(&context).await;
            if let Some((token, ci_token)) = leaked {
                known.insert(token, ci_token);
            }
            let tell = move |index, status: &RevocationStatus| tell((index, status.clone()));
            revocation::revoke_targets(&context, &targets, &options(known, stop, &tell)).await
        };
        self.run(context, lines, keys, wished, run);
    }

    /// Goes on with what was cut off.
    fn go_on_revoking(&self) {
        let (actions, store) = (self.clone(), self.state.emergency);
        let Some(context) = self.context() else {
            return;
        };
        if store.is_running() {
            return;
        }
        spawn(async move {
            let here = Arc::clone(&context);
            let taken = beside(async move { Ok(revocation::take_up(&here).await) }).await;
            let Ok(taken) = taken else {
                return;
            };
            // Another run may have begun meanwhile; what was taken up is let go of, and stays in the journal.
            if store.is_running() || !actions.is_session(&context) {
                return;
            }
            if taken.is_empty() {
                return actions.note_unfinished(&context).await;
            }
            let statuses = taken.statuses.iter().cloned();
            let lines = taken.targets.iter().cloned().zip(statuses).collect();
            let wished = keys::wished_before(&context, &KeyToRenew::of(&taken.targets)).await;
            let keys = keys::of_wishes(&wished, &taken.targets);
            let run = move |context: Arc<Context>, stop: StopWaiting, tell: Tell<Change>| async move {
                let known = held_here(&context).await;
                let tell = move |index, status: &RevocationStatus| tell((index, status.clone()));
                taken.go_on(&context, &options(known, stop, &tell)).await
            };
            actions.run(context, lines, keys, async { wished }, run);
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
        lines: Vec<(RevokeTarget, RevocationStatus)>,
        keys: Vec<KeyToRenew>,
        wished: impl Future<Output = Vec<WantedRenewal>> + 'static,
        work: impl FnOnce(Arc<Context>, StopWaiting, Tell<Change>) -> F + 'static,
    ) where
        F: Future<Output = Vec<RevocationStatus>> + Send + 'static,
    {
        let (actions, mut store) = (self.clone(), self.state.emergency);
        let targets: Vec<RevokeTarget> = lines.iter().map(|(target, _)| target.clone()).collect();
        let stop = StopWaiting::default();
        let stopped = stop.clone();
        let number = store.begin(lines, keys, move || stopped.stop());
        store.selected.write().clear();
        let (started, clock) = (Moment::now(), Instant::now());
        spawn(async move {
            let wished = wished.await;
            let asked = Arc::clone(&context);
            let work = |tell| {
                let work = work(asked, stop, tell);
                async move { Ok(work.await) }
            };
            let told = |changes: &mut Vec<Change>| {
                store.change(number, |run| {
                    for (index, status) in changes.drain(..) {
                        if let Some(line) = run.lines.get_mut(index) {
                            line.1 = status;
                        }
                    }
                    run.took = clock.elapsed();
                });
            };
            let Ok(statuses) = telling(work, told).await else {
                return actions.end_run(number, clock, None);
            };
            let tokens: Vec<_> = targets.iter().cloned().zip(statuses).collect();
            actions.settle(number, &tokens);
            actions.end_run(number, clock, None);
            actions.renew_keys(&context, number, wished).await;
            let here = Arc::clone(&context);
            let origin = actions.state.place.origin.peek().clone();
            let unlisted = store.unlisted.peek().clone();
            let incident =
                beside(
                    async move { Ok(revocation::incident(&here, origin, started, tokens, unlisted).await) },
                );
            actions.end_run(number, clock, incident.await.ok());
            if store.is_running() || !actions.is_session(&context) {
                return;
            }
            actions.note_unfinished(&context).await;
            actions.look_everywhere();
            actions.refresh_all();
        });
    }

    /// The last word of the run; what leaked is not needed any more once a token that it fits is refused.
    fn settle(&self, number: Ticket, tokens: &[(RevokeTarget, RevocationStatus)]) {
        let store = self.state.emergency;
        if !store.change(number, |run| run.lines = tokens.to_vec()) {
            return;
        }
        let is_refused = |id: &DeployTokenId| {
            tokens
                .iter()
                .any(|(it, status)| it.token == *id && status.is_refused())
        };
        if store.fits_leak(is_refused) {
            store.forget_leak();
        }
    }

    /// A session that was renewed meanwhile is no other run: its number is all that counts.
    fn end_run(&self, number: Ticket, clock: Instant, incident: Option<Incident>) {
        self.state.emergency.change(number, |run| {
            if !run.over {
                run.took = clock.elapsed();
                self.remind_of_end(&run.lines);
            }
            run.over = true;
            run.incident = incident;
        });
    }

    /// Tells somebody who does not look that a run is over.
    fn remind_of_end(&self, lines: &[(RevokeTarget, RevocationStatus)]) {
        let refused = lines.iter().filter(|(_, status)| status.is_refused()).count();
        if !self.reminding.is_watched() {
            let left = lines.len().saturating_sub(refused);
            self.remind(&Reminder::RunOver { refused, left });
        }
    }

    /// Waits no more for a server that does not answer: what is left stays in the journal, and the run is over.
    fn stop_waiting(&self) {
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
    fn copy_report(&self) {
        if let Some(incident) = self.incident() {
            let list = self.checklist_of_run();
            self.copy_text(PublicText::IncidentReport, report(&incident, list.as_ref()));
        }
    }

    /// Saves the incident report as a new file.
    fn save_report(&self) {
        let (Some(incident), Some(folder)) = (self.incident(), self.platform.report_folder()) else {
            return;
        };
        let choosing = self.platform.choose(Choice::NewFile {
            title: "Save the incident report".to_owned(),
            folder,
            name: format!("{}.md", text::incident::file_stem(Moment::now())),
        });
        let (actions, list) = (self.clone(), self.checklist_of_run());
        spawn(async move {
            let Some(path) = choosing.await else { return };
            let text = SecretText::new(report(&incident, list.as_ref()));
            let saved = actions.platform.save(path.clone(), text).await;
            actions.tell(saved.map_or_else(News::Trouble, |()| News::ReportSaved(path)));
        });
    }

    fn incident(&self) -> Option<Incident> {
        let run = self.state.emergency.run.peek();
        let run = run.as_ref()?;
        Some(Incident {
            keys: run.keys.clone(),
            ..run.incident.clone()?
        })
    }

    /// Leaves a run that is over.
    fn close_emergency(&self) {
        let mut store = self.state.emergency;
        if !store.is_running() {
            store.run.set(None);
            self.look_everywhere();
        }
    }
}

/// What this machine has of CI tokens, to prove that they are refused.
pub(super) async fn held_here(context: &Arc<Context>) -> KnownCiTokens {
    let here = Arc::clone(context);
    let held = on_disk(move || KnownCiTokens::held_here(&here)).await;
    held.unwrap_or_default()
}

/// How a run is carried out: it goes on until the server answers, or the user has waited enough.
pub(super) fn options(
    known: KnownCiTokens,
    stop: StopWaiting,
    tell: &(dyn Fn(usize, &RevocationStatus) + Send + Sync),
) -> RunOptions<'_> {
    RunOptions {
        retry: RETRY,
        stop,
        known,
        tell,
    }
}

/// As the user reads it, in this machine's time zone.
fn report(incident: &Incident, list: Option<&Checklist>) -> String {
    let zone = jiff::tz::TimeZone::system();
    let report = text::incident::report(incident, &zone);
    match list {
        Some(list) => format!("{report}\n{}", text::checklist::markdown(list, &zone)),
        None => report,
    }
}
