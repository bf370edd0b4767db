//! Secret Services that do not do what they should.

use std::collections::HashMap;

use zbus::fdo;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

/// How a stub behaves.
#[derive(Clone, Copy, PartialEq)]
pub enum ConfirmStyle {
    /// Every call is denied.
    Refuses,
    /// No call is answered.
    Silent,
    /// There is a locked item, and the prompt to unlock it is never answered.
    PromptStays,
    /// There is a locked item, and the prompt to unlock it is dismissed.
    PromptDismissed,
}

struct Service(ConfirmStyle);

const ITEM: &str = "/org/freedesktop/secrets/collection/c/1";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/p1";
const NOTHING: &str = "/";

fn path(text: &str) -> OwnedObjectPath {
    ObjectPath::try_from(text.to_owned()).unwrap().into()
}

impl Service {
    async fn manner(&self) -> fdo::Result<()> {
        match self.0 {
            ConfirmStyle::Refuses => Err(fdo::Error::AccessDenied("not for you".to_owned())),
            ConfirmStyle::Silent => std::future::pending().await,
            ConfirmStyle::PromptStays | ConfirmStyle::PromptDismissed => Ok(()),
        }
    }
}

#[zbus::interface(name = "org.freedesktop.Secret.Service")]
impl Service {
    async fn open_session(
        &self,
        _algorithm: String,
        _input: Value<'_>,
    ) -> fdo::Result<(OwnedValue, OwnedObjectPath)> {
        self.manner().await?;
        let key = Value::from(vec![2_u8; 128]).try_to_owned().unwrap();
        Ok((key, path("/org/freedesktop/secrets/session/s1")))
    }

    async fn search_items(
        &self,
        _attributes: HashMap<String, String>,
    ) -> fdo::Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>)> {
        self.manner().await?;
        Ok((Vec::new(), vec![path(ITEM)]))
    }

    async fn unlock(
        &self,
        _objects: Vec<OwnedObjectPath>,
    ) -> fdo::Result<(Vec<OwnedObjectPath>, OwnedObjectPath)> {
        self.manner().await?;
        Ok((Vec::new(), path(PROMPT)))
    }

    async fn read_alias(&self, _name: String) -> fdo::Result<OwnedObjectPath> {
        self.manner().await?;
        Ok(path(NOTHING))
    }
}

struct Prompt(ConfirmStyle);

#[zbus::interface(name = "org.freedesktop.Secret.Prompt")]
impl Prompt {
    async fn prompt(
        &self,
        _window: String,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> fdo::Result<()> {
        if self.0 == ConfirmStyle::PromptDismissed {
            let _ = emitter.completed(true, Value::from("")).await;
        }
        Ok(())
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: Value<'_>) -> zbus::Result<()>;
}

/// Offers the stub on this bus for as long as the connection is kept.
pub async fn offer(address: &str, manner: ConfirmStyle) -> zbus::Connection {
    zbus::connection::Builder::address(address)
        .unwrap()
        .serve_at("/org/freedesktop/secrets", Service(manner))
        .unwrap()
        .serve_at(PROMPT, Prompt(manner))
        .unwrap()
        .name("org.freedesktop.secrets")
        .unwrap()
        .build()
        .await
        .unwrap()
}

/// Offers, under the service's name, something that is not one.
pub async fn offer_something_else(address: &str) -> zbus::Connection {
    zbus::connection::Builder::address(address)
        .unwrap()
        .serve_at("/somewhere/else", Prompt(ConfirmStyle::PromptStays))
        .unwrap()
        .name("org.freedesktop.secrets")
        .unwrap()
        .build()
        .await
        .unwrap()
}
