//! Deploy tokens: list, create, rotate, revoke, delete (docs/protocol.md 7.2, 7.3). All of it is for admins.

use std::ops::RangeInclusive;

use serde_json::Value;
use zeroize::Zeroizing;

use super::{Call, public_keys};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::{self, Checks};
use crate::documents;
use crate::random;
use crate::roles::Permission::Administer;
use crate::stamp::{new_id, now};
use crate::store::activity::{self, TokenDeed};
use crate::store::directory::{self, Project};
use crate::store::keys::{self, RecipientRow};
use crate::store::tokens::{self, CiRecord, Token};
use crate::store::users::User;
use protocol::wire::tokens::{
    ApiTokenDocument, CreateTokenRequest, DeletedMeta, DeletedTokenDocument, IssuedMeta, RotateTokenRequest,
    TokenAnswerDocument, TokenRecipientRequest,
};
use protocol::wire::{Count, DataWithMeta, RecordStatus, Success, request};
use protocol::{EnvironmentId, Moment, RecipientKind};

const DAY_SECONDS: i64 = 86_400;
/// How many days a CI token may last, and how many it does where nobody says.
const DAYS: RangeInclusive<i64> = 7..=365;
const DEFAULT_DAYS: i64 = 90;
/// The longest name, in characters.
const NAME_LIMIT: usize = 255;

/// `GET /projects/{project}/deploy-tokens`, of an environment by id or exact name, or of all.
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let project = call.project(Administer)?;
    let environment = match call.input.query("environment_id") {
        Some(wanted) => Some(environment_of(call, &project, wanted)?),
        None => None,
    };
    let tokens = tokens::list(call.db, &project.id, environment.as_ref())?;
    let data: Vec<_> = tokens.iter().map(documents::token).collect();
    let meta = Count { count: data.len() };
    Reply::ok(&DataWithMeta { data, meta })
}

fn environment_of(call: &Call<'_, User>, project: &Project, wanted: &str) -> Result<EnvironmentId, Refusal> {
    let by_id = directory::environment_by_id(call.db, &EnvironmentId::new(wanted))?;
    match by_id.filter(|environment| environment.project_id == project.id) {
        Some(environment) => Ok(environment.id),
        None => Ok(directory::environment(call.db, &project.id, wanted)?.id),
    }
}

/// `POST /projects/{project}/deploy-tokens`
pub(super) fn create(call: &Call<'_, User>) -> Answer {
    let project = call.project(Administer)?;
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    let name = checks.needed_text("name", NAME_LIMIT).unwrap_or_default();
    let wanted = checks.needed_uuid("environment_id").map(EnvironmentId::new);
    let environment = match &wanted {
        Some(id) => directory::environment_by_id(call.db, id)?,
        None => None,
    };
    if wanted.is_some() && environment.is_none() {
        checks.wrong("environment_id", checks::selected("environment_id"));
    }
    let key = checks.needed_base64("public_key").unwrap_or_default();
    check_key(call, &mut checks, key, None)?;
    let days = check_rest(&mut checks);
    checks.done()?;
    let environment = environment
        .filter(|environment| environment.project_id == project.id)
        .ok_or_else(|| Refusal::not_found("Environment\\Models\\Environment"))?;
    let request: CreateTokenRequest = request::fit(body.clone())?;
    let (ci, secret) = issue(days)?;
    let at = now();
    let token = Token {
        id: tokens::new_token_id(),
        project_id: project.id.clone(),
        environment_id: environment.id,
        environment_name: environment.name,
        name: name.to_owned(),
        status: RecordStatus::Active,
        public_key: checks::without_prefix(key).to_owned(),
        created_at: at.clone(),
        updated_at: at,
        revoked_at: None,
        ci,
    };
    tokens::insert(call.db, &token)?;
    add_recipient(call, &token, request.recipient)?;
    activity::of_bearer(call.db, call.by(), &project, &token, "created")?;
    record(call, &project, &token, TokenDeed::Created)?;
    Reply::created(&issued(&token, &secret))
}

/// `POST /projects/{project}/deploy-tokens/{token}/rotate`. The old CI token ends here; without a key the pair stays.
pub(super) fn rotate(call: &Call<'_, User>) -> Answer {
    let (project, mut token) = find(call)?;
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    let key = checks.base64("public_key");
    check_key(call, &mut checks, key.unwrap_or_default(), Some(&token))?;
    let days = check_rest(&mut checks);
    checks.done()?;
    if !token.is_active() {
        return Err(Refusal::unprocessable(
            "Deployment token has been revoked and cannot be rotated.",
        ));
    }
    let request: RotateTokenRequest = request::fit(body.clone())?;
    activity::of_bearer(call.db, call.by(), &project, &token, "deleted")?;
    let (ci, secret) = issue(days)?;
    token.ci = ci;
    if let Some(key) = key {
        token.public_key = checks::without_prefix(key).to_owned();
    }
    token.updated_at = now();
    tokens::update(call.db, &token)?;
    add_recipient(call, &token, request.recipient)?;
    activity::of_bearer(call.db, call.by(), &project, &token, "created")?;
    record(call, &project, &token, TokenDeed::Rotated)?;
    Reply::ok(&issued(&token, &secret))
}

