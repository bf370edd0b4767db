//! local-user: how to sign in to the local workspace.

use serde::Serialize;
use zeroize::Zeroizing;

use super::output;
use crate::connect::{Target, data_dir, workspace_problem};
use crate::failure::{FAILED, Failure};
use workspace::{Options, SampleSize, Workspace};

#[derive(Serialize)]
struct UserJson<'a> {
    email: &'a str,
    password: &'a str,
    totp_secret: &'a str,
    otpauth_url: &'a str,
}

/// Prints e-mail address, password and the secret of one-time codes.
pub fn print(target: &Target, json: bool) -> Result<u8, Failure> {
    let workspace = Workspace::open(Options {
        data_dir: data_dir(target.data())?,
        sample: SampleSize::default(),
        rotate_keeps_ci_token: false,
    });
    let workspace = workspace.map_err(workspace_problem)?;
    let Some(sign_in) = &workspace.local().sign_in else {
        return Err(Failure::new(
            FAILED,
            "The local workspace has no user of its own any more.",
            "Start with a new workspace in another folder (--data).",
        ));
    };
    let (totp_secret, otpauth_url) = (sign_in.totp.to_base32(), sign_in.otpauth_url());
    let user = UserJson {
        email: &sign_in.email,
        // All three are exposed because showing them is what the command is for.
        password: sign_in.password.expose(),
        totp_secret: totp_secret.expose(),
        otpauth_url: otpauth_url.expose(),
    };
    if json {
        output::json(&user)?;
    } else {
        output::result(&Zeroizing::new(format!(
            "E-mail:    {}\nPassword:  {}\nOne-time codes (add to an authenticator app):\n{}\n",
            user.email, user.password, user.otpauth_url
        )))?;
    }
    Ok(0)
}
