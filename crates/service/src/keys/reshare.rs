//! Re-share: seal the environment key again for every device and active token.

use super::preflight::{self, Looked};
use super::publish::{Published, Purpose, publish};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::{Context, Place, Progress};
use model::{Problem, Step};

/// What to do in an environment that has no key yet (docs/protocol.md G3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKey {
    /// Say so.
    Refuse,
    /// Make the first one: the user was asked.
    Make,
}

/// Shares the key again and gives the number of recipients.
///
/// # Errors
/// [`Problem::NoKey`] where there is none and none may be made; what the checks found; API errors.
pub async fn reshare(
    context: &Context,
    place: &Place,
    missing: MissingKey,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    progress(Step::Check);
    let _lock = context.lock(place).await?;
    reached(Operation::Reshare, Checkpoint::Locked);
    context.device()?;
    let Looked { lists, key } = preflight::look(context, place).await?;
    reached(Operation::Reshare, Checkpoint::Checked);
    let what = match &key {
        Ok(key) => Published::Again(key),
        Err(Problem::NoKey) if missing == MissingKey::Make => Published::First,
        Err(problem) => return Err(problem.clone()),
    };
    let (purpose, operation) = (Purpose::default(), Operation::Reshare);
    let count = publish(context, place, &lists, what, purpose, operation, progress).await?;
    progress(Step::Done);
    Ok(count)
}
