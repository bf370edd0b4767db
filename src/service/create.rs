//! Create a deploy token: check, mint, register, seal, publish.

use super::issue::{Registered, expected, find_by_key, hand_over};
use super::{Context, Issued, Note, Place, Progress, ServiceError, preflight};
use crate::api::ApiError;
use crate::crypto;
use crate::domain::{IssuanceKind, PublicKey, Step, TokenName};

/// Creates a token. When it returns `Ok`, the secrets are inside, shared or not.
///
/// # Errors
/// Before registering: whatever the checks found; nothing was changed. After it: [`ServiceError::Uncertain`] when the
/// answer was lost and the server cannot be asked, [`ServiceError::TakenBack`] when no CI token could be had.
pub async fn create(
    context: &Context,
    place: &Place,
    name: &TokenName,
    progress: Progress<'_>,
) -> Result<Issued, ServiceError> {
    progress(Step::Check);
    let ready = preflight::check(context, place).await?;
    progress(Step::Mint);
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    progress(Step::Register);
    let answer = context
        .client
        .create_token(&place.project, &place.environment.id, name.as_str(), &key)
        .await;
    let registered = match answer {
        Ok(answer) => Registered::read(answer, expected(place, name.as_str(), None, key)),
        Err(error) if error.may_have_happened() => heal(context, place, key, error).await?,
        Err(error) => return Err(error.into()),
    };
    let registered = identify(context, place, key, registered).await;
    Ok(hand_over(
        context,
        place,
        &ready,
        IssuanceKind::Create,
        (registered, seed, key),
        progress,
    )
    .await)
}

/// The answer was lost: if the token is there, rotating it onto the same key gets the CI token that never arrived; where
/// that gives none, the token is revoked, so that no active token is left that nobody holds.
async fn heal(
    context: &Context,
    place: &Place,
    key: PublicKey,
    lost: ApiError,
) -> Result<Registered, ServiceError> {
    let found = match find_by_key(context, place, key).await {
        Ok(Some(token)) => token,
        Ok(None) => return Err(lost.into()),
        Err(cause) => return Err(ServiceError::Uncertain(Box::new(cause))),
    };
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
        Ok(_) => Err(ServiceError::TakenBack(id)),
        Err(cause) => Err(ServiceError::Uncertain(Box::new(cause.into()))),
    }
}

/// A record that could not be read is looked up by its public key, so that it can be shared with.
async fn identify(
    context: &Context,
    place: &Place,
    key: PublicKey,
    mut registered: Registered,
) -> Registered {
    let malformed = registered
        .notes
        .iter()
        .any(|note| matches!(note, Note::MalformedRecord(_)));
    if malformed && let Ok(Some(found)) = find_by_key(context, place, key).await {
        registered.token = found;
    }
    registered
}
