//! The workspace's own user and device: `local-keys.json` in the data folder, readable by its owner only.
//!
//! Security limit: these keys lie on the disk in clear. They open the sample data and whatever is put into this workspace,
//! and nothing else; whoever may read the owner's files can read the database beside them, too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, Zeroizing};

use rusqlite::Connection;

use super::store::devices;
use super::{TotpSecret, WorkspaceError, cannot_use};
use protocol::crypto::DeviceIdentity;
use protocol::secret::{AccessToken, EncryptionPrivateKey, SecretText, SigningSeed};
use protocol::{DeviceId, EnvironmentName, OrganizationId, ProjectId};

const FILE: &str = "local-keys.json";
/// With a sum of the rest; [`UNCHECKED`] may have none.
const FORMAT: u32 = 2;
/// What earlier releases wrote.
const UNCHECKED: u32 = 1;

/// How the program gets into its own workspace.
#[derive(Clone, Debug)]
pub struct LocalAccess {
    /// The bearer token of the workspace's user.
    pub access_token: AccessToken,
    /// The sample organisation.
    pub organization_id: OrganizationId,
    /// The sample project.
    pub project_id: ProjectId,
    /// The environments that the sample project started with.
    pub environments: Vec<EnvironmentName>,
    /// The workspace's own device.
    pub device_id: DeviceId,
    /// That device's keys.
    pub identity: DeviceIdentity,
    /// How a person signs in as that user; absent only where an earlier release made the workspace and it was not opened
    /// since.
    pub sign_in: Option<LocalSignIn>,
}

/// E-mail, password and one-time codes of the workspace's user.
#[derive(Clone, Debug)]
pub struct LocalSignIn {
    /// The e-mail address.
    pub email: String,
    pub password: SecretText,
    /// Makes the one-time codes.
    pub totp: TotpSecret,
}

