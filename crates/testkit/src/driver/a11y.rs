//! The accessibility bus: where it is, which programs are on it, and calls to their nodes.

use std::time::Duration;

use zbus::block_on;
use zbus::connection::{Builder, Connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::node::Address;
use super::poll;

const REGISTRY: &str = "org.a11y.atspi.Registry";
const REGISTRY_ROOT: &str = "/org/a11y/atspi/accessible/root";
pub(crate) const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Connections to the session bus and to the accessibility bus of one desktop.
#[derive(Clone)]
pub(crate) struct Accessibility {
    session: Connection,
    bus: Connection,
}

impl Accessibility {
    /// Starts the accessibility bus of a session and says that somebody is listening, or programs stay silent.
    pub(crate) fn connect(session_address: &str) -> Accessibility {
        block_on(async {
            let session = open(session_address).await;
            let reply = session
                .call_method(
                    Some("org.a11y.Bus"),
                    "/org/a11y/bus",
                    Some("org.a11y.Bus"),
                    "GetAddress",
                    &(),
                )
                .await
                .unwrap_or_else(|error| {
                    panic!("no accessibility bus ({error}): scripts/system-packages test")
                });
            let address: String = reply.body().deserialize().expect("an address");
            let enabled = ("org.a11y.Status", "IsEnabled", OwnedValue::from(true));
            session
                .call_method(
                    Some("org.a11y.Bus"),
                    "/org/a11y/bus",
                    Some(PROPERTIES),
                    "Set",
                    &enabled,
                )
                .await
                .unwrap_or_else(|error| panic!("accessibility cannot be switched on: {error}"));
            let bus = open(&address).await;
            Accessibility { session, bus }
        })
    }

    /// Whether a service has this name on the session bus.
    pub(crate) fn session_has(&self, name: &str) -> bool {
        block_on(async {
            let reply = self
                .session
                .call_method(Some(BUS), BUS_PATH, Some(BUS), "NameHasOwner", &(name,))
                .await;
            reply.is_ok_and(|reply| reply.body().deserialize().unwrap_or(false))
        })
    }

    /// The topmost node of the program with this process id, once it is on the bus.
    pub(crate) fn application(&self, pid: u32) -> Option<Address> {
        poll(|| block_on(self.find_application(pid)))
    }

    async fn find_application(&self, pid: u32) -> Option<Address> {
        let root = Address {
            bus: REGISTRY.to_owned(),
            path: REGISTRY_ROOT.to_owned(),
        };
        for address in self.children(&root).await.ok()? {
            let body = (address.bus.as_str(),);
            let reply = self
                .bus
                .call_method(
                    Some(BUS),
                    BUS_PATH,
                    Some(BUS),
                    "GetConnectionUnixProcessID",
                    &body,
                )
                .await;
            let found: Option<u32> = reply.ok().and_then(|reply| reply.body().deserialize().ok());
            if found == Some(pid) {
                return Some(address);
            }
        }
        None
    }

    /// The children of a node.
    pub(crate) async fn children(&self, of: &Address) -> zbus::Result<Vec<Address>> {
        let mut pairs: Vec<(String, OwnedObjectPath)> = self.call(of, ACCESSIBLE, "GetChildren", &()).await?;
        if pairs.is_empty() && of.is_gtk() {
            // GTK leaves the web page out of the list of its view's children, but gives it by number.
            for index in 0..self.number(of, ACCESSIBLE, "ChildCount").await? {
                pairs.push(self.call(of, ACCESSIBLE, "GetChildAtIndex", &(index,)).await?);
            }
        }
        Ok(pairs
            .into_iter()
            .map(|(bus, path)| Address {
                bus,
                path: path.to_string(),
            })
            .collect())
    }

    /// Calls a method of a node.
    pub(crate) async fn call<B, R>(
        &self,
        to: &Address,
        interface: &str,
        method: &str,
        body: &B,
    ) -> zbus::Result<R>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
        R: serde::de::DeserializeOwned + zbus::zvariant::Type,
    {
        let reply = self
            .bus
            .call_method(
                Some(to.bus.as_str()),
                to.path.as_str(),
                Some(interface),
                method,
                body,
            )
            .await?;
        reply.body().deserialize()
    }

    /// Reads a text property of a node.
    pub(crate) async fn string(&self, of: &Address, interface: &str, name: &str) -> zbus::Result<String> {
        let value: OwnedValue = self.call(of, PROPERTIES, "Get", &(interface, name)).await?;
        Ok(String::try_from(value)?)
    }

    /// Reads a number property of a node.
    pub(crate) async fn number(&self, of: &Address, interface: &str, name: &str) -> zbus::Result<i32> {
        let value: OwnedValue = self.call(of, PROPERTIES, "Get", &(interface, name)).await?;
        Ok(i32::try_from(value)?)
    }
}

async fn open(address: &str) -> Connection {
    Builder::address(address)
        .expect("the address is the one that the bus printed")
        .method_timeout(Duration::from_secs(5))
        .build()
        .await
        .unwrap_or_else(|error| panic!("no connection to the bus at {address}: {error}"))
}
