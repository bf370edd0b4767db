//! The table of routes: which path, which bearer token, reading or writing (docs/protocol.md 12).
//!
//! A route is a plain function from a [`Call`] to an [`Answer`](super::answer::Answer). It can only be put into the table
//! through [`user`] or [`runner`], so that none is reached without its kind of token; sign-in alone is [`public`].

mod ci;
mod devices;
mod directory;
mod history;
mod keys;
mod page;
mod public_keys;
mod publication;
mod push;
mod reshare;
mod sign_in;
mod tokens;
mod variables;

use std::future::Future;
use std::pin::Pin;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use rusqlite::Transaction;

use super::answer::{Answer, Refusal};
use super::auth::{self, Runner};
use super::guard::{self, OwnHosts};
use super::input::Input;
use super::store::users::User;
use super::store::{Access, Rules, Store};
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
    authenticated(Access::Write, |_, _| Ok(()), route)
}

/// A route for runners.
fn runner(
    route: fn(&Call<'_, Runner>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync {
    authenticated(Access::Write, auth::runner, route)
}

fn authenticated<Who: 'static>(
    access: Access,
    identify: fn(&rusqlite::Connection, Option<&TokenHash>) -> Result<Who, Refusal>,
    route: fn(&Call<'_, Who>) -> Answer,
) -> impl Fn(State<Store>, Input) -> Pending + Clone + Send + Sync + 'static {
    move |State(store): State<Store>, input: Input| {
        Box::pin(async move {
            let rules = store.rules;
            let work = move |db: &Transaction<'_>| {
                let who = identify(db, input.bearer.as_ref())?;
                route(&Call {
                    db,
                    who: &who,
                    input: &input,
                    rules,
                })
            };
            match store.run(access, work).await {
                Ok(reply) => reply.into_response(),
                Err(refusal) => refusal.into_response(),
            }
        })
    }
}

/// The whole server.
pub(super) fn router(store: Store, own: OwnHosts) -> Router {
    use Access::{Read, Write};
    let environment = Router::new()
        .route("/devices", get(user(Read, devices::of_environment)))
        .route(
            "/key",
            get(user(Write, keys::show)).post(user(Write, keys::create)),
        )
        .route("/key/envelopes", post(user(Write, keys::replace_envelope)))
        .route("/push", post(user(Write, push::push)))
        .route("/pull", get(user(Write, variables::pull)))
        .route("/keys", get(user(Read, variables::names)))
        .route("/history", get(user(Read, history::of_environment)))
        .route(
            "/variables/{variable}/history",
            get(user(Read, history::of_variable)),
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
        .route("/audit", get(user(Read, history::of_project)))
        .route(
            "/deploy-tokens",
            get(user(Read, tokens::list)).post(user(Write, tokens::create)),
        )
        .route("/deploy-tokens/{token}", delete(user(Write, tokens::delete)))
        .route("/deploy-tokens/{token}/rotate", post(user(Write, tokens::rotate)))
        .route("/deploy-tokens/{token}/revoke", post(user(Write, tokens::revoke)))
        .nest("/environments/{environment}", environment);
    let api = Router::new()
        .route("/cli/login", post(sign_in::login))
        .route("/cli/login/start", post(public(sign_in::start)))
        .route("/cli/login/poll", post(public(sign_in::poll)))
        .route("/cli/register/start", post(sign_in::no_registration))
        .route("/cli/register/poll", post(sign_in::no_registration))
        .route("/user", get(user(Read, directory::current_user)))
        .route("/organizations", get(user(Read, directory::organizations)))
        .route(
            "/organizations/{organization}/projects",
            get(user(Read, directory::projects)).post(user(Write, directory::create_project)),
        )
        .route(
            "/organizations/{organization}/key-reshare-requests",
            get(user(Read, reshare::list)),
        )
        .route(
            "/organizations/{organization}/key-reshare-requests/{request}",
            get(user(Read, reshare::show)),
        )
        .route(
            "/environment-types",
            get(user(Read, directory::environment_types)),
        )
        .route("/devices", post(user(Write, devices::register)))
        .route(
            "/devices/{device}",
            get(user(Read, devices::show)).delete(user(Write, devices::revoke)),
        )
        .route("/ci/deploy", get(runner(ci::deploy)))
        .nest("/projects/{project}", project);
    Router::new()
        .nest(BASE, api)
        .route(&format!("{PAGE}{{page}}"), get(page::show).post(page::decide))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn_with_state(own, guard::check))
        .with_state(store)
}

async fn unknown_path() -> Refusal {
    Refusal::not_found("This path was")
}

async fn unknown_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path does not take that method.",
    )
}
