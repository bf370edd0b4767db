//! A program in a desktop: its window, keyboard, output and pictures.

use std::ops::Deref;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};
use zbus::block_on;

use super::desktop::Desktop;
use super::node::{Address, Match, Node, Tree};
use super::poll;
use super::process::Helper;
use super::reading::{read_node, read_tree};

/// Sends what a window manager sends for a press on the window's cross.
fn ask_to_close(display: &str, window: u32) -> Result<(), Box<dyn std::error::Error>> {
    let (server, _) = x11rb::connect(Some(display))?;
    let atom = |name: &str| server.intern_atom(false, name.as_bytes());
    let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
    let words = [delete.reply()?.atom, x11rb::CURRENT_TIME, 0, 0, 0];
    let message = ClientMessageEvent::new(32, window, protocols.reply()?.atom, words);
    server
        .send_event(false, window, EventMask::NO_EVENT, message)?
        .check()?;
    Ok(())
}

/// Milliseconds between two letters: faster than anybody types.
const KEY_INTERVAL: &str = "10";

/// A running program with one window. Dropping it kills the program; its desktop lives on.
pub struct App {
    desktop: Arc<Desktop>,
    helper: Helper,
    window: String,
    root: Address,
    log: NamedTempFile,
}

impl Deref for App {
    type Target = Desktop;

    fn deref(&self) -> &Desktop {
        &self.desktop
    }
}

