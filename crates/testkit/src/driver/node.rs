//! Nodes of the accessible tree: reading, pressing, focusing, and finding others below them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use zbus::block_on;

use super::a11y::{ACCESSIBLE, Accessibility};
use super::desktop::Desktop;
use super::poll;
use super::reading::{Buttons, Search, in_one_line, read_text, read_tree, search_below};

const ACTION: &str = "org.a11y.atspi.Action";
const COMPONENT: &str = "org.a11y.atspi.Component";
pub(super) const TEXT: &str = "org.a11y.atspi.Text";

/// Where a node is on the accessibility bus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    pub(crate) bus: String,
    pub(crate) path: String,
}

impl Address {
    /// Whether it belongs to the window around the page: GTK numbers its nodes, WebKit gives them UUIDs.
    pub(crate) fn is_gtk(&self) -> bool {
        self.path
            .rsplit('/')
            .next()
            .is_some_and(|last| last == "root" || last.parse::<u64>().is_ok())
    }
}

/// Which names are meant.
#[derive(Clone, Copy, Debug)]
pub enum Match<'a> {
    /// Exactly this name.
    Exactly(&'a str),
    /// A name with this in it.
    Containing(&'a str),
    /// Every name, also none.
    Any,
}

/// Every name, also none.
pub fn any() -> Match<'static> {
    Match::Any
}

/// A name with this in it.
pub fn containing(part: &str) -> Match<'_> {
    Match::Containing(part)
}

impl<'a> From<&'a str> for Match<'a> {
    fn from(name: &'a str) -> Self {
        Match::Exactly(name)
    }
}

impl Match<'_> {
    pub(super) fn fits(&self, name: &str) -> bool {
        match self {
            Match::Exactly(wanted) => name == *wanted,
            Match::Containing(part) => name.contains(part),
            Match::Any => true,
        }
    }
}

/// States of a node, by their AT-SPI numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// Ticked.
    Checked = 4,
    /// It can be changed by typing.
    Editable = 7,
    /// Not disabled.
    Enabled = 8,
    /// It can be opened.
    Expandable = 9,
    /// It is open.
    Expanded = 10,
    /// It has the keyboard.
    Focused = 12,
    /// The rest of the window is inert.
    Modal = 16,
    Pressed = 20,
    /// Chosen among others.
    Selected = 23,
    /// Visible on the screen.
    Showing = 25,
    /// It has to be filled.
    Required = 33,
    /// What is in it is refused.
    InvalidEntry = 36,
}

/// A node with its name and role as they were when it was found.
#[derive(Clone)]
pub struct Node {
    pub(crate) desktop: Arc<Desktop>,
    pub(crate) address: Address,
    pub(super) role: &'static str,
    pub(super) name: String,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.role, self.name)
    }
}

impl Node {
    /// What kind of thing it is.
    pub fn role(&self) -> &str {
        self.role
    }

    /// Its accessible name when it was found.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its accessible description.
    pub fn description(&self) -> String {
        block_on(self.bus().string(&self.address, ACCESSIBLE, "Description")).unwrap_or_default()
    }

    /// Its attributes, such as `level` of a heading or `placeholder-text` of an entry.
    pub fn attributes(&self) -> HashMap<String, String> {
        block_on(self.bus().call(&self.address, ACCESSIBLE, "GetAttributes", &())).unwrap_or_default()
    }

    /// All that can be read in it; what is typed into it, for an entry.
    pub fn text(&self) -> String {
        in_one_line(&block_on(read_text(
            self.bus(),
            &self.address,
            Buttons::LeftOut,
            0,
        )))
    }

    /// Whether it is in this state now. A node that is gone is in none.
    pub fn is(&self, state: State) -> bool {
        let bits: Vec<u32> =
            block_on(self.bus().call(&self.address, ACCESSIBLE, "GetState", &())).unwrap_or_default();
        let number = state as usize;
        bits.get(number / 32)
            .is_some_and(|word| word & (1 << (number % 32)) != 0)
    }

    /// Waits until it is in this state (`true`) or is not (`false`).
    #[track_caller]
    pub fn wait(&self, state: State, wanted: bool) -> &Node {
        if poll(|| (self.is(state) == wanted).then_some(())).is_none() {
            panic!(
                "{self:?} never came to be {}{state:?}",
                if wanted { "" } else { "not " }
            );
        }
        self
    }

    /// Does what pressing it does, through its accessible action.
    #[track_caller]
    pub fn press(&self) {
        assert!(
            self.is(State::Enabled),
            "{self:?} is disabled or gone, so it cannot be pressed"
        );
        let count = block_on(self.bus().number(&self.address, ACTION, "NActions")).unwrap_or(0);
        assert!(count > 0, "{self:?} offers no action");
        let done: zbus::Result<bool> = block_on(self.bus().call(&self.address, ACTION, "DoAction", &(0i32,)));
        assert!(
            done.as_ref().is_ok_and(|done| *done),
            "{self:?} could not be pressed: {done:?}"
        );
    }

