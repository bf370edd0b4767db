//! A server elsewhere: with a token that was given for this run, or with the session of the keychain.

use std::path::Path;

use super::{Connected, KeptRunning, keys, not_text};
use client::ApiAddress;
use keychain::Keychain;
use model::{KeychainError, Problem};
#[cfg(feature = "workspace")]
use protocol::RemoteStatus;
use protocol::secret::AccessToken;
use service::Context;
use service::account::Account;
#[cfg(feature = "workspace")]
use service::{OwnChecks, devices};

/// The variable with a user's token (docs/protocol.md 1.1).
const TOKEN: &str = "GHOSTABLE_TOKEN";

/// The token of this run.
///
/// # Errors
/// When it is not text.
pub(super) fn given_token() -> Result<Option<AccessToken>, Problem> {
    let token = process_env::text(TOKEN).map_err(not_text)?;
    Ok(token.map(|token| AccessToken::new(token.trim().to_owned())))
}

/// For a command: nothing is asked.
pub(super) async fn connect(address: &ApiAddress, data: Option<&Path>) -> Result<Connected, Problem> {
    let account = Account::at(address.as_str(), Keychain::system(), keys::journals(data))?;
    let account = account.with_journal_deadline(keys::deadline());
    if let Some(token) = given_token()? {
        return with_given(&account, &token, data).await;
    }
    match account.session().await {
        Ok(Some(token)) => {
            let context = account.context(&token).await?;
            Ok(connected(context, &account))
        }
        Ok(None) => Err(no_session(&account, true)),
        Err(error) if error.is_without_keychain() => Err(no_session(&account, false)),
        Err(error) => Err(error),
    }
}

/// Where this program's own checks as a runner of this server are noted, if anything of it is kept here.
#[cfg(feature = "workspace")]
pub(super) fn own_checks(address: &ApiAddress, data: Option<&Path>) -> Option<OwnChecks> {
    let account = Account::at(address.as_str(), Keychain::system(), keys::journals(data));
    account.ok()?.own_checks()?.if_kept()
}

fn no_session(account: &Account, keychain: bool) -> Problem {
    Problem::NoSession {
        host: account.host(),
        keychain,
    }
}

/// With a given token, and with the device and journal that can be had: those of the local workspace where this is that
/// one, served by another process; or the keychain's. A keychain that cannot be used is no reason to stop: listing,
/// revoking and deleting work without.
pub(super) async fn with_given(
    account: &Account,
    token: &AccessToken,
    data: Option<&Path>,
) -> Result<Connected, Problem> {
    let visitor = account.visitor(token)?;
    if let Some(context) = local_context(account, &visitor, data).await? {
        return Ok(connected(context, account));
    }
    let context = match account.device().await {
        Ok(Some(_)) | Err(Problem::Keychain(KeychainError::Corrupt { .. })) => account.context(token).await?,
        Ok(None) => visitor,
        Err(error) => {
            if !error.is_without_keychain() {
                tracing::warn!(%error, "the keychain cannot be used: going on without this machine's device");
            }
            visitor
        }
    };
    Ok(connected(context, account))
}

fn connected(context: Context, account: &Account) -> Connected {
    Connected {
        context,
        origin: account.host(),
        default_project: None,
        _running: KeptRunning::default(),
    }
}

/// With the local workspace's own device and journal, where this is that one.
#[cfg(feature = "workspace")]
async fn local_context(
    account: &Account,
    visitor: &Context,
    data: Option<&Path>,
) -> Result<Option<Context>, Problem> {
    if !account.is_loopback() {
        return Ok(None);
    }
    let Some(device) = super::local::own_device(data) else {
        return Ok(None);
    };
    let known = devices::status(visitor, &device).await;
    if !known.is_ok_and(|it| it.remote == RemoteStatus::Active) {
        return Ok(None);
    }
    super::local::context(visitor.clone().with_device(Some(device)), data).map(Some)
}

#[cfg(not(feature = "workspace"))]
async fn local_context(_: &Account, _: &Context, _: Option<&Path>) -> Result<Option<Context>, Problem> {
    Ok(None)
}
