//! Create a deploy token.

use super::issue::{Issued, make};
use super::plan::Plan;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::{Context, Place, Progress};
use model::{NewToken, Problem};

/// Creates a token. When it returns `Ok`, the secrets are inside, shared or not, and in the journal until its entry is
/// closed.
///
/// # Errors
/// Before registering: whatever the checks found; nothing was changed. After it: [`Problem::Uncertain`] when the
/// answer was lost and the server cannot be asked, [`Problem::TakenBack`] when no CI token could be had, not even
/// with a second token. Where the server may still act on a lost request, the journal keeps the operation.
pub async fn create(
    context: &Context,
    place: &Place,
    new: impl Into<NewToken>,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let plan = Plan::New(new.into());
    let _lock = context.lock(place).await?;
    reached(Operation::Create, Checkpoint::Locked);
    make(context, place, &plan, progress).await
}
