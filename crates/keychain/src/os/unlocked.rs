//! Calls to the Secret Service in one session, each within its limit: unlocking where something is locked, and telling
//! the service's errors apart.

use std::collections::HashMap;

use secret_service::{Collection, Error, Item, SecretService};
use tokio::time::timeout;
use zbus::fdo;

use super::secret_service::Limits;
use crate::Raw;
use model::KeychainError;

/// A session with the service.
pub(super) struct Unlocked<'a> {
    pub(super) service: &'a SecretService<'static>,
    pub(super) limits: Limits,
}

type Attributes<'a> = HashMap<&'a str, &'a str>;

impl Unlocked<'_> {
    pub(super) async fn read(&self, search: Attributes<'_>) -> Result<Option<Raw>, KeychainError> {
        let items = self.find(search).await?;
        let Some(item) = self.newest(items).await? else {
            return Ok(None);
        };
        Ok(Some(Raw::new(self.ask(item.get_secret()).await?)))
    }

    pub(super) async fn write(
        &self,
        label: &str,
        attributes: Attributes<'_>,
        secret: &[u8],
    ) -> Result<(), KeychainError> {
        let collection = match self.default_collection().await? {
            Some(collection) => collection,
            // As the reference's library does: the service asks the user for the new collection's password.
            None => {
                self.prompt(self.service.create_collection("Default keyring", "default"))
                    .await?
            }
        };
        self.unlock(&collection).await?;
        self.prompt(collection.create_item(label, attributes, secret, true, "text/plain"))
            .await?;
        Ok(())
    }

    pub(super) async fn remove(&self, search: Attributes<'_>) -> Result<(), KeychainError> {
        for item in self.find(search).await? {
            self.prompt(item.delete()).await?;
        }
        Ok(())
    }

    pub(super) async fn probe(&self) -> Result<(), KeychainError> {
        self.default_collection().await.map(|_| ())
    }

    /// All items with these attributes, unlocked. That there is none is only said of an unlocked default collection:
    /// some services do not show what is in a locked one.
    async fn find(&self, search: Attributes<'_>) -> Result<Vec<Item<'_>>, KeychainError> {
        let found = self.ask(self.service.search_items(search.clone())).await?;
        if !found.unlocked.is_empty() {
            return Ok(found.unlocked);
        }
        if !found.locked.is_empty() {
            for item in &found.locked {
                self.prompt(item.unlock()).await?;
                self.ask(item.ensure_unlocked()).await?;
            }
            return Ok(found.locked);
        }
        match self.default_collection().await? {
            Some(collection) if self.ask(collection.is_locked()).await? => {
                self.unlock(&collection).await?;
                Ok(self.ask(self.service.search_items(search)).await?.unlocked)
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn newest<'i>(&self, items: Vec<Item<'i>>) -> Result<Option<Item<'i>>, KeychainError> {
        let mut best: Option<(u64, Item<'i>)> = None;
        let alone = items.len() == 1;
        for item in items {
            let modified = if alone {
                0
            } else {
                self.ask(item.get_modified()).await?
            };
            if best.as_ref().is_none_or(|(when, _)| modified > *when) {
                best = Some((modified, item));
            }
        }
        Ok(best.map(|(_, item)| item))
    }

    async fn default_collection(&self) -> Result<Option<Collection<'_>>, KeychainError> {
        let asked = timeout(self.limits.answer, self.service.get_default_collection()).await;
        match asked.map_err(|_| KeychainError::NoAnswer)? {
            Ok(collection) => Ok(Some(collection)),
            Err(Error::NoResult) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    async fn unlock(&self, collection: &Collection<'_>) -> Result<(), KeychainError> {
        if self.ask(collection.is_locked()).await? {
            self.prompt(collection.unlock()).await?;
            self.ask(collection.ensure_unlocked()).await?;
        }
        Ok(())
    }

    /// A call that needs nobody.
    async fn ask<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, KeychainError> {
        let asked = timeout(self.limits.answer, call).await;
        asked.map_err(|_| KeychainError::NoAnswer)?.map_err(refused)
    }

    /// A call for which the service may ask the user; unanswered, everything stays locked.
    async fn prompt<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, KeychainError> {
        let asked = timeout(self.limits.prompt, call).await;
        asked
            .map_err(|_| KeychainError::Locked {
                cause: Some("the keychain's prompt was not answered in time".into()),
            })?
            .map_err(refused)
    }
}

/// What the service's error means.
pub(super) fn refused(error: Error) -> KeychainError {
    let name = match &error {
        Error::Zbus(zbus::Error::MethodError(name, _, _)) => Some(name.as_str().to_owned()),
        Error::Zbus(zbus::Error::FDO(error)) => Some(fdo_name(error)),
        Error::ZbusFdo(error) => Some(fdo_name(error)),
        _ => None,
    };
    let absent_connection = matches!(
        &error,
        Error::Unavailable
            | Error::Zbus(
                zbus::Error::InputOutput(_)
                    | zbus::Error::Connection(..)
                    | zbus::Error::Address(_)
                    | zbus::Error::InterfaceNotFound
            )
    );
    let locked = matches!(&error, Error::Locked | Error::Prompt | Error::PromptDisconnected);
    let name = name.as_deref().unwrap_or_default();
    if matches!(
        name,
        "org.freedesktop.DBus.Error.NoReply" | "org.freedesktop.DBus.Error.Timeout"
    ) {
        return KeychainError::NoAnswer;
    }
    let cause = Some(error.to_string());
    if locked || name == "org.freedesktop.Secret.Error.IsLocked" {
        KeychainError::Locked { cause }
    } else if absent_connection || is_absence(name) {
        KeychainError::Absent { cause }
    } else {
        KeychainError::Refused { cause }
    }
}

/// The name of a standard error, which the library has turned into a variant.
fn fdo_name(error: &fdo::Error) -> String {
    use zbus::DBusError as _;
    error.name().as_str().to_owned()
}

/// The bus has nobody of that name and can start nobody.
fn is_absence(name: &str) -> bool {
    name.starts_with("org.freedesktop.DBus.Error.Spawn.")
        || [
            "org.freedesktop.DBus.Error.ServiceUnknown",
            "org.freedesktop.DBus.Error.NameHasNoOwner",
            "org.freedesktop.DBus.Error.Disconnected",
        ]
        .contains(&name)
}
