//! Calls of somebody who is not signed in yet (docs/protocol.md 2). No bearer token is sent.

use serde::Serialize;
use zeroize::Zeroizing;

use super::transport::Transport;
use super::{ApiAddress, PasswordOutcome, PollOutcome};
use model::CallError;
use protocol::secret::SecretText;
use protocol::wire::sign_in::{self as wire, PasswordRequest, PollRequest};
use protocol::wire::{WireError, sign_in::BrowserTicket};

/// Statuses by which a server says that it has no browser flow (docs/protocol.md 2.2).
const NO_BROWSER_FLOW: [u16; 6] = [404, 405, 409, 410, 422, 501];
/// Statuses by which a server refuses a password or a code.
const REFUSED: [u16; 4] = [400, 401, 403, 422];

/// The API, before sign-in.
#[derive(Clone, Debug)]
pub struct SignIn {
    transport: Transport,
}

impl SignIn {
    /// A client that sends credentials to `address` and nowhere else.
    ///
    /// # Errors
    /// [`CallError::Setup`] when TLS or the resolver cannot be set up.
    pub fn new(address: ApiAddress) -> Result<Self, CallError> {
        Ok(Self {
            transport: Transport::without_bearer(address)?,
        })
    }

    /// The address this client calls.
    pub fn address(&self) -> &ApiAddress {
        self.transport.address()
    }

    /// `POST /cli/login/start`. `None` when this server has no browser flow.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Malformed`] also when the page is not one to be opened.
    pub async fn start_browser(&self) -> Result<Option<BrowserTicket>, CallError> {
        match self.transport.post("/cli/login/start", b"{}".to_vec()).await {
            Ok(answer) => {
                let ticket = wire::ticket(&answer)?;
                if self.address().may_open(&ticket.login_url) {
                    Ok(Some(ticket))
                } else {
                    Err(WireError::Wrong { what: "login_url" }.into())
                }
            }
            Err(error)
                if error
                    .status()
                    .is_some_and(|status| NO_BROWSER_FLOW.contains(&status)) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// `POST /cli/login/poll`
    ///
    /// # Errors
    /// [`CallError`]; the caller decides which of them pass.
    pub async fn poll(&self, ticket: &BrowserTicket) -> Result<PollOutcome, CallError> {
        let request = PollRequest {
            ticket: ticket.ticket.clone(),
        };
        match self.transport.post("/cli/login/poll", body(&request)?).await {
            Ok(answer) => Ok(wire::poll(&answer)?),
            // The server does not know the ticket (any more).
            Err(error) if error.status() == Some(404) => Ok(PollOutcome::Expired),
            Err(error) => Err(error),
        }
    }

    /// `POST /cli/login`
    ///
    /// # Errors
    /// [`CallError::TooManyRequests`] after too many wrong ones, and as every call.
    pub async fn password(
        &self,
        email: &str,
        password: &SecretText,
        code: Option<&SecretText>,
    ) -> Result<PasswordOutcome, CallError> {
        let request = PasswordRequest {
            email: email.trim().to_owned(),
            password: password.clone(),
            // Exposed to drop the blanks around what was typed.
            code: code.map(|code| SecretText::new(code.expose().trim().to_owned())),
        };
        match self.transport.post("/cli/login", body(&request)?).await {
            Ok(answer) => Ok(wire::password(&answer, code.is_some())?),
            Err(CallError::Refused(refusal)) if REFUSED.contains(&refusal.status) => {
                let first = refusal.fields.into_iter().next().map(|(_, text)| text);
                Ok(PasswordOutcome::Refused {
                    detail: first.or(refusal.detail),
                })
            }
            Err(CallError::Unauthorized) => Ok(PasswordOutcome::Refused { detail: None }),
            Err(error) => Err(error),
        }
    }
}

/// The buffer grows in wiped memory; what the HTTP client copies out of it cannot be wiped (SECURITY.md).
fn body<T: Serialize>(request: &T) -> Result<Vec<u8>, CallError> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    serde_json::to_writer(&mut *text, request)
        .map_err(|_| CallError::Malformed(WireError::Wrong { what: "request" }))?;
    Ok(std::mem::take(&mut *text))
}
