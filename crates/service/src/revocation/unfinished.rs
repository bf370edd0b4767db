//! Revocations that were cut off: a network that never came back, a process that was killed.

use std::collections::HashMap;

use super::RunOptions;
use super::batch::{Batch, interrupted, waiting};
use super::engine::drive;
use super::run::{Kind, Run};
use crate::journal::{Entry, EntryWriter, OpenEntry, Work};
use crate::{Context, Place};
use model::{RevocationStatus, RevokeTarget};
use protocol::{NotKnown, Occurrence, ProjectId};

/// How many tokens of interrupted revocations wait to be ended, and in how many environments something is left to do.
/// Asks no server.
pub fn unfinished(context: &Context) -> (usize, usize) {
    let entries = interrupted(context);
    let tokens = entries.iter().map(|entry| waiting(entry).len()).sum();
    (tokens, entries.len())
}

/// Interrupted revocations in the hands of this process.
pub struct TakenUp {
    /// The tokens, each with its status so far beside it.
    pub targets: Vec<RevokeTarget>,
    /// The statuses so far.
    pub statuses: Vec<RevocationStatus>,
    batches: Vec<Batch>,
}

/// Takes all interrupted revocations up. The user confirmed them when they were begun.
pub async fn take_up(context: &Context) -> TakenUp {
    // One that somebody else has taken up meanwhile is theirs.
    let take = |entry: &Entry| context.journal.as_ref()?.take(&entry.id).ok()?;
    let entries: Vec<OpenEntry> = interrupted(context).iter().filter_map(take).collect();
    let names = if entries.is_empty() {
        HashMap::new()
    } else {
        project_names(context).await
    };
    let mut taken = TakenUp {
        targets: Vec::new(),
        statuses: Vec::new(),
        batches: Vec::new(),
    };
    for entry in entries {
        taken.add(entry, &names);
    }
    taken
}

/// Only for showing: where they cannot be had, the id stands in.
async fn project_names(context: &Context) -> HashMap<ProjectId, String> {
    let directory = crate::directory(context).await;
    let projects = directory.map(|it| it.projects).unwrap_or_default();
    projects.into_iter().map(|it| (it.id, it.name)).collect()
}

impl TakenUp {
    fn add(&mut self, entry: OpenEntry, names: &HashMap<ProjectId, String>) {
        let Work::Revoke(queue) = &entry.entry().work else {
            return;
        };
        let place: Place = entry.entry().place.to_place();
        let name = names.get(&place.project).cloned();
        let project_name = name.unwrap_or_else(|| place.project.to_string());
        let queue = queue.clone();
        let record = EntryWriter::resume(Kind::Emergency.operation(), entry);
        let first = self.targets.len();
        let (batch, statuses) = Batch::taken_up(place, &queue, record, first);
        self.statuses.extend(statuses);
        self.targets
            .extend(batch.members.iter().map(|(_, item)| RevokeTarget {
                project: batch.place.project.clone(),
                project_name: project_name.clone(),
                environment: batch.place.environment.clone(),
                token: item.token.clone(),
                name: item.name.clone(),
                last_use: Occurrence::NotKnown(NotKnown::NotTold),
            }));
        self.batches.push(batch);
    }

    /// Whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Does what is left to do, and gives the status of each token.
    pub async fn go_on(self, context: &Context, options: &RunOptions<'_>) -> Vec<RevocationStatus> {
        let run = Run::new(context, Kind::Emergency, options, &|_| {}, self.statuses);
        drive(run, self.batches).await
    }
}
