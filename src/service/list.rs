//! List deploy tokens.

use super::{Context, Place, ServiceError};
use crate::domain::{ProjectId, TokenEntry};

/// The tokens of one environment.
///
/// # Errors
/// API errors. A malformed entry is an entry of its own, not an error.
pub async fn list(context: &Context, place: &Place) -> Result<Vec<TokenEntry>, ServiceError> {
    Ok(context
        .client
        .tokens(&place.project, Some(&place.environment.id))
        .await?)
}

/// The tokens of all environments of a project.
///
/// # Errors
/// API errors.
pub async fn list_project(context: &Context, project: &ProjectId) -> Result<Vec<TokenEntry>, ServiceError> {
    Ok(context.client.tokens(project, None).await?)
}
