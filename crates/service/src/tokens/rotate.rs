//! Rotate a deploy token: new secrets, same id and name. The old seed stops working at once.

use super::issue::{Issued, issue, prepare};
use super::plan::Plan;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::{Context, Place, Progress};
use model::{Problem, WrongState};
use protocol::{Lifetime, token};

/// Rotates the token with this id or exact name. When it returns `Ok`, the secrets are inside, shared or not, and in the
/// journal until its entry is closed.
///
/// # Errors
/// [`Problem::Find`] and [`Problem::WrongState`] before anything is changed; [`Problem::Uncertain`] when the
/// answer was lost and the server cannot be asked: the journal then keeps the new seed.
pub async fn rotate(
    context: &Context,
    place: &Place,
    wanted: &str,
    lifetime: Lifetime,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let _lock = context.lock(place).await?;
    reached(Operation::Rotate, Checkpoint::Locked);
    let ready = prepare(context, place, progress).await?;
    let token = token::find(ready.lists.tokens()?, wanted)?.clone();
    if !token.may_be_active() {
        return Err(Problem::WrongState(WrongState::AlreadyRevoked));
    }
    let plan = Plan::This(Box::new(token), lifetime);
    issue(context, place, &plan, ready, progress).await
}