impl App {
    pub(crate) fn launch(desktop: &Arc<Desktop>, program: &Path, arguments: &[&str]) -> App {
        let log = NamedTempFile::new().expect("a file for the program's output");
        let out = log.reopen().expect("the same file");
        let both = out.try_clone().expect("the same file");
        let mut helper = Helper::spawn(
            desktop
                .command(program)
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::from(out))
                .stderr(Stdio::from(both)),
        );
        let output = || std::fs::read_to_string(log.path()).unwrap_or_default();
        let pid = helper.pid().to_string();
        let window = poll(|| {
            if let Ok(Some(status)) = helper.child.try_wait() {
                panic!(
                    "{} ended with {status} before its window came\n{}",
                    program.display(),
                    output()
                );
            }
            if desktop.is_wayland() {
                // Who else has a window is not told there; its page is waited for by name.
                return Some(String::new());
            }
            let found = desktop
                .xdotool(&["search", "--onlyvisible", "--pid", &pid])
                .ok()?;
            found.lines().next().map(str::to_owned)
        })
        .unwrap_or_else(|| panic!("{} shows no window\n{}", program.display(), output()));
        let root = desktop
            .accessibility
            .application(helper.pid())
            .unwrap_or_else(|| {
                panic!(
                    "{} is not on the accessibility bus\n{}",
                    program.display(),
                    output()
                )
            });
        let app = App {
            desktop: desktop.clone(),
            helper,
            window,
            root,
            log,
        };
        if !app.desktop.is_wayland() {
            app.activate();
        }
        app
    }

    /// Gives the window the keyboard, as a window manager would, unless it has it.
    pub fn activate(&self) {
        let focused = || {
            self.desktop
                .xdotool(&["getwindowfocus", "-f"])
                .is_ok_and(|window| window == self.window)
        };
        self.wait_for("keyboard for the window", || {
            if focused() {
                return Some(());
            }
            let _ = self.desktop.xdotool(&["windowfocus", &self.window]);
            None
        });
    }

    /// The number of the window at the X server.
    pub(super) fn window(&self) -> &str {
        &self.window
    }

    /// The process id of the program.
    pub fn pid(&self) -> u32 {
        self.helper.pid()
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.helper.child.try_wait(), Ok(None))
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process id"), signal).expect("the program runs");
    }

    /// Closes the window the way a window manager does.
    #[track_caller]
    pub fn close(&self) {
        let window = self.window.parse().expect("the number of a window");
        let asked = ask_to_close(&self.desktop.display(), window);
        asked.unwrap_or_else(|error| panic!("the window cannot be closed: {error}"));
    }

    /// Waits until the program has ended by itself, and says how.
    #[track_caller]
    pub fn wait_end(&mut self) -> ExitStatus {
        match poll(|| self.helper.child.try_wait().ok().flatten()) {
            Some(status) => status,
            None => panic!("the program does not end\n{}", self.output()),
        }
    }

    /// What the program has written to its standard output and error.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log.path()).unwrap_or_default()).into_owned()
    }

    /// The title of the window.
    pub fn title(&self) -> String {
        self.tool(&["getwindowname", &self.window])
    }

    /// Everything the window shows, now.
    pub fn tree(&self) -> Tree {
        block_on(read_tree(&self.desktop, self.root.clone(), 0))
            .unwrap_or_else(|| panic!("the program is gone\n{}", self.output()))
    }

    /// The topmost node.
    fn root(&self) -> Node {
        read_node(&self.desktop, self.root.clone())
            .unwrap_or_else(|| panic!("the program is gone\n{}", self.output()))
    }

    /// The first node with this role and name, now.
    pub fn get<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Option<Node> {
        self.root().get(role, name)
    }

    /// All nodes with this role and name, in document order, now.
    pub fn all<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Vec<Node> {
        self.root().all(role, name)
    }

    /// Waits for a node with this role and name.
    #[track_caller]
    pub fn find<'m>(&self, role: &str, name: impl Into<Match<'m>>) -> Node {
        let name = name.into();
        self.wait_for(&format!("{role} {name:?}"), || self.get(role, name))
    }

    /// Waits until there is no node with this role and name.
    #[track_caller]
    pub fn wait_gone<'m>(&self, role: &str, name: impl Into<Match<'m>>) {
        let name = name.into();
        self.wait_for(&format!("end of {role} {name:?}"), || {
            self.get(role, name).is_none().then_some(())
        });
    }

    /// Waits until this can be read somewhere in the window.
    #[track_caller]
    pub fn wait_text(&self, part: &str) {
        self.wait_for(&format!("text {part:?}"), || {
            self.text().contains(part).then_some(())
        });
    }

    /// Waits until `look` has an answer; shows the tree and the program's output if it never has.
    #[track_caller]
    pub fn wait_for<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        match poll(look) {
            Some(found) => found,
            None => panic!(
                "no {what}\n{}\noutput of the program:\n{}",
                self.tree(),
                self.output()
            ),
        }
    }

    /// All that can be read in the window.
    pub fn text(&self) -> String {
        self.root().text()
    }

    /// The node that has the keyboard.
    pub fn focused(&self) -> Option<Node> {
        let tree = self.tree();
        tree.nodes()
            .filter(|node| node.is(super::State::Focused))
            .last()
            .cloned()
    }

    /// Types into whatever has the keyboard.
    pub fn type_text(&self, text: &str) {
        self.activate();
        self.tool(&["type", "--delay", KEY_INTERVAL, "--", text]);
    }

    /// Presses a key or a chord, such as `Tab`, `shift+Tab`, `Return`, `Escape`, `ctrl+n`.
    pub fn key(&self, chord: &str) {
        self.activate();
        self.tool(&["key", "--clearmodifiers", chord]);
    }

    /// Presses the right mouse button at a point of the window.
    pub fn right_click(&self, x: u32, y: u32) {
        let (x, y) = (x.to_string(), y.to_string());
        self.tool(&["mousemove", "--window", &self.window, &x, &y, "click", "3"]);
    }

    /// Makes the window this large; media queries follow.
    pub fn resize(&self, width: u32, height: u32) {
        self.tool(&[
            "windowsize",
            "--sync",
            &self.window,
            &width.to_string(),
            &height.to_string(),
        ]);
    }

    /// Makes an icon of the window, so that its page gets no frames; needs a window manager.
    #[track_caller]
    pub fn minimise(&self) {
        self.tool(&["windowminimize", &self.window]);
        self.wait_for("an end of the window's being visible", || {
            let visible =
                self.desktop
                    .xdotool(&["search", "--onlyvisible", "--pid", &self.pid().to_string()]);
            (!visible.is_ok_and(|found| found.lines().any(|it| it == self.window))).then_some(())
        });
    }

    /// Puts the window on the second virtual desktop and stays on the first; needs a window manager.
    #[track_caller]
    pub fn put_elsewhere(&self) {
        self.tool(&["set_desktop_for_window", &self.window, "1"]);
        self.tool(&["set_desktop", "0"]);
        self.wait_for("the window on another desktop", || {
            (self.tool(&["get_desktop_for_window", &self.window]) == "1").then_some(())
        });
    }

    /// Shows the window again, wherever it is, as somebody does who chooses it in a task bar; needs a window manager.
    #[track_caller]
    pub fn choose(&self) {
        self.tool(&["windowactivate", "--sync", &self.window]);
    }

    /// Width and height of the window.
    pub fn size(&self) -> (u32, u32) {
        let shell = self.tool(&["getwindowgeometry", "--shell", &self.window]);
        let number = |name: &str| {
            shell
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|value| value.parse().ok())
                .unwrap_or(0)
        };
        (number("WIDTH="), number("HEIGHT="))
    }

    /// Writes a picture of the window as PNG, making the folder if it is not there.
    pub fn picture(&self, file: impl AsRef<Path>) {
        self.desktop.import(&self.window, file.as_ref());
    }

    #[track_caller]
    pub(super) fn tool(&self, arguments: &[&str]) -> String {
        self.desktop
            .xdotool(arguments)
            .unwrap_or_else(|error| panic!("{error}\noutput of the program:\n{}", self.output()))
    }
}
