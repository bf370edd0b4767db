//! Beginning a checklist: opening what was exposed, and finding where else the same values stand.

use std::collections::HashMap;

use super::kept::{Kept, KeptPlace, KeptValue};
use super::values::{self, Mark, Standing};
use crate::off_thread::off_thread;
use crate::{Context, Place, Progress, directory};
use model::{Checklist, Problem, Step};
use protocol::crypto::{self, at_rest};
use protocol::secret::SecretText;
use protocol::{Moment, Project, ProjectId};

/// Shorter values, such as `true` or `production`, stand in many places by themselves.
const SHORTEST_COMPARED: usize = 8;

/// Begins a checklist of the values of these environments, because runners of these tokens could read them. Their projects'
/// other environments are looked through for the same values, or with `everywhere` those of all projects.
///
/// # Errors
/// [`Problem::NoJournal`], [`Problem::NoDevice`]; where a value of these environments cannot be looked at, as the checks before
/// an operation. What cannot be opened elsewhere is told in the checklist.
pub async fn begin(
    context: &Context,
    exposed: &[Place],
    because: Vec<String>,
    everywhere: bool,
    progress: Progress<'_>,
) -> Result<Checklist, Problem> {
    context.device()?;
    let journal = context.journal.as_ref().ok_or(Problem::NoJournal)?;
    progress(Step::Check);
    let projects = directory(context).await?.projects;
    let name_of = |id: &ProjectId| {
        let known = projects.iter().find(|it| it.id == *id);
        known.map_or_else(|| id.to_string(), |it| it.name.clone())
    };
    let mut found = Vec::new();
    progress(Step::Open);
    for place in exposed {
        found.push(open(context, place, name_of(&place.project), true).await?);
    }
    let mut not_compared = Vec::new();
    for place in others(context, &projects, exposed, everywhere).await? {
        match open(context, &place, name_of(&place.project), false).await {
            Ok(other) => found.push(other),
            Err(problem) if is_over(&problem) => return Err(problem),
            Err(_) => not_compared.push(format!("{} / {}", name_of(&place.project), place.name())),
        }
    }
    let mut checklist = Kept {
        id: uuid::Uuid::new_v4().to_string(),
        begun: Moment::now().to_wire(),
        because,
        not_compared,
        places: off_thread(move || compared(found)).await?,
    };
    checklist
        .places
        .retain(|place| place.is_exposed || !place.values.is_empty());
    let told = checklist.told();
    checklist.add(journal)?;
    Ok(told)
}

/// Whether asking others is of no use either.
fn is_over(problem: &Problem) -> bool {
    problem.call().is_some_and(model::CallError::needs_sign_in)
}

/// The other environments that are looked through.
async fn others(
    context: &Context,
    projects: &[Project],
    exposed: &[Place],
    everywhere: bool,
) -> Result<Vec<Place>, Problem> {
    let mut others = Vec::new();
    for project in projects {
        let is_looked_through = everywhere || exposed.iter().any(|it| it.project == project.id);
        if !is_looked_through {
            continue;
        }
        for environment in context.client.environments(&project.id).await?.list {
            let is_exposed = exposed.iter().any(|it| it.environment.id == environment.id);
            if !is_exposed {
                others.push(Place {
                    project: project.id.clone(),
                    environment,
                });
            }
        }
    }
    Ok(others)
}

/// An environment with its values.
struct Found {
    kept: KeptPlace,
    values: Vec<Option<SecretText>>,
}

impl Found {
    fn which_are_empty(&self) -> Vec<bool> {
        let is_empty = |it: &SecretText| it.expose().is_empty();
        self.values
            .iter()
            .map(|it| it.as_ref().is_some_and(is_empty))
            .collect()
    }
}

async fn open(
    context: &Context,
    place: &Place,
    project_name: String,
    is_exposed: bool,
) -> Result<Found, Problem> {
    let standing: Standing = values::ask(context, place).await?;
    let values = standing.open(context).await?;
    let kept = |sealed| {
        let mark = Mark::from(sealed);
        let since = standing.stands_since(&mark.name);
        KeptValue::new(mark, since)
    };
    Ok(Found {
        kept: KeptPlace::new(
            place,
            project_name,
            is_exposed,
            standing.key,
            standing.sealed.iter().map(kept).collect(),
        ),
        values,
    })
}

/// Numbers the values that stand in several places, and leaves of environments that were not exposed those alone that stand in
/// an exposed one. Equal values are found by claims under a key that nobody has afterwards.
fn compared(found: Vec<Found>) -> Vec<KeptPlace> {
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    let mut equal: HashMap<[u8; 32], Vec<(usize, usize)>> = HashMap::new();
    for (place, it) in found.iter().enumerate() {
        for (at, value) in it.values.iter().enumerate() {
            // Key and value exposed to be compared.
            let text = value.as_ref().map(|it| it.expose().as_bytes());
            if let Some(text) = text.filter(|text| text.len() >= SHORTEST_COMPARED) {
                let all = equal.entry(at_rest::claim(key.expose(), text)).or_default();
                all.push((place, at));
            }
        }
    }
    let is_empty: Vec<Vec<bool>> = found.iter().map(Found::which_are_empty).collect();
    let mut places: Vec<KeptPlace> = found.into_iter().map(|it| it.kept).collect();
    let is_several = |all: &Vec<(usize, usize)>| {
        all.len() > 1
            && all
                .iter()
                .any(|(place, _)| places.get(*place).is_some_and(|it| it.is_exposed))
    };
    let mut several: Vec<Vec<(usize, usize)>> = equal.into_values().filter(is_several).collect();
    several.sort();
    for (number, all) in (0_u32..).zip(several) {
        for (place, at) in all {
            let value = places.get_mut(place).and_then(|it| it.values.get_mut(at));
            if let Some(value) = value {
                value.same = Some(number);
            }
        }
    }
    for (place, values) in places.iter_mut().zip(is_empty) {
        let mut is_empty = values.into_iter();
        let is_exposed = place.is_exposed;
        // An empty value tells nobody anything.
        let is_listed = |it: &KeptValue| {
            if is_exposed {
                !is_empty.next().unwrap_or(false)
            } else {
                it.same.is_some()
            }
        };
        place.values.retain(is_listed);
    }
    places
}
