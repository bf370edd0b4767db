//! What is in a Secret Service, seen and changed not through the code under test.

use std::collections::HashMap;

use secret_service::{EncryptionType, SecretService};

/// The Secret Service on a message bus.
pub struct Vault {
    /// The bus.
    pub address: String,
}

impl Vault {
    /// To the bus.
    pub async fn connection(&self) -> zbus::Connection {
        zbus::connection::Builder::address(self.address.as_str())
            .unwrap()
            .build()
            .await
            .unwrap()
    }

    /// The service, not through the code under test.
    pub async fn direct(&self) -> Result<SecretService<'static>, secret_service::Error> {
        SecretService::connect_with_existing(EncryptionType::Plain, self.connection().await).await
    }

    /// Stores an item as the command line's keychain library does.
    pub async fn place(&self, service: &str, account: &str, value: &[u8]) {
        let attributes = HashMap::from([
            ("service", service),
            ("account", account),
            ("xdg:schema", "org.freedesktop.Secret.Generic"),
        ]);
        let direct = self.direct().await.unwrap();
        let collection = direct.get_default_collection().await.unwrap();
        collection
            .create_item(
                &format!("{service}/{account}"),
                attributes,
                value,
                true,
                "text/plain",
            )
            .await
            .unwrap();
    }

    /// Removes the items of an account.
    pub async fn remove(&self, service: &str, account: &str) {
        let direct = self.direct().await.unwrap();
        let search = HashMap::from([("service", service), ("account", account)]);
        for item in direct.search_items(search).await.unwrap().unlocked {
            item.delete().await.unwrap();
        }
    }

    /// Locks the collection that everything is in.
    pub async fn lock(&self) {
        let direct = self.direct().await.unwrap();
        let collection = direct.get_default_collection().await.unwrap();
        collection.lock().await.unwrap();
        assert!(collection.is_locked().await.unwrap());
    }

    /// Every item: label, attributes, secret and time of change, in a fixed order.
    pub async fn everything(&self) -> Vec<String> {
        let direct = self.direct().await.unwrap();
        let collection = direct.get_default_collection().await.unwrap();
        let mut all = Vec::new();
        for item in collection.get_all_items().await.unwrap() {
            let mut attributes: Vec<_> = item.get_attributes().await.unwrap().into_iter().collect();
            attributes.sort();
            all.push(format!(
                "{} {attributes:?} {} {}",
                item.get_label().await.unwrap(),
                String::from_utf8_lossy(&item.get_secret().await.unwrap()),
                item.get_modified().await.unwrap(),
            ));
        }
        all.sort();
        all
    }
}