/// `POST /projects/{project}/deploy-tokens/{token}/revoke`. Its CI token ends here. Doing it again changes nothing but that
/// it is noted again.
pub(super) fn revoke(call: &Call<'_, User>) -> Answer {
    let (project, mut token) = find(call)?;
    if token.is_active() {
        activity::of_bearer(call.db, call.by(), &project, &token, "deleted")?;
        token.status = RecordStatus::Revoked;
        token.updated_at = now();
        token.revoked_at = Some(token.updated_at.clone());
        tokens::update(call.db, &token)?;
    }
    record(call, &project, &token, TokenDeed::Revoked)?;
    Reply::ok(&DataWithMeta {
        data: documents::token(&token),
        meta: Success { success: true },
    })
}

/// `DELETE /projects/{project}/deploy-tokens/{token}`. Only what is revoked can be deleted; what was sealed for it stays in
/// the envelope until somebody publishes.
pub(super) fn delete(call: &Call<'_, User>) -> Answer {
    let (project, token) = find(call)?;
    if token.is_active() {
        return Err(Refusal::unprocessable(
            "Deployment token must be revoked before it can be deleted.",
        ));
    }
    record(call, &project, &token, TokenDeed::Deleted)?;
    tokens::delete(call.db, &token.id)?;
    Reply::ok(&DeletedTokenDocument {
        meta: DeletedMeta {
            success: true,
            deleted_id: token.id.as_str(),
        },
    })
}

fn find(call: &Call<'_, User>) -> Result<(Project, Token), Refusal> {
    let project = call.project(Administer)?;
    let token = tokens::find(call.db, &project.id, call.input.path("token"))?
        .ok_or_else(|| Refusal::not_found("Environment\\Models\\DeploymentToken"))?;
    Ok((project, token))
}

/// A key is new to the whole service, revoked tokens included; a token's own present one is allowed again. Its length is not
/// looked at.
fn check_key(
    call: &Call<'_, User>,
    checks: &mut Checks<'_>,
    key: &str,
    own: Option<&Token>,
) -> Result<(), Refusal> {
    let bare = checks::without_prefix(key);
    if !bare.is_empty() && tokens::is_key_taken(call.db, bare, own.map(|token| &token.id))? {
        checks.wrong("public_key", "The public key has already been taken.");
    }
    if call.rules.strict && !bare.is_empty() {
        public_keys::encryption("public_key", bare)?;
    }
    Ok(())
}

/// The days that a CI token is to last, and the form of `recipient`.
fn check_rest(checks: &mut Checks<'_>) -> i64 {
    let days = checks.integer("expires_after", DAYS).unwrap_or(DEFAULT_DAYS);
    if let Some(recipient) = checks.object("recipient") {
        let edek = recipient.get("edek_b64").and_then(Value::as_str);
        if !edek.is_some_and(checks::is_base64) {
            checks.wrong(
                "recipient.edek_b64",
                "The recipient.edek b64 field must be valid base64.",
            );
        }
    }
    days
}

/// With `recipient` the token gets its entry in the envelope at once, unchecked, in place of an earlier one. Where there is
/// no key or no envelope it is dropped without a word (docs/protocol.md 7.2).
fn add_recipient(
    call: &Call<'_, User>,
    token: &Token,
    recipient: Option<TokenRecipientRequest>,
) -> Result<(), Refusal> {
    let Some(recipient) = recipient else {
        return Ok(());
    };
    let Some(key) = keys::unrotated(call.db, &token.environment_id)? else {
        return Ok(());
    };
    if key.envelope.is_none() {
        return Ok(());
    }
    let row = RecipientRow {
        kind: RecipientKind::Deployment(token.id.clone()),
        edek_b64: recipient.edek_b64,
    };
    Ok(keys::put_recipient(call.db, &key.id, &row)?)
}

/// A new CI token: what is kept, and what is told once.
fn issue(days: i64) -> Result<(CiRecord, Zeroizing<String>), Refusal> {
    let secret = random::make_ci_token().map_err(|_| Refusal::internal())?;
    let ends = Moment::now()
        .plus_seconds(days.saturating_mul(DAY_SECONDS))
        .to_wire();
    Ok((CiRecord::of(new_id(), &secret, Some(ends)), secret))
}

fn issued<'a>(token: &'a Token, secret: &'a str) -> TokenAnswerDocument<'a> {
    TokenAnswerDocument {
        data: documents::token(token),
        meta: IssuedMeta {
            secret,
            api_token: ApiTokenDocument {
                plain_text: secret,
                id: &token.ci.id,
                name: &token.name,
                token_suffix: &token.ci.suffix,
                expires_at: token.ci.expires_at.as_deref(),
            },
        },
    }
}

fn record(call: &Call<'_, User>, project: &Project, token: &Token, deed: TokenDeed) -> Result<(), Refusal> {
    Ok(activity::of_token(call.db, call.by(), project, token, deed)?)
}
