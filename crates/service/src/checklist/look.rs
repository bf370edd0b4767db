//! How the values of a checklist stand, and what is said of them.

use super::kept::{self, Done, Kept, KeptPlace, KeptValue};
use super::values::{self, Mark, Standing};
use crate::{Context, Place};
use model::{CheckedPlace, Checklist, Problem, ValueState};
use protocol::{EnvironmentId, Fingerprint, Moment};

/// The checklists that are open, as they were last known, the oldest first. Without a journal there are none.
///
/// # Errors
/// [`Problem::Journal`].
pub fn checklists(context: &Context) -> Result<Vec<Checklist>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(Vec::new());
    };
    let all = kept::read(journal)?;
    Ok(all.iter().map(Kept::told).collect())
}

/// Asks the server how the values of a checklist stand, and notes which are done; `None` where there is no such checklist. An
/// environment that cannot be asked says why, and keeps what was known.
///
/// # Errors
/// [`Problem::NoDevice`], [`Problem::Journal`]; a session that has ended.
pub async fn look(context: &Context, id: &str) -> Result<Option<Checklist>, Problem> {
    context.device()?;
    let journal = context.journal.as_ref().ok_or(Problem::NoJournal)?;
    let Some(known) = kept::read(journal)?.into_iter().find(|it| it.id == id) else {
        return Ok(None);
    };
    let mut looked = Vec::new();
    for place in &known.places {
        match values::ask(context, &place.place()).await {
            Err(problem) if problem.call().is_some_and(model::CallError::needs_sign_in) => {
                return Err(problem);
            }
            asked => looked.push(asked),
        }
    }
    // Read again: somebody may have said something meanwhile.
    let told = kept::change(journal, |all| {
        let kept = all.iter_mut().find(|it| it.id == id)?;
        for (place, asked) in kept.places.iter_mut().zip(&looked) {
            if let Ok(standing) = asked {
                note(place, standing);
            }
        }
        Some(kept.clone())
    })?;
    Ok(told.map(|kept| {
        let mut told = kept.told();
        for ((place, kept), asked) in told.places.iter_mut().zip(&kept.places).zip(looked) {
            match asked {
                Ok(standing) => say_what_is_not_known(place, kept, &standing),
                Err(problem) => place.problem = Some(problem),
            }
        }
        told
    }))
}

/// Notes what was changed or deleted.
fn note(place: &mut KeptPlace, standing: &Standing) {
    let is_same_key = is_same_key(place, standing.key);
    for value in place.values.iter_mut().filter(|it| it.done.is_none()) {
        let now = standing.sealed.iter().find(|it| it.name == value.name);
        value.done = match now.map(Mark::from) {
            None => Some(Done::Deleted),
            Some(now) if is_same_key && value.mark().is_other(&now) => {
                let pushed = standing.pushed(&value.name);
                Some(Done::Changed {
                    at: pushed.and_then(|it| it.updated_at).map(Moment::to_wire),
                    by: pushed.and_then(|it| it.updated_by.clone()),
                })
            }
            Some(_) => None,
        };
    }
}

fn say_what_is_not_known(place: &mut CheckedPlace, kept: &KeptPlace, standing: &Standing) {
    if is_same_key(kept, standing.key) {
        return;
    }
    let open = place
        .values
        .iter_mut()
        .filter(|it| it.state == ValueState::AsItWas);
    open.for_each(|it| it.state = ValueState::NotKnown);
}

fn is_same_key(place: &KeptPlace, now: Option<Fingerprint>) -> bool {
    place.key == now.map(|it| it.to_hex())
}

/// Notes that a value is dealt with as the user says, or is not after all.
///
/// # Errors
/// [`Problem::NoJournal`], [`Problem::Journal`].
pub fn settle(
    context: &Context,
    id: &str,
    environment: &EnvironmentId,
    name: &str,
    is_settled: bool,
) -> Result<(), Problem> {
    let journal = context.journal.as_ref().ok_or(Problem::NoJournal)?;
    let now = Moment::now().to_wire();
    kept::change(journal, |all| {
        let places = all
            .iter_mut()
            .filter(|it| it.id == id)
            .flat_map(|it| &mut it.places);
        let here = places.filter(|it| it.place().environment.id == *environment);
        for value in here.flat_map(|it| &mut it.values).filter(|it| it.name == name) {
            value.done = is_settled.then(|| Done::Settled { at: now.clone() });
        }
    })?;
    Ok(())
}

/// Forgets a checklist.
///
/// # Errors
/// [`Problem::NoJournal`], [`Problem::Journal`].
pub fn close(context: &Context, id: &str) -> Result<(), Problem> {
    let journal = context.journal.as_ref().ok_or(Problem::NoJournal)?;
    kept::change(journal, |all| all.retain(|it| it.id != id))?;
    Ok(())
}

/// A renewal gives every variable another version and another claim: from now on those are what stands for the values that are
/// to be changed. What was changed `before` it is noted; what somebody changed at the same time counts as not changed.
pub(crate) fn after_renewal(
    context: &Context,
    place: &Place,
    keys: (Fingerprint, Fingerprint),
    before: &[Mark],
    now: &[Mark],
) {
    let Some(journal) = &context.journal else { return };
    let concerns = |all: &[Kept]| all.iter().flat_map(|it| &it.places).any(|it| it.is_of(place));
    if !kept::read(journal).is_ok_and(|all| concerns(&all)) {
        return;
    }
    let changed = kept::change(journal, |all| {
        let places = all.iter_mut().flat_map(|it| &mut it.places);
        for it in places.filter(|it| it.is_of(place) && is_same_key(it, Some(keys.0))) {
            it.key = Some(keys.1.to_hex());
            it.values.iter_mut().for_each(|value| move_on(value, before, now));
        }
    });
    if let Err(error) = changed {
        tracing::warn!(%error, "of values to be changed it is not known any more whether they were");
    }
}

fn move_on(value: &mut KeptValue, before: &[Mark], now: &[Mark]) {
    let of = |marks: &[Mark]| marks.iter().find(|it| it.name == value.name).cloned();
    if value.done.is_none() && of(before).is_some_and(|before| value.mark().is_other(&before)) {
        value.done = Some(Done::Changed { at: None, by: None });
    }
    if let Some(now) = of(now) {
        value.anchor(&now);
    }
}
