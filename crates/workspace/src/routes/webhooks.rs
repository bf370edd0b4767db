//! Audit webhooks (docs/protocol.md 19): for admins, on plans that have them.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::StatusCode;
use url::Url;
use zeroize::Zeroizing;

use super::{Call, Pending, allow, begin, respond};
use crate::answer::{Answer, Refusal, Reply};
use crate::auth;
use crate::checks::{self, Checks};
use crate::documents::webhooks::{self as documents, Window};
use crate::input::Input;
use crate::random;
use crate::roles::{Permission::Administer, Role};
use crate::stamp::{new_id, now};
use crate::store::directory::Organization;
use crate::store::users::User;
use crate::store::webhooks::{self, Outcome, Webhook};
use crate::store::{Access, Store, StoreError};
use protocol::Moment;
use protocol::wire::webhooks::{
    EventDocument, SigningSecretMeta, TestFailedDocument, TestFailure, TestSource, TestedDocument,
    WebhookDocument,
};
use protocol::wire::{Data, DataWithMeta};

/// The longest name and address, in characters.
const NAME_LIMIT: usize = 120;
const URL_LIMIT: usize = 2048;

/// `GET /organizations/{organization}/audit-webhooks`, newest first.
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let organization = managed(call.member()?)?;
    let found = webhooks::list(call.db, &organization.id)?;
    let data: Vec<_> = found.iter().map(documents::webhook).collect();
    Reply::ok(&Data { data })
}

/// `POST /organizations/{organization}/audit-webhooks`. The body is looked at before the right, as the server does.
pub(super) fn create(call: &Call<'_, User>) -> Answer {
    let member = call.member()?;
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    let name = checks.needed_text("name", NAME_LIMIT).unwrap_or_default();
    let url = checks.needed_text("endpoint_url", URL_LIMIT).unwrap_or_default();
    if !url.is_empty() && !is_web_address(url) {
        checks.wrong("endpoint_url", "The endpoint url field must be a valid URL.");
    }
    checks.done()?;
    let organization = managed(member)?;
    let secret = random::make_webhook_secret().map_err(|_| Refusal::internal())?;
    let id = webhooks::insert(call.db, &organization.id, (name, url), &secret)?;
    Reply::with(StatusCode::CREATED, &with_secret(&stored(call.db, &id)?, &secret))
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// `POST …/{webhook}/rotate-secret`. One that was switched off, or given up, is active again.
pub(super) fn rotate(call: &Call<'_, User>) -> Answer {
    let webhook = find(call)?;
    let secret = random::make_webhook_secret().map_err(|_| Refusal::internal())?;
    webhooks::rotate(call.db, &webhook.id, &secret)?;
    Reply::ok(&with_secret(&stored(call.db, &webhook.id)?, &secret))
}

/// `POST …/{webhook}/disable`
pub(super) fn disable(call: &Call<'_, User>) -> Answer {
    let webhook = find(call)?;
    webhooks::disable(call.db, &webhook.id)?;
    Reply::ok(&Data {
        data: documents::webhook(&stored(call.db, &webhook.id)?),
    })
}

/// `GET /organizations/{organization}/audit-webhooks/metrics`, of a window of time.
pub(super) fn metrics(call: &Call<'_, User>) -> Answer {
    let organization = managed(call.member()?)?;
    let asked = call.input.query("window");
    let window = Window::of(asked.unwrap_or(Window::UNSAID))
        .ok_or_else(|| Refusal::invalid("window", &checks::selected("window")))?;
    let generated_at = Moment::now();
    let since = window.before(generated_at).to_wire();
    let found = webhooks::list(call.db, &organization.id)?;
    let deliveries = webhooks::deliveries(call.db, &organization.id, &since)?;
    let times = (since.as_str(), &*generated_at.to_wire());
    Reply::ok(&Data {
        data: documents::metrics(&organization.id, window, times, (&found, &deliveries)),
    })
}

/// `POST …/{webhook}/test`: posts something at once, whatever the webhook's status is.
pub(super) fn test(State(store): State<Store>, input: Input) -> Pending {
    Box::pin(async move {
        let told = Arc::new(OnceLock::new());
        let answer = try_test(&store, Arc::new(input), &told).await;
        respond(answer, told.get().copied())
    })
}

async fn try_test(store: &Store, input: Arc<Input>, told: &Arc<OnceLock<super::Quota>>) -> Answer {
    let (webhook, secret) = begin(store, &input, told, (Access::Read, auth::user), tested).await?;
    let (id, at) = (new_id(), now());
    let document = EventDocument {
        id: &id,
        kind: "audit.webhook.test",
        event: "webhook.test",
        description: "Ghostable audit webhook connectivity test.",
        organization_id: webhook.organization_id.as_str(),
        created_at: &at,
        subject: None,
        causer: None,
        properties: TestSource {
            source: "manual_test",
        },
    };
    let event = document.event;
    let outcome = store
        .sender
        .post(&webhook.endpoint_url, &secret, event, &document)
        .await;
    if matches!(outcome, Outcome::Unanswered(_)) {
        // As the server, which does not expect that there is none.
        return Err(Refusal::internal());
    }
    let told = outcome.clone();
    let webhook = store
        .run(Access::Note, move |db| {
            webhooks::note(db, &webhook.id, &outcome)?;
            Ok::<_, StoreError>(webhooks::find(db, &webhook.id)?.unwrap_or(webhook))
        })
        .await?;
    let data = documents::webhook(&webhook);
    match told.failure() {
        None => Reply::ok(&TestedDocument {
            message: "Audit webhook test delivered successfully.",
            data,
        }),
        Some(detail) => Reply::with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &TestFailedDocument {
                message: "Audit webhook test delivery failed.",
                error: TestFailure { detail },
                data,
            },
        ),
    }
}

fn tested(call: &Call<'_, User>) -> Result<(Webhook, Zeroizing<String>), Refusal> {
    let webhook = find(call)?;
    let secret = webhooks::secret(call.db, &webhook.id)?;
    Ok((webhook, secret))
}

/// The webhook of the path. One that nobody has is told before the right is asked for, another organisation's after it.
fn find(call: &Call<'_, User>) -> Result<Webhook, Refusal> {
    let member = call.member()?;
    let unknown = || Refusal::not_found("Organization\\Models\\OrganizationAuditWebhook");
    let webhook = webhooks::find(call.db, call.input.path("webhook"))?.ok_or_else(unknown)?;
    let organization = managed(member)?;
    if webhook.organization_id == organization.id {
        Ok(webhook)
    } else {
        Err(unknown())
    }
}

/// The organisation, where the user may manage its webhooks.
fn managed((organization, role): (Organization, Role)) -> Result<Organization, Refusal> {
    allow(role, Administer)?;
    if organization.has_audit_webhooks() {
        Ok(organization)
    } else {
        Err(Refusal::forbidden())
    }
}

fn stored(db: &rusqlite::Connection, id: &str) -> Result<Webhook, Refusal> {
    webhooks::find(db, id)?.ok_or_else(Refusal::internal)
}

fn with_secret<'a>(
    webhook: &'a Webhook,
    signing_secret: &'a str,
) -> DataWithMeta<WebhookDocument<'a>, SigningSecretMeta<'a>> {
    DataWithMeta {
        data: documents::webhook(webhook),
        meta: SigningSecretMeta { signing_secret },
    }
}
