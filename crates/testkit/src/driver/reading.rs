//! What is asked of the accessible tree: nodes by role and name, whole trees, texts.

use std::pin::Pin;
use std::sync::Arc;

use zbus::block_on;

use super::a11y::{ACCESSIBLE, Accessibility};
use super::desktop::Desktop;
use super::node::{Address, Match, Node, TEXT, Tree};
use super::roles::role_name;

/// Stands in a text where a child is.
const EMBEDDED: char = '\u{fffc}';

/// Trees deeper than this are not looked into.
const DEPTH: usize = 48;

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Which nodes are wanted.
pub(super) struct Search<'m> {
    pub(super) role: &'m str,
    pub(super) name: Match<'m>,
    pub(super) first_only: bool,
}

impl Search<'_> {
    /// Whether a node's name fits, or its text where it has no name of its own: paragraphs and cells.
    async fn fits(&self, bus: &Accessibility, address: &Address, name: &str) -> bool {
        if !name.is_empty() || self.name.fits("") {
            return self.name.fits(name);
        }
        let text = read_text(bus, address, Buttons::LeftOut, 0).await;
        self.name.fits(&in_one_line(&text))
    }
}

/// Adds the wanted ones of a node and all below it, in document order. Names are asked for only where the role is right, and
/// nothing after the first, if that is enough: each question goes through two other processes.
pub(super) fn search_below<'a>(
    desktop: &'a Arc<Desktop>,
    address: Address,
    search: &'a Search<'a>,
    found: &'a mut Vec<Node>,
    depth: usize,
) -> Later<'a, ()> {
    Box::pin(async move {
        let bus = &desktop.accessibility;
        let Ok(role) = bus
            .call(&address, ACCESSIBLE, "GetRole", &())
            .await
            .map(role_name)
        else {
            return;
        };
        if role == search.role {
            let name = bus.string(&address, ACCESSIBLE, "Name").await.unwrap_or_default();
            if search.fits(bus, &address, &name).await {
                found.push(Node {
                    desktop: desktop.clone(),
                    address: address.clone(),
                    role,
                    name,
                });
            }
        }
        if depth == DEPTH {
            return;
        }
        for child in bus.children(&address).await.unwrap_or_default() {
            if search.first_only && !found.is_empty() {
                return;
            }
            search_below(desktop, child, search, found, depth + 1).await;
        }
    })
}

/// A node by itself; `None` when it is gone.
pub(super) fn read_node(desktop: &Arc<Desktop>, address: Address) -> Option<Node> {
    block_on(node_at(desktop, address))
}

async fn node_at(desktop: &Arc<Desktop>, address: Address) -> Option<Node> {
    let bus = &desktop.accessibility;
    let role = role_name(bus.call(&address, ACCESSIBLE, "GetRole", &()).await.ok()?);
    let name = bus.string(&address, ACCESSIBLE, "Name").await.unwrap_or_default();
    Some(Node {
        desktop: desktop.clone(),
        address,
        role,
        name,
    })
}

/// Reads a node and all below it; `None` when it is gone.
pub(super) fn read_tree(desktop: &Arc<Desktop>, address: Address, depth: usize) -> Later<'_, Option<Tree>> {
    Box::pin(async move {
        let node = node_at(desktop, address).await?;
        let below = if depth < DEPTH {
            desktop
                .accessibility
                .children(&node.address)
                .await
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut children = Vec::new();
        for child in below {
            children.extend(read_tree(desktop, child, depth + 1).await);
        }
        Some(Tree { node, children })
    })
}

/// What is read where a button stands: its words are its name, and no text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buttons {
    LeftOut,
    ByName,
}

pub(super) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a node, with its children's where they stand in it.
pub(super) fn read_text<'a>(
    bus: &'a Accessibility,
    address: &'a Address,
    buttons: Buttons,
    depth: usize,
) -> Later<'a, String> {
    Box::pin(async move {
        if buttons == Buttons::ByName {
            let role = bus.call(address, ACCESSIBLE, "GetRole", &()).await.map(role_name);
            if role.is_ok_and(|role| role == "push button") {
                return bus.string(address, ACCESSIBLE, "Name").await.unwrap_or_default();
            }
        }
        let own: String = if address.is_gtk() {
            String::new()
        } else {
            bus.call(address, TEXT, "GetText", &(0i32, -1i32))
                .await
                .unwrap_or_default()
        };
        if !own.contains(EMBEDDED) && !own.trim().is_empty() {
            return own;
        }
        let children = if depth < DEPTH {
            bus.children(address).await.unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut parts = Vec::new();
        for child in &children {
            parts.push(read_text(bus, child, buttons, depth + 1).await);
        }
        if own.contains(EMBEDDED) {
            let mut parts = parts.into_iter();
            let fill = |letter| {
                if letter == EMBEDDED {
                    parts.next().unwrap_or_default()
                } else {
                    String::from(letter)
                }
            };
            own.chars().map(fill).collect()
        } else {
            parts.join(" ")
        }
    })
}
