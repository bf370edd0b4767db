//! The emergency: what there is to revoke, what is chosen, and how far a run is.

use std::collections::BTreeSet;
use std::time::Duration;

use dioxus::prelude::*;

use super::{Latest, Load, Ticket, begin, restore};
use model::{
    Incident, KeyToRenew, LeakMatch, PlacedToken, Problem, RevocationStatus, RevokeTarget, Tally, Unlisted,
};
use protocol::secret::CiToken;
use protocol::{DeployTokenId, EnvironmentName, Moment};

/// A run, under way or over.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergencyRun {
    /// Tells it from earlier and later ones.
    pub number: Ticket,
    /// Each token with its status.
    pub lines: Vec<(RevokeTarget, RevocationStatus)>,
    /// How long it has taken so far.
    pub took: Duration,
    /// The user does not want to wait any more.
    pub stopping: bool,
    /// Whether every token has its status.
    pub over: bool,
    /// The keys that are renewed when the tokens are revoked.
    pub keys: Vec<KeyToRenew>,
    /// The checklist of what its tokens' runners could read, once it is begun.
    pub checklist: Option<String>,
    /// What a report tells, once it is over. It has no secret in it.
    pub incident: Option<Incident>,
}

/// What came of a leaked block that was pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LeakSearch {
    /// None was pasted.
    #[default]
    None,
    /// It is looked for.
    Searching,
    /// These fit it, the surest first.
    Found(Vec<LeakMatch>),
    /// None fits, or there is no block; what happened, what to do.
    Nothing(Problem),
}

/// What there is to revoke, and how far that is.
#[derive(Clone, Copy, PartialEq)]
pub struct EmergencyStore {
    /// Every active token, the most dangerous first.
    pub active: Signal<Load<Vec<PlacedToken>>>,
    /// How many projects were looked into.
    pub projects: Signal<usize>,
    /// What could not be looked at.
    pub unlisted: Signal<Vec<Unlisted>>,
    /// Set while a list is shown that could not be refreshed.
    pub stale: Signal<Option<Problem>>,
    /// A refresh is under way.
    pub refreshing: Signal<bool>,
    /// Counts refreshes and servers, so that a look at a server that was left is not told.
    looks: Latest,
    /// The search text.
    pub search: Signal<String>,
    /// The chosen tokens.
    pub selected: Signal<BTreeSet<DeployTokenId>>,
    /// Whether the keys of the chosen tokens' environments are renewed afterwards.
    pub renews: Signal<bool>,
    /// Of interrupted revocations: how many tokens wait, and in how many environments something is left to do.
    pub unfinished: Signal<(usize, usize)>,
    /// The run that is shown.
    pub run: Signal<Option<EmergencyRun>>,
    /// How many runs there were.
    runs: Latest,
    /// Ends the waiting of the run under way.
    stop: Signal<Option<Box<dyn FnOnce()>>>,
    /// What came of a leaked block.
    pub leak: Signal<LeakSearch>,
    /// Counts what was pasted or forgotten, so that a search that comes late is not told of something else.
    searches: Latest,
    /// The CI token of that block, to prove that it is refused. Dropped with the leak.
    leaked: Signal<Option<(DeployTokenId, CiToken)>>,
}

impl EmergencyStore {
    pub(super) fn make() -> Self {
        Self {
            active: begin(),
            projects: begin(),
            unlisted: begin(),
            stale: begin(),
            refreshing: begin(),
            looks: Latest::make(),
            search: begin(),
            selected: begin(),
            renews: begin(),
            unfinished: begin(),
            run: begin(),
            runs: Latest::make(),
            stop: begin(),
            leak: begin(),
            searches: Latest::make(),
            leaked: begin(),
        }
    }

    /// Forgets everything of a server that is left.
    pub fn reset(self) {
        let Self {
            active,
            projects,
            unlisted,
            stale,
            refreshing,
            looks,
            search,
            selected,
            renews,
            unfinished,
            run,
            runs: _,
            stop,
            leak: _,
            searches: _,
            leaked: _,
        } = self;
        restore(active);
        restore(projects);
        restore(unlisted);
        restore(stale);
        restore(refreshing);
        looks.begin();
        restore(search);
        restore(selected);
        restore(renews);
        restore(unfinished);
        restore(run);
        restore(stop);
        self.forget_leak();
    }

    /// Notes that a refresh begins, and gives its number; none while another is under way.
    pub fn begin_look(mut self) -> Option<Ticket> {
        if *self.refreshing.peek() {
            return None;
        }
        self.refreshing.set(true);
        Some(self.looks.begin())
    }

    /// Notes that a refresh has ended, and says whether it is of the server that is open.
    pub fn end_look(mut self, look: Ticket) -> bool {
        let is_latest = self.looks.is(look);
        if is_latest {
            self.refreshing.set(false);
        }
        is_latest
    }

    /// The chosen tokens, the most dangerous first.
    pub fn chosen(&self) -> Vec<RevokeTarget> {
        self.of_chosen(|all| all.map(RevokeTarget::from).collect())
    }

    /// In how many environments the chosen tokens are.
    pub fn chosen_environments(&self) -> usize {
        self.of_chosen(|all| {
            let places: BTreeSet<_> = all.map(|it| (&it.project, &it.environment.id)).collect();
            places.len()
        })
    }

    /// The chosen tokens that the search does not show.
    pub fn hidden(&self) -> Vec<DeployTokenId> {
        let wanted = wanted(&self.search.read());
        self.of_chosen(|all| {
            let hidden = all.filter(|it| !is_found(it, &wanted));
            hidden.map(|it| it.token.id.clone()).collect()
        })
    }

