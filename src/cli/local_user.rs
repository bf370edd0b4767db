//! local-user: how to sign in to the local workspace.

use serde::Serialize;
use zeroize::Zeroizing;

use super::args::LocalRole;
use super::output;
use crate::connect::{Target, data_dir, workspace_problem};
use crate::failure::{FAILED, Failure};
use workspace::{Options, SampleRole, Workspace};

/// The members of one-time codes are null for a person who needs none.
#[derive(Serialize)]
struct UserJson<'a> {
    email: &'a str,
    password: &'a str,
    totp_secret: Option<&'a str>,
    otpauth_url: Option<&'a str>,
}

/// Prints e-mail address, password and, for the admin, the secret of one-time codes.
pub fn print(target: &Target, role: LocalRole, json: bool) -> Result<u8, Failure> {
    let workspace = Workspace::open(Options {
        data_dir: data_dir(target.data())?,
        ..Options::default()
    });
    let workspace = workspace.map_err(workspace_problem)?;
    let email = workspace.email_of(match role {
        LocalRole::Admin => SampleRole::Admin,
        LocalRole::Developer => SampleRole::Developer,
        LocalRole::ReadOnly => SampleRole::ReadOnly,
        LocalRole::Auditor => SampleRole::Auditor,
    });
    let (Some(sign_in), Some(email)) = (&workspace.local().sign_in, email) else {
        return Err(Failure::new(
            FAILED,
            "The local workspace has no user of its own any more.",
            "Start with a new workspace in another folder (--data).",
        ));
    };
    let codes = (role == LocalRole::Admin).then(|| (sign_in.totp.to_base32(), sign_in.otpauth_url()));
    let user = UserJson {
        email,
        // All three are exposed because showing them is what the command is for.
        password: sign_in.password.expose(),
        totp_secret: codes.as_ref().map(|(secret, _)| secret.expose()),
        otpauth_url: codes.as_ref().map(|(_, url)| url.expose()),
    };
    if json {
        output::json(&user)?;
        return Ok(0);
    }
    let codes = match user.otpauth_url {
        Some(url) => Zeroizing::new(format!("One-time codes (add to an authenticator app):\n{url}\n")),
        None => Zeroizing::new("One-time codes: none\n".to_owned()),
    };
    output::document(&Zeroizing::new(format!(
        "E-mail:    {}\nPassword:  {}\n{}",
        user.email,
        user.password,
        codes.as_str()
    )))?;
    Ok(0)
}
