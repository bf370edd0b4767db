//! Rotate a deploy token: new secrets, same id and name. The old seed stops working at once.

use super::checkpoint::{Checkpoint, Operation, reached};
use super::issue::{Registered, find_lost, hand_over, settle};
use super::journal::{EntryWriter, IssueRecord, Work};
use super::{Context, Issued, Place, Progress, preflight};
use model::{CallError, IssuanceKind, Note, Problem, Step, WrongState};
use protocol::crypto;
use protocol::wire::WireError;
use protocol::{DeployToken, PublicKey, TokenKey, token};

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
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let _lock = context.lock(place).await?;
    reached(Operation::Rotate, Checkpoint::Locked);
    progress(Step::Check);
    let ready = preflight::check(context, place).await?;
    let token = token::find(&ready.lists.tokens, wanted)?.clone();
    if !token.is_active() {
        return Err(Problem::WrongState(WrongState::AlreadyRevoked));
    }
    reached(Operation::Rotate, Checkpoint::Checked);
    progress(Step::Mint);
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    reached(Operation::Rotate, Checkpoint::Minted);
    let id = Some(token.id.clone());
    let intended = IssueRecord::intended(IssuanceKind::Rotate, &token.name, id, key, seed.clone());
    let record = EntryWriter::begin(context, place, Operation::Rotate, Work::Issue(intended))?;
    progress(Step::Register);
    let registered = match context.client.rotate_token(&place.project, &token.id, &key).await {
        Ok(answer) => {
            reached(Operation::Rotate, Checkpoint::Registered);
            let key = TokenKey::Usable(key);
            let registered = Registered::read(answer, DeployToken { key, ..token });
            identify(context, place, registered).await
        }
        Err(error) if error.may_have_happened() => heal(context, place, key, error).await,
        Err(error) => Err(error.into()),
    };
    let (registered, record) = settle(registered, record)?;
    let kind = IssuanceKind::Rotate;
    let secrets = (registered, seed, key);
    Ok(hand_over(context, place, Ok(ready), kind, secrets, record, progress).await)
}

/// The answer was lost: if the server has the new key, rotating once more onto it gets the CI token that never arrived.
async fn heal(
    context: &Context,
    place: &Place,
    key: PublicKey,
    lost: CallError,
) -> Result<Registered, Problem> {
    let token = find_lost(context, place, key, lost).await?;
    rotate_again(context, place, key, token).await
}

/// Rotates onto the key that the token has already. No CI token in the answer means that the old one stays.
pub(super) async fn rotate_again(
    context: &Context,
    place: &Place,
    key: PublicKey,
    found: DeployToken,
) -> Result<Registered, Problem> {
    let again = context.client.rotate_token(&place.project, &found.id, &key).await;
    let answer = again.map_err(|cause| Problem::Uncertain(Box::new(cause.into())))?;
    let mut registered = Registered::read(answer, found);
    if registered.is_malformed() && registered.ci_token.is_none() {
        // Whether the old CI token stays cannot be told from this; the journal keeps the operation.
        let unreadable = CallError::Malformed(WireError::Wrong { what: "data" });
        return Err(Problem::Uncertain(Box::new(unreadable.into())));
    }
    registered.notes.push(Note::AnswerLost);
    Ok(registered)
}

/// An answer without a readable record and without a CI token may have lost one on the way: it is asked for again.
async fn identify(context: &Context, place: &Place, registered: Registered) -> Result<Registered, Problem> {
    let (malformed, key) = (registered.is_malformed(), registered.token.key.clone());
    match key {
        TokenKey::Usable(key) if malformed && registered.ci_token.is_none() => {
            rotate_again(context, place, key, registered.token).await
        }
        _ => Ok(registered),
    }
}
