//! Finding the token of an interrupted operation on the server.

use crate::activity::last_uses;
use crate::journal::{Delivered, IssueRecord, ReplaceRecord, Stage};
use crate::tokens::list::must_be_readable;
use crate::tokens::{replace, verify};
use crate::{Context, Place};
use model::{CallError, Finding, IssuanceKind, NotActive, Problem};
use protocol::wire::WireError;
use protocol::{DeployToken, DeployTokenId, TokenEntry, TokenKey};

/// Where the key of an operation is now.
pub(super) enum Located {
    /// This active token has it.
    Active(DeployToken),
    /// This active token was registered and has another one.
    OtherKey(DeployToken),
    /// Nowhere that matters.
    NotActive(NotActive),
}

/// Looks for the token by its public key, then by its id.
pub(super) async fn locate(
    context: &Context,
    place: &Place,
    record: &IssueRecord,
) -> Result<Located, Problem> {
    let entries = crate::tokens::list(context, place).await?;
    judge(&entries, record)
}

fn judge(entries: &[TokenEntry], record: &IssueRecord) -> Result<Located, Problem> {
    let tokens = || entries.iter().filter_map(TokenEntry::token);
    let ours: Vec<_> = tokens()
        .filter(|token| token.key == TokenKey::Usable(record.key))
        .collect();
    if let Some(active) = ours.iter().find(|token| token.may_be_active()) {
        return Ok(Located::Active((*active).clone()));
    }
    if !ours.is_empty() {
        return Ok(Located::NotActive(NotActive::Revoked));
    }
    let named = tokens().find(|token| Some(&token.id) == record.token.as_ref());
    // The journal may have the only copy of its seed: a key that is not told, or none, may be ours.
    match named {
        Some(token) if token.may_be_active() && !matches!(token.key, TokenKey::Usable(_)) => {
            return Err(CallError::Malformed(WireError::Wrong { what: "public_key" }).into());
        }
        Some(_) => {}
        None => must_be_readable(entries, record.token.as_ref())?,
    }
    Ok(Located::NotActive(match (named, record.kind, record.stage) {
        (Some(token), _, _) if !token.may_be_active() => NotActive::Revoked,
        (Some(token), IssuanceKind::Create | IssuanceKind::Replace, _) => {
            return Ok(Located::OtherKey(token.clone()));
        }
        (Some(_), IssuanceKind::Rotate, Stage::Intended) => NotActive::NeverRegistered,
        (Some(_), IssuanceKind::Rotate, _) => NotActive::Superseded,
        (None, IssuanceKind::Create | IssuanceKind::Replace, Stage::Intended) => NotActive::NeverRegistered,
        (None, _, _) => NotActive::Gone,
    }))
}

/// The same, in the terms of the user.
pub(super) async fn finding(context: &Context, place: &Place, record: &IssueRecord) -> Finding {
    match locate(context, place, record).await {
        Err(error) => Finding::Unknown(error),
        Ok(Located::NotActive(void)) => Finding::NotActive(void),
        Ok(Located::OtherKey(_)) => Finding::OtherKey,
        Ok(Located::Active(token)) if is_complete(context, &token.id, record).await => Finding::Complete,
        Ok(Located::Active(_)) => Finding::Unfinished {
            has_ci_token: record.stage != Stage::Intended,
        },
    }
}

/// How a token stands whose secrets are gone from here, and may be nobody's.
pub(super) async fn unclaimed(context: &Context, place: &Place, token: &Delivered) -> Finding {
    match holder(context, place, token).await {
        Err(error) => Finding::Unknown(error),
        Ok(Some(_)) => Finding::ValuesGone,
        Ok(None) => Finding::NotActive(NotActive::Superseded),
    }
}

/// The active token that has this key.
pub(super) async fn holder(
    context: &Context,
    place: &Place,
    token: &Delivered,
) -> Result<Option<DeployToken>, Problem> {
    let listed = crate::tokens::list(context, place).await?;
    let mut tokens = listed.iter().filter_map(TokenEntry::token);
    let found = tokens.find(|it| it.may_be_active() && it.key == TokenKey::Usable(token.key));
    if found.is_none() {
        must_be_readable(&listed, token.token.as_ref())?;
    }
    Ok(found.cloned())
}

/// How a replacement stands whose successor's secrets the user has.
pub(super) async fn waiting(context: &Context, place: &Place, record: &ReplaceRecord) -> Finding {
    match replace::successor(context, place, record).await {
        Err(error) => Finding::Unknown(error),
        Ok(Some(successor)) => {
            let id = successor.id.clone();
            let uses = last_uses(context, &place.project, &[TokenEntry::Token(successor)]).await;
            Finding::Waiting { used: uses.last(&id) }
        }
        Ok(None) => Finding::NotActive(NotActive::SuccessorGone),
    }
}

/// Whether a runner with these secrets can decrypt: tried where there is a CI token to try it with, because another
/// client may have published over it (docs/protocol.md S2). Else what the journal says is believed.
pub(super) async fn is_complete(context: &Context, token: &DeployTokenId, record: &IssueRecord) -> bool {
    if record.stage != Stage::Shared {
        return false;
    }
    let Some(ci_token) = &record.ci_token else {
        return true;
    };
    let checked = verify::check(context, token, ci_token, &record.seed).await;
    checked.is_ok_and(|checked| checked.problem.is_none())
}
