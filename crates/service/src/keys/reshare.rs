//! Re-share: seal the environment key again for every device and active token.

use super::preflight::{self, Looked};
use super::publish::{Published, Purpose, publish};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::{Context, Place, Progress};
use model::{Problem, Step, WayOut};
use protocol::crypto::{Accepted, OpenError};

/// What to do in an environment that has no key yet (docs/protocol.md G3), or one without an envelope (G22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKey {
    /// Say so.
    Refuse,
    /// Make one: the user was asked.
    Make,
}

/// Shares the key again and gives the number of recipients.
///
/// # Errors
/// As [`reshare_accepting`].
pub async fn reshare(
    context: &Context,
    place: &Place,
    missing: MissingKey,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    reshare_accepting(context, place, missing, &Accepted::default(), progress).await
}

/// Shares the key again, sealed anew under the environment's name of today, where what its envelope cannot prove is accepted
/// by the user. Gives the number of recipients.
///
/// # Errors
/// [`Problem::NoKey`] where there is none, and [`OpenError::NoEnvelope`] where nobody has the newest one, and none may be
/// made; [`Problem::FormerNameInUse`]; what the checks found; API errors.
pub async fn reshare_accepting(
    context: &Context,
    place: &Place,
    missing: MissingKey,
    accepted: &Accepted,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    progress(Step::Check);
    let _lock = context.lock(place).await?;
    reached(Operation::Reshare, Checkpoint::Locked);
    context.device()?;
    must_be_free(context, place, accepted).await?;
    let Looked { lists, key, .. } = preflight::look(context, place, accepted).await?;
    reached(Operation::Reshare, Checkpoint::Checked);
    let may_make = missing == MissingKey::Make;
    let what = match &key {
        Ok(key) => Published::Again(key),
        Err(Problem::NoKey | Problem::Open(OpenError::NoEnvelope)) if may_make => Published::New,
        Err(problem) => return Err(problem.clone()),
    };
    let (purpose, operation) = (Purpose::default(), Operation::Reshare);
    let count = publish(context, place, &lists, what, purpose, operation, progress).await?;
    progress(Step::Done);
    Ok(count)
}

/// Takes the way out that the user has said yes to, and gives the number of recipients.
///
/// # Errors
/// As [`reshare_accepting`].
pub async fn take_way_out(
    context: &Context,
    place: &Place,
    way: &WayOut,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let (missing, accepted) = match way {
        WayOut::FirstKey | WayOut::FurtherKey => (MissingKey::Make, Accepted::default()),
        WayOut::FormerName(name) => (
            MissingKey::Refuse,
            Accepted {
                former_name: Some(name.clone()),
                unnamed: false,
            },
        ),
        WayOut::Unnamed => (
            MissingKey::Refuse,
            Accepted {
                former_name: None,
                unnamed: true,
            },
        ),
    };
    reshare_accepting(context, place, missing, &accepted, progress).await
}

/// A key that was sealed under the name of another environment of the project may be that one's.
async fn must_be_free(context: &Context, place: &Place, accepted: &Accepted) -> Result<(), Problem> {
    let Some(name) = &accepted.former_name else {
        return Ok(());
    };
    let environments = context.client.environments(&place.project).await?;
    let is_others = environments
        .list
        .iter()
        .any(|it| it.name == *name && it.id != place.environment.id);
    if is_others {
        return Err(Problem::FormerNameInUse { name: name.clone() });
    }
    Ok(())
}
