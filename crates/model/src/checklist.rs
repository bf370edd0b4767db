//! Values that somebody may have read, until each is changed.

use protocol::{Environment, Moment, ProjectId};

use super::Problem;

/// The values that somebody may have read, and where else the same ones stand. No value is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    /// Its name.
    pub id: String,
    /// When it was begun: what was changed before is not known here.
    pub begun: Moment,
    /// Whose runners could read the values: names of tokens; none where it was begun without one.
    pub because: Vec<String>,
    /// Environments whose values were not compared, because this device cannot open them.
    pub not_compared: Vec<String>,
    /// The environments whose values may have been read, then those where the same ones stand.
    pub places: Vec<CheckedPlace>,
}

/// The values of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPlace {
    pub project: ProjectId,
    pub project_name: String,
    pub environment: Environment,
    /// Whether its values may have been read; else the same values stand in one where they may.
    pub is_exposed: bool,
    /// In the server's order.
    pub values: Vec<CheckedValue>,
    /// Why the server could not be asked how they stand now.
    pub problem: Option<Problem>,
}

/// A value that is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedValue {
    /// The variable's name.
    pub name: String,
    /// Since when it was the value that may have been read, where the server told it.
    pub since: Option<Moment>,
    /// Those with the same number had the same value; `None` where no other has.
    pub same: Option<u32>,
    pub state: ValueState,
}

/// What became of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueState {
    /// It is the one that may have been read.
    AsItWas,
    /// The server has another one.
    Changed {
        /// Since when.
        at: Option<Moment>,
        /// Who pushed it: an e-mail address.
        by: Option<String>,
    },
    /// The server has none any more.
    Deleted,
    /// The user says that it is dealt with.
    Settled {
        /// When they said so.
        at: Moment,
    },
    /// Its environment's key was renewed elsewhere, so that every variable has a newer version, whether its value is another
    /// or not.
    NotKnown,
}

impl ValueState {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Deleted | Self::Settled { .. })
    }
}

impl Checklist {
    /// How many values are done, and of how many.
    pub fn done(&self) -> (usize, usize) {
        let values = || self.places.iter().flat_map(|place| &place.values);
        (values().filter(|it| it.state.is_done()).count(), values().count())
    }

    /// Whether nothing is left to do, as the server says now.
    pub fn is_done(&self) -> bool {
        let (done, all) = self.done();
        done == all
    }

    /// Where else the same value stood.
    pub fn same_as(&self, place: &CheckedPlace, value: &CheckedValue) -> Vec<(&CheckedPlace, &CheckedValue)> {
        let Some(same) = value.same else {
            return Vec::new();
        };
        let is_itself = |in_place: &CheckedPlace, it: &CheckedValue| {
            in_place.environment.id == place.environment.id && it.name == value.name
        };
        let all = self
            .places
            .iter()
            .flat_map(|place| place.values.iter().map(move |it| (place, it)));
        all.filter(|(in_place, it)| it.same == Some(same) && !is_itself(in_place, it))
            .collect()
    }
}
