//! Checklists in a sealed file beside the journal.

use std::sync::Arc;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::values::Mark;
use crate::Place;
use crate::journal::{Journal, SealedFile};
use model::{CheckedPlace, CheckedValue, Checklist, JournalError, ValueState};
use protocol::{Environment, EnvironmentId, EnvironmentName, Fingerprint, Moment, ProjectId};

const FILE: SealedFile = SealedFile {
    file: "checklists.sealed",
    lock: "checklists.lock",
};
/// So many checklists of a server at most: the oldest are forgotten.
const MOST: usize = 50;

/// The content of the file: the checklists by server, the oldest first.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    checklists: std::collections::BTreeMap<String, Vec<Kept>>,
}

/// A checklist as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) begun: String,
    pub(super) because: Vec<String>,
    pub(super) not_compared: Vec<String>,
    pub(super) places: Vec<KeptPlace>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct KeptPlace {
    project: ProjectId,
    project_name: String,
    environment: EnvironmentId,
    environment_name: EnvironmentName,
    environment_kind: String,
    pub(super) is_exposed: bool,
    /// Of the key under which the claims are.
    pub(super) key: Option<String>,
    pub(super) values: Vec<KeptValue>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct KeptValue {
    pub(super) name: String,
    version: Option<u64>,
    claim: Option<String>,
    since: Option<String>,
    pub(super) same: Option<u32>,
    pub(super) done: Option<Done>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Done {
    Changed { at: Option<String>, by: Option<String> },
    Deleted,
    Settled { at: String },
}

impl KeptValue {
    pub(super) fn new(mark: Mark, since: Option<Moment>) -> Self {
        let mut value = Self {
            name: mark.name.clone(),
            version: None,
            claim: None,
            since: since.map(Moment::to_wire),
            same: None,
            done: None,
        };
        value.anchor(&mark);
        value
    }

    /// As the server had it.
    pub(super) fn mark(&self) -> Mark {
        let claim = self.claim.as_ref();
        Mark {
            name: self.name.clone(),
            version: self.version,
            claim: claim.and_then(|it| BASE64.decode(it.as_bytes()).ok()),
        }
    }

    /// From now on this is the value that is to be changed.
    pub(super) fn anchor(&mut self, mark: &Mark) {
        self.version = mark.version;
        self.claim = mark.claim.as_ref().map(|it| BASE64.encode(it));
    }

    fn told(&self) -> CheckedValue {
        let moment = |text: &Option<String>| text.as_deref().and_then(Moment::parse);
        CheckedValue {
            name: self.name.clone(),
            since: moment(&self.since),
            same: self.same,
            state: match &self.done {
                None => ValueState::AsItWas,
                Some(Done::Changed { at, by }) => ValueState::Changed {
                    at: moment(at),
                    by: by.clone(),
                },
                Some(Done::Deleted) => ValueState::Deleted,
                Some(Done::Settled { at }) => match Moment::parse(at) {
                    Some(at) => ValueState::Settled { at },
                    None => ValueState::AsItWas,
                },
            },
        }
    }
}

impl KeptPlace {
    pub(super) fn new(
        place: &Place,
        project_name: String,
        is_exposed: bool,
        key: Option<Fingerprint>,
        values: Vec<KeptValue>,
    ) -> Self {
        Self {
            project: place.project.clone(),
            project_name,
            environment: place.environment.id.clone(),
            environment_name: place.environment.name.clone(),
            environment_kind: place.environment.kind.clone(),
            is_exposed,
            key: key.map(|it| it.to_hex()),
            values,
        }
    }

    pub(super) fn place(&self) -> Place {
        Place {
            project: self.project.clone(),
            environment: Environment {
                id: self.environment.clone(),
                name: self.environment_name.clone(),
                kind: self.environment_kind.clone(),
                created_at: None,
            },
        }
    }

    pub(super) fn is_of(&self, place: &Place) -> bool {
        self.project == place.project && self.environment == place.environment.id
    }

    fn told(&self) -> CheckedPlace {
        let Place { project, environment } = self.place();
        CheckedPlace {
            project,
            project_name: self.project_name.clone(),
            environment,
            is_exposed: self.is_exposed,
            values: self.values.iter().map(KeptValue::told).collect(),
            problem: None,
        }
    }
}

impl Kept {
    /// As it is told, by what was last known.
    pub(super) fn told(&self) -> Checklist {
        Checklist {
            id: self.id.clone(),
            begun: Moment::parse(&self.begun).unwrap_or_else(Moment::now),
            because: self.because.clone(),
            not_compared: self.not_compared.clone(),
            places: self.places.iter().map(KeptPlace::told).collect(),
        }
    }

    /// Keeps it.
    pub(super) fn add(self, journal: &Arc<Journal>) -> Result<(), JournalError> {
        change(journal, |all| {
            all.push(self);
            let too_many = all.len().saturating_sub(MOST);
            all.drain(..too_many);
        })
    }
}

/// The checklists of the server in use, the oldest first.
pub(super) fn read(journal: &Journal) -> Result<Vec<Kept>, JournalError> {
    let mut document: Document = FILE.read(journal)?;
    Ok(document.checklists.remove(journal.scope()).unwrap_or_default())
}

/// Changes them.
pub(super) fn change<T>(
    journal: &Journal,
    change: impl FnOnce(&mut Vec<Kept>) -> T,
) -> Result<T, JournalError> {
    FILE.change(journal, |document: &mut Document| {
        change(document.checklists.entry(journal.scope().to_owned()).or_default())
    })
}