impl LocalSignIn {
    /// The address that authenticator apps take.
    pub fn otpauth_url(&self) -> SecretText {
        let secret = self.totp.to_base32();
        SecretText::new(format!(
            "otpauth://totp/Deploy%20Tokens:{}?secret={}&issuer=Deploy%20Tokens&algorithm=SHA1&digits=6&period=30",
            self.email,
            // Exposed because authenticator apps read it from here.
            secret.expose()
        ))
    }
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Older {
    /// It is kept under another name, because the database that it belongs to may have been moved away and may come back.
    Keep,
    /// It belongs to the same workspace, and all that it has is in the new one.
    Replace,
}

impl LocalAccess {
    /// Reads what a workspace keeps in this folder; `None` where there is no workspace.
    ///
    /// # Errors
    /// [`WorkspaceError::Keys`] when the file is there and cannot be used.
    pub fn read(data_dir: &Path) -> Result<Option<Self>, WorkspaceError> {
        if path(data_dir).exists() {
            read(data_dir).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The file. Its secrets are wiped from memory when it is dropped.
#[derive(Serialize, Deserialize)]
struct KeysFile {
    format: u32,
    access_token: String,
    organization_id: OrganizationId,
    project_id: ProjectId,
    environments: Vec<EnvironmentName>,
    device_id: DeviceId,
    signing_key: String,
    encryption_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign_in: Option<SignInFile>,
    /// Hex of the SHA-256 of the rest: a damaged password is as long as a good one. Earlier releases wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
}

impl KeysFile {
    /// What `check` has to be.
    fn sum(&mut self) -> serde_json::Result<String> {
        let said = self.check.take();
        let text = serde_json::to_vec(self).map(Zeroizing::new);
        self.check = said;
        Ok(HEXLOWER.encode(&Sha256::digest(text?.as_slice())))
    }
}

#[derive(Serialize, Deserialize)]
struct SignInFile {
    email: String,
    password: String,
    totp_secret: String,
}

impl Drop for SignInFile {
    fn drop(&mut self) {
        self.password.zeroize();
        self.totp_secret.zeroize();
    }
}

impl Drop for KeysFile {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.signing_key.zeroize();
        self.encryption_key.zeroize();
    }
}

/// Where the file is.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Reads the file.
pub(super) fn read(data_dir: &Path) -> Result<LocalAccess, WorkspaceError> {
    let path = path(data_dir);
    let broken = |reason: &str| WorkspaceError::Keys {
        path: path.clone(),
        reason: reason.to_owned(),
    };
    let text = fs::read(&path)
        .map(Zeroizing::new)
        .map_err(|error| broken(&error.to_string()))?;
    parse(&text).map_err(broken)
}

/// Reads what is in the file, or says what is wrong with it.
pub(super) fn parse(text: &[u8]) -> Result<LocalAccess, &'static str> {
    let mut file: KeysFile = serde_json::from_slice(text).map_err(|_| "it is not complete")?;
    if ![UNCHECKED, FORMAT].contains(&file.format) {
        return Err("its format is not known");
    }
    let sum = file.sum().map_err(|_| "it is not complete")?;
    let checked = file
        .check
        .as_ref()
        .map_or(file.format == UNCHECKED, |check| *check == sum);
    if !checked {
        return Err("it is damaged");
    }
    let identity = identity(&file).ok_or("a key in it is not 32 bytes")?;
    let sign_in = match &file.sign_in {
        None => None,
        Some(kept) => Some(LocalSignIn {
            email: kept.email.clone(),
            password: SecretText::new(kept.password.clone()),
            totp: TotpSecret::from_base32(&kept.totp_secret)
                .ok_or("its secret of one-time codes is not base32")?,
        }),
    };
    Ok(LocalAccess {
        sign_in,
        access_token: AccessToken::new(file.access_token.clone()),
        organization_id: file.organization_id.clone(),
        project_id: file.project_id.clone(),
        environments: file.environments.clone(),
        device_id: file.device_id.clone(),
        identity,
    })
}

fn identity(file: &KeysFile) -> Option<DeviceIdentity> {
    let bytes = |text: &str| BASE64.decode(text.as_bytes()).ok().map(Zeroizing::new);
    let (signing, encryption) = (bytes(&file.signing_key)?, bytes(&file.encryption_key)?);
    let signing: &[u8; 32] = signing.as_slice().try_into().ok()?;
    let encryption: &[u8; 32] = encryption.as_slice().try_into().ok()?;
    Some(DeviceIdentity::from_secrets(
        &SigningSeed::copy_of(signing),
        &EncryptionPrivateKey::copy_of(encryption),
    ))
}

/// Whether the keys are those of the database: a single wrong bit of them would open nothing.
pub(super) fn compare(data_dir: &Path, access: &LocalAccess, db: &Connection) -> Result<(), WorkspaceError> {
    let wrong = |reason: &str| WorkspaceError::Keys {
        path: path(data_dir),
        reason: reason.to_owned(),
    };
    // The person may have removed the device; then there is nothing to compare with.
    let Some(device) = devices::find(db, access.device_id.as_str())? else {
        return Ok(());
    };
    let (own, signing) = (
        access.identity.encryption_public(),
        access.identity.signing_public(),
    );
    if own.to_base64() == device.public_key && signing.to_base64() == device.public_signing_key {
        Ok(())
    } else {
        Err(wrong("they are not those of the device in the database"))
    }
}

/// Writes the file so that it is there as a whole or not at all, also after a power loss.
pub(super) fn write(data_dir: &Path, access: &LocalAccess, older: Older) -> Result<(), WorkspaceError> {
    let path = path(data_dir);
    replace(data_dir, &path, access, older).map_err(cannot_use(&path))
}

fn replace(data_dir: &Path, path: &Path, access: &LocalAccess, older: Older) -> io::Result<()> {
    let mut file = KeysFile {
        check: None,
        format: FORMAT,
        // The file is where the program finds its token and keys again.
        access_token: access.access_token.expose().to_owned(),
        organization_id: access.organization_id.clone(),
        project_id: access.project_id.clone(),
        environments: access.environments.clone(),
        device_id: access.device_id.clone(),
        signing_key: BASE64.encode(access.identity.signing_seed().expose()),
        encryption_key: BASE64.encode(access.identity.encryption_private_key().expose()),
        // And here the person finds the way to sign in.
        sign_in: access.sign_in.as_ref().map(|sign_in| SignInFile {
            email: sign_in.email.clone(),
            password: sign_in.password.expose().to_owned(),
            totp_secret: sign_in.totp.to_base32().expose().to_owned(),
        }),
    };
    file.check = Some(file.sum().map_err(io::Error::other)?);
    let text = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(io::Error::other)?);
    if older == Older::Keep {
        keep_older(data_dir)?;
    }
    private_file::replace(path, &text)
}

/// Gives a file that is there another name.
pub(super) fn keep_older(data_dir: &Path) -> io::Result<()> {
    let path = path(data_dir);
    if path.exists() {
        let kept = format!("{FILE}.{}.old", protocol::Moment::now().0.as_millisecond());
        fs::rename(path, data_dir.join(kept))?;
    }
    Ok(())
}
