//! The table of routes: which path, which bearer token, reading or writing (docs/protocol.md 12).
//!
//! A route is a plain function from a [`Call`] to an [`Answer`](super::answer::Answer). It can only be put into the table
//! through [`user`] or [`runner`], so that none is reached without its kind of token; sign-in alone is [`public`].

mod activity;
mod ci;
mod devices;
mod directory;
mod history;
mod inbox;
mod keys;
mod organizations;
mod page;
mod paging;
mod public_keys;
mod publication;
mod push;
mod push_strict;
mod reshare;
mod sign_in;
mod single_layer;
mod tokens;
mod variables;
mod webhooks;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use axum::{Router, middleware};
use rusqlite::Transaction;

use super::answer::{Answer, Refusal};
use super::auth::{self, Caller, Runner};
use super::guard::{self, OwnHosts};
use super::input::Input;
use super::roles::{Permission, Role};
use super::store::activity::By;
use super::store::directory::{self as places, Environment, Organization, Project};
use super::store::users::User;
use super::store::{Access, Rules, Store};
use super::throttle::{Counted, Quota, Throttle};
use super::token_hash::TokenHash;

/// Where the API begins.
pub(super) const BASE: &str = "/api/v2";

/// Where the confirmation pages of browser sign-ins are.
pub(super) const PAGE: &str = "/sign-in/";

/// One authenticated request within its transaction.
pub(super) struct Call<'a, Who> {
    pub(super) db: &'a Transaction<'a>,
    pub(super) who: &'a Who,
    pub(super) input: &'a Input,
    pub(super) rules: Rules,
}

impl<Who> Call<'_, Who> {
    /// The same call, as this one's.
    fn of<'a, Other>(&'a self, who: &'a Other) -> Call<'a, Other> {
        Call {
            db: self.db,
            who,
            input: self.input,
            rules: self.rules,
        }
    }
}

impl Call<'_, User> {
    /// Who does it, for the activity feed.
    fn by(&self) -> By<'_> {
        By {
            user: self.who,
            source: self.input.source(),
            at: None,
        }
    }

    /// The organisation of the path, which the user belongs to.
    fn member(&self) -> Result<(Organization, Role), Refusal> {
        let organization = self.input.path("organization");
        Ok(places::membership(self.db, self.who, organization)?)
    }

    /// The organisation of the path, where the user may do this.
    fn organization(&self, permission: Permission) -> Result<Organization, Refusal> {
        let (organization, role) = self.member()?;
        allow(role, permission)?;
        Ok(organization)
    }

    /// The project of the path, whose organisation the user belongs to.
    fn visible_project(&self) -> Result<(Project, Organization, Role), Refusal> {
        Ok(places::project(self.db, self.who, self.input.path("project"))?)
    }

    /// The project of the path, where the user may do this.
    fn project(&self, permission: Permission) -> Result<Project, Refusal> {
        let (project, _, role) = self.visible_project()?;
        allow(role, permission)?;
        Ok(project)
    }

    /// Project and environment of the path, where the user may do this. The name is matched exactly.
    fn environment(&self, permission: Permission) -> Result<(Project, Environment), Refusal> {
        let (project, _, role) = self.visible_project()?;
        let environment = places::environment(self.db, &project.id, self.input.path("environment"))?;
        allow(role, permission)?;
        Ok((project, environment))
    }
}

fn allow(role: Role, permission: Permission) -> Result<(), Refusal> {
    role.may(permission).then_some(()).ok_or_else(Refusal::forbidden)
}

