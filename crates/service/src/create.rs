//! Create a deploy token: check, mint, write down, register, seal, publish. A successor is made in the same way
//! ([`super::replace`]).

use super::checkpoint::{Checkpoint, Operation, reached};
use super::issue::{Registered, expected, find_by_key, find_lost, hand_over, settle};
use super::journal::{EntryWriter, IssueRecord, ReplaceRecord, Successor, Work};
use super::{Context, Issued, Place, Progress, preflight};
use model::{CallError, IssuanceKind, Note, Problem, Step};
use protocol::crypto;
use protocol::wire::WireError;
use protocol::{DeployToken, DeployTokenId, PublicKey, TokenName};

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
    name: &TokenName,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let _lock = context.lock(place).await?;
    reached(Operation::Create, Checkpoint::Locked);
    make_with_retry(context, place, name.as_str(), None, progress).await
}

/// Makes a token, with a second try where the first one had to be revoked again: that duplicates nothing. The caller
/// holds the place. `replaced` is the token whose successor it will be.
pub(super) async fn make_with_retry(
    context: &Context,
    place: &Place,
    name: &str,
    replaced: Option<&DeployTokenId>,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    match make(context, place, name, replaced, progress).await {
        Err(Problem::TakenBack(_)) => make(context, place, name, replaced, progress).await,
        made => made,
    }
}

/// One try.
pub(super) async fn make(
    context: &Context,
    place: &Place,
    name: &str,
    replaced: Option<&DeployTokenId>,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let (operation, kind) = match replaced {
        None => (Operation::Create, IssuanceKind::Create),
        Some(_) => (Operation::Replace, IssuanceKind::Replace),
    };
    progress(Step::Check);
    let ready = preflight::check(context, place).await?;
    reached(operation, Checkpoint::Checked);
    progress(Step::Mint);
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    reached(operation, Checkpoint::Minted);
    let intended = IssueRecord::intended(kind, name, None, key, seed.clone());
    let work = match replaced {
        None => Work::Issue(intended),
        Some(old) => Work::Replace(ReplaceRecord {
            old: old.clone(),
            successor: Successor::Issuing(intended),
            own_use: None,
        }),
    };
    let record = EntryWriter::begin(context, place, operation, work)?;
    progress(Step::Register);
    let answer = context
        .client
        .create_token(&place.project, &place.environment.id, name, &key)
        .await;
    let registered = match answer {
        Ok(answer) => {
            reached(operation, Checkpoint::Registered);
            let registered = Registered::read(answer, expected(place, name, None, key));
            identify(context, place, key, registered).await
        }
        Err(error) if error.may_have_happened() => heal(context, place, key, error).await,
        Err(error) => Err(error.into()),
    };
    let (registered, record) = settle(registered, record)?;
    let secrets = (registered, seed, key);
    Ok(hand_over(context, place, Ok(ready), kind, secrets, record, progress).await)
}

/// The answer was lost: if the token is there, rotating it onto the same key gets the CI token that never arrived; where
/// that gives none, the token is revoked, so that no active token is left that nobody holds.
async fn heal(
    context: &Context,
    place: &Place,
    key: PublicKey,
    lost: CallError,
) -> Result<Registered, Problem> {
    let token = find_lost(context, place, key, lost).await?;
    replace_ci_token(context, place, key, token).await
}

/// Gets a CI token for a token that has this key already, or revokes it.
pub(super) async fn replace_ci_token(
    context: &Context,
    place: &Place,
    key: PublicKey,
    found: DeployToken,
) -> Result<Registered, Problem> {
    let id = found.id.clone();
    let rotated = context.client.rotate_token(&place.project, &id, &key).await;
    if let Ok(answer) = rotated {
        let mut registered = Registered::read(answer, found);
        if registered.ci_token.is_some() {
            registered.notes.push(Note::AnswerLost);
            return Ok(registered);
        }
    }
    match context.client.revoke_token(&place.project, &id).await {
        Ok(token) if !token.is_active() => Err(Problem::TakenBack(id)),
        Ok(_) => Err(Problem::Uncertain(Box::new(Problem::NotDone))),
        Err(cause) => Err(Problem::Uncertain(Box::new(cause.into()))),
    }
}

/// A record that could not be read is looked up by its public key, so that it can be shared with; if its CI token was
/// lost with it, that is healed.
async fn identify(
    context: &Context,
    place: &Place,
    key: PublicKey,
    mut registered: Registered,
) -> Result<Registered, Problem> {
    if !registered.is_malformed() {
        return Ok(registered);
    }
    if registered.ci_token.is_none() {
        let lost = CallError::Malformed(WireError::Wrong { what: "data" });
        return heal(context, place, key, lost).await;
    }
    if let Ok(Some(found)) = find_by_key(context, place, key).await {
        registered.token = found;
    }
    Ok(registered)
}
