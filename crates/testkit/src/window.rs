//! What a user of the window does: the words of its pages, where the driver knows roles only.

use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use crate::driver::{App, Desktop, Match, Node, State, any, containing};
use crate::{commands, program, variables};

/// The window on the local workspace in this desktop's home, once its table is there.
pub fn open(desktop: &Arc<Desktop>) -> App {
    open_with(desktop, &[])
}

/// The same, with more arguments.
pub fn open_with(desktop: &Arc<Desktop>, more: &[&str]) -> App {
    let data = data(desktop);
    let app = desktop.launch(program(), &[&["--data", &data, "--local"], more].concat());
    app.find("table", "Deploy tokens");
    app
}

/// Where the workspace of this desktop lies.
pub fn data(desktop: &Desktop) -> String {
    desktop.home().join("workspace").display().to_string()
}

/// Says when the chosen time of a replaced token has passed, which a debug build's window takes from a test.
pub struct GraceClock(PathBuf);

impl GraceClock {
    /// For the windows that are opened on this desktop from now on: their times pass when it is said, and not before.
    pub fn of(desktop: &Desktop) -> Self {
        let file = desktop.home().join("grace-passes");
        desktop.set("DEPLOY_TOKENS_GRACE_PASSES", &file.display().to_string());
        Self(file)
    }

    /// One time passes: the chosen one, or the pause before it is tried again.
    pub fn pass(&self) {
        std::fs::write(&self.0, "").expect("a file in the desktop's home");
    }
}

/// Creates a token in the open environment, up to its sheet.
pub fn create(app: &App, name: &str) {
    app.find("push button", "Create token").press();
    let dialog = app.find("dialog", "Create a deploy token");
    fill(app, "entry", "Name", name);
    dialog
        .find("push button", "Create token")
        .wait(State::Enabled, true)
        .press();
}

/// Creates a token and gives its open sheet.
pub fn sheet(app: &App, name: &str) -> Node {
    create(app, name);
    app.find("dialog", containing(&format!("{name} can read production")))
}

/// Copies the block of the open sheet, and gives what another program then finds in the clipboard.
pub fn copy_block(app: &App) -> String {
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    app.clipboard()
}

/// Closes the open sheet, whose secrets were taken.
pub fn done(app: &App) {
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
}

/// Asks for a row's action in its menu, and confirms it in production by typing the name.
pub fn confirm(app: &App, name: &str, action: &str, verb: &str) {
    app.find("push button", &*format!("More actions for {name}"))
        .press();
    app.find("menu item", action).press();
    let dialog = app.find("dialog", &*format!("{verb} {name}?"));
    if dialog.get("entry", containing("Type")).is_some() {
        let button = dialog.find("push button", &*format!("{verb} {name}"));
        assert!(!button.is(State::Enabled), "{verb} waits for the name");
        fill(app, "entry", containing("Type"), name);
    }
    let button = dialog.find("push button", &*format!("{verb} {name}"));
    button.wait(State::Enabled, true).press();
}

/// Types a text in place of what is in a field, and waits until all of it has arrived.
pub fn fill<'m>(app: &App, role: &str, field: impl Into<Match<'m>>, text: &str) {
    let field = field.into();
    app.find(role, field).focus();
    app.key("ctrl+a");
    app.type_text(text);
    app.wait_for("the whole text in the field", || {
        let shown = app.get(role, field)?.text();
        // A password shows as many dots as it has letters.
        let whole = shown == text || role == "password text" && shown.chars().count() == text.chars().count();
        whole.then_some(())
    });
}

/// The row of the token table that starts with this name, as the texts of its cells.
pub fn row(app: &App, name: &str) -> Option<Vec<String>> {
    let rows = app.get("table", "Deploy tokens")?.rows();
    rows.into_iter()
        .find(|cells| cells.first().is_some_and(|cell| cell.starts_with(name)))
}

/// Runs `verify` with exactly the text of a block, as a runner that sources it.
pub fn verify(desktop: &Desktop, block: &str) -> Output {
    as_runner(&["--data", &data(desktop), "--local", "verify"], block)
}

/// Fetches with exactly the text of a block, as CI does.
pub fn pull(desktop: &Desktop, block: &str) -> Output {
    let file = desktop.home().join("fetched.env").display().to_string();
    as_runner(
        &["--data", &data(desktop), "--local", "pull", "--file", &file],
        block,
    )
}

/// As [`verify`], against a server.
pub fn verify_at(api: &str, block: &str) -> Output {
    as_runner(&["--api", api, "verify"], block)
}

fn as_runner(arguments: &[&str], block: &str) -> Output {
    let mut command = commands();
    command
        .args(arguments)
        .env_remove("GHOSTABLE_API")
        .envs(variables(block));
    command.output().unwrap()
}