type Pending = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A route for signed-in users.
fn user(
    access: Access,
    route: fn(&Call<'_, User>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync + 'static {
    authenticated(access, auth::user, route)
}

/// A route that takes no bearer token.
fn public(
    route: fn(&Call<'_, ()>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync + 'static {
    authenticated(Access::Note, |_, _| Ok(()), route)
}

/// A route for people and runners.
fn either(
    route: fn(&Call<'_, Caller>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync {
    authenticated(Access::Note, auth::caller, route)
}

/// A route for runners.
fn runner(
    route: fn(&Call<'_, Runner>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync {
    authenticated(Access::Note, auth::runner, route)
}

fn authenticated<Who: Counted + 'static>(
    access: Access,
    identify: Identify<Who>,
    route: fn(&Call<'_, Who>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync + 'static {
    move |State(store): State<Store>, input: Input| {
        Box::pin(async move {
            let counted = Arc::new(OnceLock::new());
            let answer = begin(&store, &Arc::new(input), &counted, (access, identify), route).await;
            respond(answer, counted.get().copied())
        })
    }
}

/// Counts a call, and refuses it where there were too many. Who is not known is not counted.
fn count(throttle: &Throttle, who: &impl Counted, told: &OnceLock<Quota>) -> Result<(), Refusal> {
    let Some(quota) = throttle.take(who, Instant::now()) else {
        return Ok(());
    };
    told.get_or_init(|| quota);
    quota.wait.map_or(Ok(()), |wait| Err(Refusal::too_many(wait)))
}

fn respond(answer: Answer, quota: Option<Quota>) -> Response {
    let mut response = match answer {
        Ok(reply) => reply.into_response(),
        Err(refusal) => refusal.into_response(),
    };
    if let Some(quota) = quota {
        quota.tell(&mut response);
    }
    response
}

/// Finds out who asks.
type Identify<Who> = fn(&rusqlite::Connection, Option<&TokenHash>) -> Result<Who, Refusal>;

/// A route, or the first part of one that does not run in one transaction: who asks is counted, and `route` says what comes
/// of it, or what it goes on with.
async fn begin<Who: Counted + 'static, T: Send + 'static>(
    store: &Store,
    input: &Arc<Input>,
    told: &Arc<OnceLock<Quota>>,
    (access, identify): (Access, Identify<Who>),
    route: fn(&Call<'_, Who>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let (input, told) = (Arc::clone(input), Arc::clone(told));
    let (rules, throttle) = (store.rules, store.throttle.clone());
    let work = move |db: &Transaction<'_>| {
        let who = identify(db, input.bearer.as_ref())?;
        count(&throttle, &who, &told)?;
        route(&Call {
            db,
            who: &who,
            input: &input,
            rules,
        })
    };
    store.run(access, work).await
}

type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A route that takes no bearer token and does not run in one transaction.
fn public_by_hand(store: Store, input: Input, route: fn(Store, Input) -> Work) -> Pending {
    Box::pin(async move {
        let counted = OnceLock::new();
        let answer = match count(&store.throttle, &(), &counted) {
            Ok(()) => route(store, input).await,
            Err(refusal) => Err(refusal),
        };
        respond(answer, counted.get().copied())
    })
}

/// The whole server.
pub(super) fn router(store: Store, own: OwnHosts, latency: Duration) -> Router {
    use Access::{Note, Read, Write};
    let environment = Router::new()
        .route("/devices", get(user(Read, devices::of_environment)))
        .route("/key", get(either(keys::show)).post(user(Write, keys::create)))
        .route("/key/envelopes", post(user(Write, keys::replace_envelope)))
        .route("/push", post(user(Write, push::push)))
        .route("/pull", get(user(Note, variables::pull)))
        .route("/keys", get(user(Read, variables::names)))
        .route("/history", get(user(Note, history::of_environment)))
        .route(
            "/variables/{variable}/history",
            get(user(Note, history::of_variable)),
        );
    let project = Router::new()
        .route("/", get(user(Read, directory::project)))
        .route(
            "/environments",
            get(user(Read, directory::environments)).post(user(Write, directory::create_environment)),
        )
        .route(
            "/generate-suggested-environment-names",
            post(user(Read, directory::suggest_names)),
        )
        .route("/history", get(user(Note, history::of_project)))
        .route("/activity", get(user(Read, activity::of_project)))
        .route(
            "/deploy-tokens",
            get(user(Read, tokens::list)).post(user(Write, tokens::create)),
        )
        .route("/deploy-tokens/{token}", delete(user(Write, tokens::delete)))
        .route("/deploy-tokens/{token}/rotate", post(user(Write, tokens::rotate)))
        .route("/deploy-tokens/{token}/revoke", post(user(Write, tokens::revoke)))
        .route(
            "/environments/{environment}",
            patch(user(Write, directory::change_environment))
                .delete(user(Write, directory::delete_environment)),
        )
        .nest("/environments/{environment}", environment);
    let organization = Router::new()
        .route("/", get(user(Read, organizations::show)))
        .route(
            "/projects",
            get(user(Read, directory::projects)).post(user(Write, directory::create_project)),
        )
        .route("/members", get(user(Read, organizations::members)))
        .route(
            "/permission-matrix",
            get(user(Read, organizations::permission_matrix)),
        )
        .route("/activity", get(user(Read, activity::of_organization)))
        .route(
            "/audit-webhooks",
            get(user(Read, webhooks::list)).post(user(Write, webhooks::create)),
        )
        .route("/audit-webhooks/metrics", get(user(Read, webhooks::metrics)))
        .route(
            "/audit-webhooks/{webhook}/rotate-secret",
            post(user(Write, webhooks::rotate)),
        )
        .route(
            "/audit-webhooks/{webhook}/disable",
            post(user(Write, webhooks::disable)),
        )
        .route("/audit-webhooks/{webhook}/test", post(webhooks::test))
        .route("/key-reshare-requests", get(user(Read, reshare::list)))
        .route("/key-reshare-requests/{request}", get(user(Read, reshare::show)))
        .route("/notifications/inbox", get(user(Read, inbox::list)))
        .route(
            "/notifications/inbox/unread-count",
            get(user(Read, inbox::unread_count)),
        )
        .route("/notifications/inbox/read", post(user(Read, inbox::read_all)))
        .route(
            "/notifications/inbox/{entry}/read",
            post(user(Read, inbox::read_one)),
        );
    let api = Router::new()
        .route("/cli/login", post(sign_in::login))
        .route("/cli/login/start", post(public(sign_in::start)))
        .route("/cli/login/poll", post(sign_in::poll))
        .route("/cli/register/start", post(sign_in::no_registration))
        .route("/cli/register/poll", post(sign_in::no_registration))
        .route("/user", get(user(Read, directory::current_user)))
        .route("/user/devices", get(user(Read, devices::of_user)))
        .route("/organizations", get(user(Read, organizations::list)))
        .nest("/organizations/{organization}", organization)
        .route(
            "/environment-types",
            get(user(Read, directory::environment_types)),
        )
        .route("/devices", post(user(Write, devices::register)))
        .route(
            "/devices/{device}",
            get(user(Read, devices::show)).delete(user(Write, devices::revoke)),
        )
        .route("/devices/{device}/delete", delete(user(Write, devices::delete)))
        .route("/ci/deploy", get(runner(ci::deploy)))
        .nest("/projects/{project}", project);
    Router::new()
        .nest(BASE, api)
        .route(&format!("{PAGE}{{page}}"), get(page::show).post(page::decide))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn_with_state(latency, delay))
        .layer(middleware::from_fn_with_state(own, guard::check))
        .with_state(store)
}

/// Lets every request wait, as a network does.
async fn delay(State(latency): State<Duration>, request: Request, next: Next) -> Response {
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    next.run(request).await
}

async fn unknown_path() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "The route could not be found.")
}

async fn unknown_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "The method is not supported for this route.",
    )
}
