//! The page on which a person allows a browser sign-in. Plain HTML, without scripts. There is no declining, as there is none
//! at the hosted service: whoever does not want it closes the page.
//!
//! Any program of this machine, also of another user of it, can start a browser flow and open its page. The page therefore
//! asks for the account's password, which only the owner of the data folder can read. Browsers send `Origin` with its
//! form; the guard lets the page's own one through.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::Pending;
use super::sign_in::check_password;
use crate::answer::Refusal;
use crate::input::Input;
use crate::store::sign_in::{self, Account, Standing};
use crate::store::{Access, Store, StoreError};
use protocol::secret::SecretText;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1.5rem;\
color:#1b1f24;background:#fff}h1{font-size:1.25rem;margin:0 0 .75rem}label{display:block;margin:1.25rem 0 .25rem}\
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #8a929b;border-radius:6px;\
color:inherit;background:inherit}button{font:inherit;margin:1rem .5rem 0 0;padding:.5rem 1.1rem;border-radius:6px;\
border:1px solid #8a929b;background:inherit;color:inherit}button[value=allow]{background:#1f5fbf;border-color:#1f5fbf;\
color:#fff}[role=alert]{color:#a3161b}small{color:#59636e}@media(prefers-color-scheme:dark){body{color:#e6e9ed;\
background:#15181c}small{color:#9aa4af}[role=alert]{color:#ff8f8f}}";

/// `GET /sign-in/{page}`
pub(super) fn show(State(store): State<Store>, input: Input) -> Pending {
    Box::pin(async move {
        match waiting(&store, &input).await {
            Ok(Some(account)) => form(StatusCode::OK, &account, None),
            Ok(None) => ended(),
            Err(refusal) => refused(&refusal),
        }
    })
}

/// `POST /sign-in/{page}`
pub(super) fn decide(State(store): State<Store>, input: Input) -> Pending {
    Box::pin(async move {
        match try_decide(&store, &input).await {
            Ok(response) => response,
            Err(refusal) => refused(&refusal),
        }
    })
}

/// The account that the page asks about, while its flow waits.
async fn waiting(store: &Store, input: &Input) -> Result<Option<Account>, Refusal> {
    let page = SecretText::new(input.path("page").to_owned());
    let account = store
        .run(Access::Read, move |db| {
            // Exposed to be looked up by its hash.
            match sign_in::page_standing(db, page.expose())? {
                Standing::Pending => sign_in::local_account(db).map(Some),
                _ => Ok::<_, StoreError>(None),
            }
        })
        .await;
    Ok(account?)
}

async fn try_decide(store: &Store, input: &Input) -> Result<Response, Refusal> {
    let Some(account) = waiting(store, input).await? else {
        return Ok(ended());
    };
    let field = |name: &str| -> Result<Option<String>, Refusal> {
        let mut fields = form_urlencoded::parse(input.text()?.as_bytes());
        Ok(fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned()))
    };
    match field("decision")?.as_deref() {
        Some("allow") => {
            let password = SecretText::new(field("password")?.unwrap_or_default());
            let email = account.user.email.clone();
            let attempt = store
                .run(Access::Write, move |db| sign_in::attempt(db, &email))
                .await?;
            if check_password(store, Some(account.clone()), password)
                .await?
                .is_none()
            {
                let wrong = "This password is wrong.";
                return Ok(form(StatusCode::UNPROCESSABLE_ENTITY, &account, Some(wrong)));
            }
            store
                .run(Access::Write, move |db| {
                    Ok::<_, StoreError>(sign_in::forgive(db, attempt)?)
                })
                .await?;
            if !settle(store, input, account).await? {
                return Ok(ended());
            }
            Ok(said(
                "Signed in",
                "The program goes on by itself. You can close this page.",
            ))
        }
        _ => Ok(form(
            StatusCode::UNPROCESSABLE_ENTITY,
            &account,
            Some("Press the button to allow it."),
        )),
    }
}

async fn settle(store: &Store, input: &Input, account: Account) -> Result<bool, Refusal> {
    let page = SecretText::new(input.path("page").to_owned());
    store
        .run(Access::Write, move |db| {
            // Exposed to be looked up by its hash.
            Ok(sign_in::allow(db, page.expose(), &account.user)?)
        })
        .await
}

fn form(status: StatusCode, account: &Account, wrong: Option<&str>) -> Response {
    let (name, email) = (escaped(&account.user.name), escaped(&account.user.email));
    let wrong = wrong.map(|text| format!("<p role=\"alert\">{}</p>", escaped(text)));
    page(
        status,
        "Sign in to the local workspace",
        &format!(
            "<p>A program on this computer asks to sign in as <b>{name}</b> ({email}). Allow it only if you have just \
             started that.</p>{}<form method=\"post\"><input type=\"hidden\" name=\"email\" value=\"{email}\" \
             autocomplete=\"username\"><label for=\"password\">Password</label><input id=\"password\" \
             name=\"password\" type=\"password\" autocomplete=\"current-password\" autofocus>\
             <small>deploy-tokens local-user shows it.</small><br>\
             <button name=\"decision\" value=\"allow\">Allow</button></form>",
            wrong.unwrap_or_default()
        ),
    )
}

fn ended() -> Response {
    let text = "<p>It was answered, or took too long. Start the sign-in again in the program.</p>";
    page(StatusCode::GONE, "This sign-in has ended", text)
}

fn said(title: &str, text: &str) -> Response {
    page(StatusCode::OK, title, &format!("<p>{}</p>", escaped(text)))
}

fn refused(refusal: &Refusal) -> Response {
    let text = format!("<p role=\"alert\">{}</p>", escaped(refusal.message()));
    page(refusal.status(), "That did not work", &text)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        BASE64.encode(&Sha256::digest(STYLE))
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: with that, browsers send the page's form with `Origin: null`.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