    /// Gives it the keyboard, and waits until it has it.
    #[track_caller]
    pub fn focus(&self) {
        let done: zbus::Result<bool> = block_on(self.bus().call(&self.address, COMPONENT, "GrabFocus", &()));
        assert!(done.is_ok(), "{self:?} could not be focused: {done:?}");
        self.wait(State::Focused, true);
    }

    /// Its place on the screen: left, top, width, height.
    pub fn extents(&self) -> (i32, i32, i32, i32) {
        const ON_SCREEN: u32 = 0;
        block_on(
            self.bus()
                .call(&self.address, COMPONENT, "GetExtents", &(ON_SCREEN,)),
        )
        .unwrap_or_else(|error| panic!("{self:?} has no place on the screen: {error}"))
    }

    /// Moves the mouse onto its middle.
    #[track_caller]
    pub fn hover(&self) {
        let (left, top, width, height) = self.extents();
        let (x, y) = ((left + width / 2).to_string(), (top + height / 2).to_string());
        // From beside it: with --sync a mouse that is there already is waited for in vain.
        let beside = (left + width / 2 + 1).to_string();
        self.desktop
            .xdotool(&["mousemove", &beside, &y, "mousemove", "--sync", &x, &y])
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Clicks on its middle with the mouse.
    #[track_caller]
    pub fn click(&self) {
        self.hover();
        self.desktop
            .xdotool(&["click", "1"])
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Presses the mouse on its middle, and lets go after this long.
    #[track_caller]
    pub fn hold(&self, time: std::time::Duration) {
        self.hold_while(|| std::thread::sleep(time));
    }

    /// Presses the mouse on its middle, and lets go after `meanwhile`.
    #[track_caller]
    pub fn hold_while(&self, meanwhile: impl FnOnce()) {
        self.hover();
        let mouse = |verb| {
            self.desktop
                .xdotool(&[verb, "1"])
                .unwrap_or_else(|error| panic!("{error}"));
        };
        mouse("mousedown");
        meanwhile();
        mouse("mouseup");
    }

    /// It and everything below it, as it is now.
    pub fn tree(&self) -> Tree {
        block_on(read_tree(&self.desktop, self.address.clone(), 0)).unwrap_or_else(|| Tree {
            node: self.clone(),
            children: Vec::new(),
        })
    }

    /// The first node below it with this role and name, now.
    pub fn get<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Option<Node> {
        let search = Search {
            role,
            name: name.into(),
            first_only: true,
        };
        self.search(&search).into_iter().next()
    }

    fn search(&self, search: &Search<'_>) -> Vec<Node> {
        let mut found = Vec::new();
        block_on(search_below(
            &self.desktop,
            self.address.clone(),
            search,
            &mut found,
            0,
        ));
        found
    }

    /// All nodes below it with this role and name, in document order, now.
    pub fn all<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Vec<Node> {
        let search = Search {
            role,
            name: name.into(),
            first_only: false,
        };
        self.search(&search)
    }

    /// Waits for a node below it with this role and name.
    #[track_caller]
    pub fn find<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Node {
        let name = name.into();
        poll(|| self.get(role, name))
            .unwrap_or_else(|| panic!("no {role} {name:?} in {self:?}\n{}", self.tree()))
    }

    /// The texts of a table's cells, row by row, the head among them; not the cells by whose box a row is chosen.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let rows = self.all("table row", any());
        rows.iter()
            .map(|row| row.tree().cells().map(Node::cell_text).collect())
            .collect()
    }

    /// The text of a table's cell; of a row's head with the names of its buttons, one of which may be what the row is called.
    fn cell_text(&self) -> String {
        let buttons = match self.role {
            "row header" => Buttons::ByName,
            _ => Buttons::LeftOut,
        };
        in_one_line(&block_on(read_text(self.bus(), &self.address, buttons, 0)))
    }

    fn bus(&self) -> &Accessibility {
        &self.desktop.accessibility
    }
}

/// A node and what is below it, as they were at one moment. Its `Display` is an indented outline.
pub struct Tree {
    /// The node itself.
    pub node: Node,
    /// What is directly below it.
    pub children: Vec<Tree>,
}

impl Tree {
    /// The cells of a row, but for those with a check box.
    fn cells(&self) -> impl Iterator<Item = &Node> + '_ {
        const CELLS: [&str; 4] = ["table cell", "column header", "row header", "table column header"];
        let has_box = |it: &Self| it.nodes().any(|node| node.role == "check box");
        let is_cell = move |it: &&Self| CELLS.contains(&it.node.role) && !has_box(it);
        self.children.iter().filter(is_cell).map(|it| &it.node)
    }

    /// The node and all below it, in document order.
    pub fn nodes(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        Box::new(std::iter::once(&self.node).chain(self.children.iter().flat_map(Tree::nodes)))
    }

    fn outline(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let text = if self.node.name.is_empty() && self.children.is_empty() {
            self.node.text()
        } else {
            String::new()
        };
        writeln!(f, "{:indent$}{:?} {text}", "", self.node, indent = depth * 2)?;
        self.children
            .iter()
            .try_for_each(|child| child.outline(f, depth + 1))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outline(f, 0)
    }
}
