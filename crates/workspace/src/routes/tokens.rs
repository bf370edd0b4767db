//! Deploy tokens: list, create, rotate, revoke, delete (docs/protocol.md 7.2, 7.3).

use zeroize::Zeroizing;

use super::{Call, public_keys, publication};
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::random;
use crate::stamp::{new_id, now};
use crate::store::directory;
use crate::store::history::{self, Event};
use crate::store::tokens::{self, CiRecord, Token};
use crate::store::users::User;
use protocol::Moment;
use protocol::wire::tokens::{
    ApiTokenDocument, CreateTokenRequest, IssuedMeta, RotateTokenRequest, TokenAnswerDocument,
    TokenRecipientRequest,
};
use protocol::wire::{Data, DataWithMeta, RecordStatus, Success};

/// How long a CI token works.
const CI_TOKEN_SECONDS: i64 = 365 * 86_400;

/// `GET /projects/{project}/deploy-tokens`
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let tokens = tokens::list(call.db, &project.id, call.input.query("environment_id"))?;
    let data: Vec<_> = tokens.iter().map(documents::token).collect();
    Reply::ok(&Data { data })
}

/// `POST /projects/{project}/deploy-tokens`
pub(super) fn create(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let request: CreateTokenRequest = call.input.read()?;
    let name = super::directory::checked_name(&request.name)?;
    let environment = directory::environment_by_id(call.db, &request.environment_id)?
        .filter(|environment| environment.project_id == project.id)
        .ok_or_else(|| Refusal::invalid("environment_id", "There is no such environment in this project."))?;
    let (ci, secret) = issue()?;
    let at = now();
    let token = Token {
        id: tokens::new_token_id(),
        project_id: project.id,
        environment_id: environment.id,
        environment_name: environment.name,
        name: name.to_owned(),
        status: RecordStatus::Active,
        public_key: public_keys::encryption("public_key", &request.public_key)?,
        last_used_at: None,
        created_at: at.clone(),
        updated_at: at,
        revoked_at: None,
        ci,
    };
    tokens::insert(call.db, &token)?;
    add_recipient(call, &token, request.recipient)?;
    record(call, &token, "deploy_token_created")?;
    Reply::created(&TokenAnswerDocument {
        data: documents::token(&token),
        meta: Some(meta(&token, &secret)),
    })
}

/// `POST /projects/{project}/deploy-tokens/{token}/rotate`. The old CI token ends here, unless the workspace is set to
/// replace the public key only.
pub(super) fn rotate(call: &Call<'_, User>) -> Answer {
    let mut token = find(call)?;
    let request: RotateTokenRequest = call.input.read()?;
    if !token.is_active() {
        return Err(Refusal::conflict(
            "This deploy token is revoked. Create a new one.",
        ));
    }
    token.public_key = public_keys::encryption("public_key", &request.public_key)?;
    token.updated_at = now();
    let secret = if call.rules.rotate_keeps_ci_token {
        None
    } else {
        let (ci, secret) = issue()?;
        token.ci = ci;
        Some(secret)
    };
    tokens::update(call.db, &token)?;
    add_recipient(call, &token, request.recipient)?;
    record(call, &token, "deploy_token_rotated")?;
    Reply::ok(&TokenAnswerDocument {
        data: documents::token(&token),
        meta: secret.as_ref().map(|secret| meta(&token, secret)),
    })
}

/// `POST /projects/{project}/deploy-tokens/{token}/revoke`. Its CI token ends here. Doing it again changes nothing.
pub(super) fn revoke(call: &Call<'_, User>) -> Answer {
    let mut token = find(call)?;
    if token.is_active() {
        token.status = RecordStatus::Revoked;
        token.updated_at = now();
        token.revoked_at = Some(token.updated_at.clone());
        tokens::update(call.db, &token)?;
        record(call, &token, "deploy_token_revoked")?;
    }
    Reply::ok(&Data {
        data: documents::token(&token),
    })
}

/// `DELETE /projects/{project}/deploy-tokens/{token}`. Only what is revoked can be deleted.
pub(super) fn delete(call: &Call<'_, User>) -> Answer {
    let token = find(call)?;
    if token.is_active() {
        return Err(Refusal::conflict("This deploy token is active. Revoke it first."));
    }
    tokens::delete(call.db, &token.id)?;
    record(call, &token, "deploy_token_deleted")?;
    Reply::ok(&DataWithMeta {
        data: documents::token(&token),
        meta: Success { success: true },
    })
}

fn find(call: &Call<'_, User>) -> Result<Token, Refusal> {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    tokens::find(call.db, &project.id, call.input.path("token"))?
        .ok_or_else(|| Refusal::not_found("Deploy token"))
}

/// With `recipient` the token can open the current envelope at once (docs/protocol.md 7.2).
fn add_recipient(
    call: &Call<'_, User>,
    token: &Token,
    recipient: Option<TokenRecipientRequest>,
) -> Result<(), Refusal> {
    recipient.map_or(Ok(()), |recipient| {
        publication::add_token(call, token, &recipient.edek_b64)
    })
}

/// A new CI token: what is kept, and what is told once.
fn issue() -> Result<(CiRecord, Zeroizing<String>), Refusal> {
    let secret = random::make_ci_token().map_err(|_| Refusal::internal())?;
    let ends = Moment::now().plus_seconds(CI_TOKEN_SECONDS).to_wire();
    Ok((CiRecord::of(new_id(), &secret, Some(ends)), secret))
}

fn meta<'a>(token: &'a Token, secret: &'a str) -> IssuedMeta<'a> {
    IssuedMeta {
        secret,
        api_token: ApiTokenDocument {
            plain_text: secret,
            id: &token.ci.id,
            name: &token.name,
            token_suffix: &token.ci.suffix,
            expires_at: token.ci.expires_at.as_deref(),
        },
    }
}

fn record(call: &Call<'_, User>, token: &Token, operation: &str) -> Result<(), Refusal> {
    let event = Event {
        operation,
        description: Some(token.name.clone()),
        ..Event::default()
    };
    history::record(
        call.db,
        call.who,
        &token.project_id,
        Some(&token.environment_id),
        event,
    )?;
    Ok(())
}
