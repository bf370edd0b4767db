//! Delete the record of a revoked token (docs/protocol.md 7.3).

use super::{Context, Place, ServiceError, Unfit};
use crate::domain::{DeployToken, token};

/// Deletes the record of the token with this id or exact name, and gives the record as it was.
///
/// # Errors
/// [`ServiceError::Unfit`] while the token is active: it is revoked first. API errors; 405 means that this server cannot
/// delete.
pub async fn delete(context: &Context, place: &Place, wanted: &str) -> Result<DeployToken, ServiceError> {
    let entries = context
        .client
        .tokens(&place.project, Some(&place.environment.id))
        .await?;
    let found = token::find(&entries, wanted)?;
    if found.is_active() {
        return Err(ServiceError::Unfit(Unfit::StillActive));
    }
    context.client.delete_token(&place.project, &found.id).await?;
    Ok(found.clone())
}
