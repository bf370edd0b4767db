//! Delete the record of a revoked token (docs/protocol.md 7.3).

use super::list::must_be_readable;
use crate::{Context, Place};
use model::{Problem, WrongState};
use protocol::{DeployToken, DeployTokenId, TokenEntry, token};

/// Deletes the record of the token with this id or exact name, and gives the record as it was.
///
/// # Errors
/// [`Problem::WrongState`] while the token is active: it is revoked first. API errors; 405 means that this server cannot
/// delete.
pub async fn delete(context: &Context, place: &Place, wanted: &str) -> Result<DeployToken, Problem> {
    let _lock = context.lock(place).await?;
    let entries = super::list::list(context, place).await?;
    let found = token::find(&entries, wanted)?;
    if found.is_active() {
        return Err(Problem::WrongState(WrongState::StillActive));
    }
    match context.client.delete_token(&place.project, &found.id).await {
        Ok(()) => {}
        Err(error) if error.was_not_sent() => return Err(error.into()),
        // Any answer is believed when the list says the same: an address that is wrong gives a 404, too, and a gateway may
        // refuse what the server has done.
        Err(error) => match is_listed(context, place, &found.id).await {
            Ok(false) => {}
            Ok(true) => return Err(error.into()),
            Err(cause) => return Err(Problem::Uncertain(Box::new(cause))),
        },
    }
    super::handed::forget(context, &found.id);
    Ok(found.clone())
}

/// Whether the server still lists a record; that it does not is known only where every entry has its id.
async fn is_listed(context: &Context, place: &Place, id: &DeployTokenId) -> Result<bool, Problem> {
    let entries = super::list::list(context, place).await?;
    if entries
        .iter()
        .filter_map(TokenEntry::token)
        .any(|token| token.id == *id)
    {
        return Ok(true);
    }
    must_be_readable(&entries, Some(id)).map(|()| false)
}
