//! What the Ghostable command line keeps in the same keychain (docs/protocol.md 4.3), read and never changed: this
//! module only ever holds a [`Read`].
//!
//! Its signing key must be treated as disclosed (docs/protocol.md 5.5). Its session and identity are not tied to an API's
//! address: it is for the caller to try them with the server and to compare the device there.

use super::document::Entry;
use super::{Item, Keychain, Read, StoredEnvironmentKey, StoredIdentity, StoredSession};
use model::{KeychainError, Owner, Part};
use protocol::{DeviceId, EnvironmentName, ProjectId};

/// The variable that names the prefix (docs/protocol.md 1.1).
pub const PREFIX_VARIABLE: &str = "GHOSTABLE_KEYCHAIN_PREFIX";
const DEFAULT_PREFIX: &str = "dev.ghostable";

/// The namespace of the command line's entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The prefix that was set, trimmed; unset or blank it is the default one.
    pub fn new(set: Option<&str>) -> Self {
        // JavaScript trims the byte order mark too.
        let trimmed = set
            .unwrap_or_default()
            .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        Self(
            if trimmed.is_empty() {
                DEFAULT_PREFIX
            } else {
                trimmed
            }
            .to_owned(),
        )
    }

    /// As the environment has it. One that is not text is refused when a window starts; no other part asks for it.
    pub fn from_environment() -> Self {
        Self::new(process_env::text(PREFIX_VARIABLE).ok().flatten().as_deref())
    }

    /// The prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn session(&self) -> Item {
        Item::new(format!("{}.cli.session-token", self.0), "session")
    }

    fn identity(&self) -> Item {
        Item::new(format!("{}.cli.device.identity", self.0), "device:identity")
    }

    fn private_key(&self, device: &DeviceId, kind: &str) -> Item {
        Item::new(format!("{}.cli.device.{device}.{kind}", self.0), kind)
    }

    fn environment_key(&self, project: &ProjectId, environment: &EnvironmentName) -> Item {
        Item::new(
            format!("{}.cli.environment-key", self.0),
            format!("{project}:{environment}"),
        )
    }
}

/// The command line's entries in a keychain.
#[derive(Clone, Debug)]
pub struct CommandLine {
    keychain: Keychain,
    prefix: Prefix,
}

impl Keychain {
    /// The command line's entries under this prefix. It only uses the operating system's keychain.
    pub fn command_line(&self, prefix: Prefix) -> CommandLine {
        CommandLine {
            keychain: self.clone(),
            prefix,
        }
    }
}

impl CommandLine {
    /// Its session.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn session(&self) -> Result<Option<StoredSession>, KeychainError> {
        let item = self.prefix.session();
        self.look(move |store| {
            let entry = its(Part::Session);
            let found = store.read(&item)?;
            found.map(|raw| entry.session(&entry.text(raw)?)).transpose()
        })
        .await
    }

    /// Its device identity, with both private keys.
    ///
    /// # Errors
    /// [`KeychainError::Corrupt`] names the part where the document is there and a private key is missing or malformed;
    /// any other of [`KeychainError`].
    pub async fn identity(&self) -> Result<Option<StoredIdentity>, KeychainError> {
        let prefix = self.prefix.clone();
        self.look(move |store| {
            let entry = its(Part::Identity);
            let Some(raw) = store.read(&prefix.identity())? else {
                return Ok(None);
            };
            let identity = entry.identity(&entry.text(raw)?)?;
            let key = |part, kind| {
                let entry = its(part);
                let found = store.read(&prefix.private_key(&identity.device_id, kind))?;
                entry.text(found.ok_or_else(|| entry.corrupt("it is missing"))?)
            };
            let seed = its(Part::SigningKey).signing_seed(&key(Part::SigningKey, "signing-key")?)?;
            let private = key(Part::EncryptionKey, "encryption-key")?;
            let private = its(Part::EncryptionKey).encryption_key(&private)?;
            Ok(Some(identity.with(seed, private)))
        })
        .await
    }

    /// The environment key that it keeps for an environment.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn environment_key(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
    ) -> Result<Option<StoredEnvironmentKey>, KeychainError> {
        let item = self.prefix.environment_key(project, environment);
        self.look(move |store| {
            let entry = its(Part::EnvironmentKey);
            let found = store.read(&item)?;
            found
                .map(|raw| entry.environment_key(&entry.text(raw)?))
                .transpose()
        })
        .await
    }

    /// Only reading gets through.
    async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Read) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        self.keychain.run(move |store| work(store)).await
    }
}

fn its(part: Part) -> Entry {
    Entry {
        part,
        owner: Owner::CommandLine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_trimmed_and_blank_is_the_default() {
        for (set, prefix) in [
            (None, "dev.ghostable"),
            (Some(" \t"), "dev.ghostable"),
            (Some("  acme.test\u{feff}\n"), "acme.test"),
        ] {
            assert_eq!(Prefix::new(set).as_str(), prefix);
        }
    }
}
