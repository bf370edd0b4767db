//! List deploy tokens.

use super::ends;
use crate::activity::last_uses;
use crate::keys::recipients::listed_tokens;
use crate::{Context, Place};
use model::{CallError, Problem, Uses};
use protocol::wire::WireError;
use protocol::{DeployTokenId, ProjectId, TokenEntry, token};

/// The tokens of one environment. The hosted server does not tell here when they were last used; [`list_with_uses`] does.
///
/// # Errors
/// [`Problem::NotAnAdmin`]; API errors. An entry without an id is an entry of its own, not an error.
pub async fn list(context: &Context, place: &Place) -> Result<Vec<TokenEntry>, Problem> {
    let listed = listed_tokens(context, &place.project, Some(&place.environment.id)).await?;
    let mut entries = ends::fill_in(context, listed).await;
    for entry in &mut entries {
        if let TokenEntry::Token(token) = entry {
            token.place_in(&place.environment.id, place.name());
        }
    }
    Ok(entries)
}

/// The same with when runners last fetched, as the activity tells it, and how often.
///
/// # Errors
/// As [`list`]; what the activity does not tell is not known.
pub async fn list_with_uses(context: &Context, place: &Place) -> Result<(Vec<TokenEntry>, Uses), Problem> {
    let mut entries = list(context, place).await?;
    let uses = last_uses(context, &place.project, &entries).await;
    uses.fill_in(&mut entries);
    Ok((entries, uses))
}

/// The tokens of all environments of a project.
///
/// # Errors
/// [`Problem::NotAnAdmin`]; API errors.
pub async fn list_project(context: &Context, project: &ProjectId) -> Result<Vec<TokenEntry>, Problem> {
    let listed = listed_tokens(context, project, None).await?;
    Ok(ends::fill_in(context, listed).await)
}

/// Before a token is taken for inactive, or for not there, because no readable entry says otherwise.
///
/// # Errors
/// [`CallError::Malformed`] when an entry may be it that cannot be read as a whole (see [`token::obscured`]).
pub(crate) fn must_be_readable(
    entries: &[TokenEntry],
    wanted: Option<&DeployTokenId>,
) -> Result<(), Problem> {
    match token::obscured(entries, wanted) {
        Some(what) => Err(CallError::Malformed(WireError::Missing { what }).into()),
        None => Ok(()),
    }
}