    /// How many of the chosen tokens a runner has used since that moment, as far as is known.
    pub fn used_since(&self, moment: Moment) -> usize {
        self.of_chosen(|all| {
            let used = all.filter_map(|it| it.token.last_use.known());
            used.filter(|at| *at >= moment).count()
        })
    }

    /// Looks at the chosen tokens, the most dangerous first.
    fn of_chosen<T>(&self, look: impl for<'a> FnOnce(&mut dyn Iterator<Item = &'a PlacedToken>) -> T) -> T {
        let (selected, active) = (self.selected.read(), self.active.read());
        let all = match &*active {
            Load::Ready(all) => all.as_slice(),
            _ => &[],
        };
        look(&mut all.iter().filter(|it| selected.contains(&it.token.id)))
    }

    /// Chooses tokens, or gives them up.
    pub fn choose(mut self, tokens: impl IntoIterator<Item = DeployTokenId>, chosen: bool) {
        let mut selected = self.selected.write();
        for token in tokens {
            if chosen {
                selected.insert(token);
            } else {
                selected.remove(&token);
            }
        }
    }

    /// Keeps the leaked CI token of a token for the proof.
    pub fn keep_leaked(mut self, token: DeployTokenId, ci_token: CiToken) {
        self.leaked.set(Some((token, ci_token)));
    }

    /// The leaked CI token, if one is kept.
    pub fn leaked(&self) -> Option<(DeployTokenId, CiToken)> {
        self.leaked.peek().clone()
    }

    /// Notes that a block is looked for, and gives the number of the search.
    pub fn begin_search(mut self) -> Ticket {
        self.forget_leak();
        self.leak.set(LeakSearch::Searching);
        self.searches.current()
    }

    /// Whether nothing was pasted or forgotten since.
    pub fn is_search(&self, search: Ticket) -> bool {
        self.searches.is(search)
    }

    /// Whether the leaked block fits one of these.
    pub fn fits_leak(&self, is_one: impl Fn(&DeployTokenId) -> bool) -> bool {
        match &*self.leak.peek() {
            LeakSearch::Found(found) => found.iter().any(|it| is_one(&it.placed.token.id)),
            _ => false,
        }
    }

    /// Forgets what leaked, the secret too.
    pub fn forget_leak(mut self) {
        self.searches.begin();
        self.leaked.set(None);
        self.leak.set(LeakSearch::None);
    }

    /// Shows a run in which nothing has happened, and gives its number. `stop` is called when the user does not want to
    /// wait for it any more.
    pub fn begin(
        mut self,
        lines: Vec<(RevokeTarget, RevocationStatus)>,
        keys: Vec<KeyToRenew>,
        stop: impl FnOnce() + 'static,
    ) -> Ticket {
        let number = self.runs.begin();
        self.stop.set(Some(Box::new(stop)));
        self.run.set(Some(EmergencyRun {
            number,
            lines,
            took: Duration::ZERO,
            stopping: false,
            over: false,
            keys,
            checklist: None,
            incident: None,
        }));
        number
    }

    /// Changes the run with this number, and says whether it is still the one that is shown.
    pub fn change(mut self, number: Ticket, change: impl FnOnce(&mut EmergencyRun)) -> bool {
        let is_shown = matches!(&*self.run.peek(), Some(run) if run.number == number);
        if is_shown && let Some(run) = &mut *self.run.write() {
            change(run);
        }
        is_shown
    }

    /// Ends the waiting of the run under way.
    pub fn stop_waiting(mut self) {
        let stop = self.stop.write().take();
        if let Some(stop) = stop {
            stop();
        }
        if let Some(run) = &mut *self.run.write() {
            run.stopping = true;
        }
    }

    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.run.peek().as_ref().is_some_and(|run| !run.over)
    }
}

impl EmergencyRun {
    /// Whether all tokens of this environment are refused, so that its key can be renewed.
    pub fn is_refused_in(&self, key: &KeyToRenew) -> bool {
        let mut here = self.lines.iter().filter(|(target, _)| key.is_of(target));
        here.all(|(_, status)| status.is_refused())
    }

    /// Whether keys are still to be renewed, or are being renewed.
    pub fn is_renewing(&self) -> bool {
        self.keys.iter().any(KeyToRenew::is_under_way)
    }

    /// How many are how far.
    pub fn tally(&self) -> Tally {
        Tally::of(self.lines.iter().map(|(_, status)| status))
    }
}

/// The tokens of one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The project's name.
    pub project: String,
    /// The environment's name; empty where it is not told.
    pub environment: EnvironmentName,
    /// Its tokens, the most dangerous first.
    pub tokens: Vec<PlacedToken>,
}

/// What is searched for.
fn wanted(search: &str) -> String {
    search.trim().to_lowercase()
}

fn is_found(it: &PlacedToken, wanted: &str) -> bool {
    [
        it.token.name.as_str(),
        it.token.id.as_str(),
        &it.project_name,
        it.environment.name.as_str(),
    ]
    .iter()
    .any(|text| text.to_lowercase().contains(wanted))
}

/// The tokens that match a search by name, id, project or environment, by environment; the order stays.
pub fn groups(all: &[PlacedToken], search: &str) -> Vec<Group> {
    let wanted = wanted(search);
    let mut places = std::collections::HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for it in all.iter().filter(|it| is_found(it, &wanted)) {
        let at = *places
            .entry((&it.project, &it.environment.id))
            .or_insert_with(|| {
                groups.push(Group {
                    project: it.project_name.clone(),
                    environment: it.environment.name.clone(),
                    tokens: Vec::new(),
                });
                groups.len() - 1
            });
        groups[at].tokens.push(it.clone());
    }
    groups
}
