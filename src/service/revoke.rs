//! Revoke a deploy token: its CI token ends at once, then the key is sealed again for those who remain.
//!
//! Revoking needs no key. What a runner kept can still open old ciphertexts (docs/protocol.md 6.5).

use super::share::share;
use super::{Context, Place, Progress, ServiceError, Unfit, preflight};
use crate::domain::{DeployToken, Step, TokenEntry, token};

/// A token that the server has ended.
#[derive(Debug)]
pub struct Revoked {
    /// The record, as the server now has it.
    pub token: DeployToken,
    /// For how many recipients the key was sealed again, or why it was not. Runners cannot fetch in either case.
    pub share: Result<usize, ServiceError>,
}

/// Revokes the token with this id or exact name.
///
/// # Errors
/// [`ServiceError::Find`], [`ServiceError::Unfit`] when it is revoked already, [`ServiceError::NotDone`] when the server
/// still lists it as active, and API errors. A failure to share again is inside [`Revoked`].
pub async fn revoke(
    context: &Context,
    place: &Place,
    wanted: &str,
    progress: Progress<'_>,
) -> Result<Revoked, ServiceError> {
    progress(Step::Check);
    let entries = context
        .client
        .tokens(&place.project, Some(&place.environment.id))
        .await?;
    let found = token::find(&entries, wanted)?;
    if !found.is_active() {
        return Err(ServiceError::Unfit(Unfit::AlreadyRevoked));
    }
    progress(Step::Revoke);
    let token = match context.client.revoke_token(&place.project, &found.id).await {
        Ok(token) if !token.is_active() => token,
        Ok(_) => confirm(context, place, found)
            .await?
            .ok_or(ServiceError::NotDone)?,
        Err(error) if error.may_have_happened() => match confirm(context, place, found).await {
            Ok(Some(token)) => token,
            Ok(None) => return Err(error.into()),
            Err(cause) => return Err(ServiceError::Uncertain(Box::new(cause))),
        },
        Err(error) => return Err(error.into()),
    };
    let share = share_with_rest(context, place, progress).await;
    progress(Step::Done);
    Ok(Revoked { token, share })
}

/// The token as the server lists it now, if it is not active any more.
async fn confirm(
    context: &Context,
    place: &Place,
    token: &DeployToken,
) -> Result<Option<DeployToken>, ServiceError> {
    let entries = context
        .client
        .tokens(&place.project, Some(&place.environment.id))
        .await?;
    let listed = entries
        .iter()
        .filter_map(TokenEntry::token)
        .find(|it| it.id == token.id);
    Ok(listed.filter(|it| !it.is_active()).cloned())
}

async fn share_with_rest(
    context: &Context,
    place: &Place,
    progress: Progress<'_>,
) -> Result<usize, ServiceError> {
    let ready = preflight::check(context, place).await?;
    share(context, place, &ready.key, None, progress).await
}
