//! Rotate a deploy token: new secrets, same id and name. The old seed stops working at once.

use super::issue::{Registered, find_by_key, hand_over};
use super::{Context, Issued, Note, Place, Progress, ServiceError, Unfit, preflight};
use crate::api::ApiError;
use crate::crypto;
use crate::domain::{DeployToken, IssuanceKind, PublicKey, Step, TokenKey, token};

/// Rotates the token with this id or exact name. When it returns `Ok`, the secrets are inside, shared or not.
///
/// # Errors
/// [`ServiceError::Find`] and [`ServiceError::Unfit`] before anything is changed; [`ServiceError::Uncertain`] when the
/// answer was lost and the server cannot be asked.
pub async fn rotate(
    context: &Context,
    place: &Place,
    wanted: &str,
    progress: Progress<'_>,
) -> Result<Issued, ServiceError> {
    progress(Step::Check);
    let ready = preflight::check(context, place).await?;
    let token = token::find(&ready.tokens, wanted)?.clone();
    if !token.is_active() {
        return Err(ServiceError::Unfit(Unfit::AlreadyRevoked));
    }
    progress(Step::Mint);
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    progress(Step::Register);
    let registered = match context.client.rotate_token(&place.project, &token.id, &key).await {
        Ok(answer) => Registered::read(
            answer,
            DeployToken {
                key: TokenKey::Usable(key),
                ..token
            },
        ),
        Err(error) if error.may_have_happened() => heal(context, place, key, error).await?,
        Err(error) => return Err(error.into()),
    };
    Ok(hand_over(
        context,
        place,
        &ready,
        IssuanceKind::Rotate,
        (registered, seed, key),
        progress,
    )
    .await)
}

/// The answer was lost: if the server has the new key, rotating once more onto it gets the CI token that never arrived.
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
    let again = context.client.rotate_token(&place.project, &found.id, &key).await;
    let answer = again.map_err(|cause| ServiceError::Uncertain(Box::new(cause.into())))?;
    let mut registered = Registered::read(answer, found);
    registered.notes.push(Note::AnswerLost);
    Ok(registered)
}
