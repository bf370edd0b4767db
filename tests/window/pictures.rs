//! The pictures in docs/screenshots, of the real window: `make screenshots`.

use crate::open;
use testkit::driver::{App, Desktop, any, containing};

fn picture(app: &App, name: &str) {
    // Fonts, motion and the caret settle.
    std::thread::sleep(std::time::Duration::from_millis(700));
    app.picture(file(name));
}

fn file(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/screenshots")
        .join(name)
}

fn issue(app: &App) {
    app.find("push button", containing("Create")).press();
    let dialog = app.find("dialog", "Create a deploy token");
    let entry = dialog.find("entry", "Name");
    entry.focus();
    app.key("ctrl+a");
    app.type_text("release-ci");
    dialog.find("push button", "Create token").press();
    app.find("dialog", containing("can read production"));
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
}

/// Where the values of the open sheet can be sent, with a destination that is typed.
fn sending(app: &App, theme: &str) {
    app.find("push button", "Send to…").press();
    app.find("entry", containing("Destination"));
    crate::fill(
        app,
        "entry",
        containing("Destination"),
        "northwind/storefront@production",
    );
    app.wait_text("/gh");
    picture(app, &format!("sheet-send-{theme}.png"));
    app.find("push button", "Back").press();
    app.find("push button", "Copy block");
}

/// The page with three tokens chosen and the button held for half of its time, on a phone and on a desktop; then the
/// end of a run.
fn emergency(app: &App, theme: &str) {
    app.find("push button", "Emergency").press();
    for name in ["production-ci Used", "forge-web-1", "nightly-backup"] {
        app.find("check box", containing(name)).press();
    }
    // The countdown of the copied block must not lie over the button, and not be in the pictures either.
    if let Some(clear) = app.get("push button", "Clear now") {
        let (_, top, _, tall) = clear.extents();
        let (_, hold, ..) = app.find("push button", "Hold to revoke 3 tokens").extents();
        assert!(
            top + tall <= hold,
            "a notice lies over the button: {top}+{tall} and {hold}"
        );
        clear.press();
        app.wait_gone("push button", "Clear now");
    }
    app.wait_gone("push button", "Dismiss");
    for (size, (width, height)) in [("phone", (390, 844)), ("desktop", (1220, 760))] {
        app.resize(width, height);
        let hold = app.find("push button", "Hold to revoke 3 tokens");
        std::thread::sleep(std::time::Duration::from_millis(700));
        std::thread::scope(|scope| {
            // Let go in time, however long the picture takes on a busy machine.
            hold.hold_while(|| {
                std::thread::sleep(std::time::Duration::from_millis(350));
                scope.spawn(|| app.picture(file(&format!("emergency-{size}-{theme}.png"))));
                std::thread::sleep(std::time::Duration::from_millis(550));
            });
        });
    }
    app.find("push button", "Hold to revoke 3 tokens")
        .hold(std::time::Duration::from_millis(1700));
    app.find("heading", "All 3 tokens are refused by the server");
    app.find("push button", "Copy incident report")
        .wait(testkit::driver::State::Enabled, true);
    picture(app, &format!("revoked-desktop-{theme}.png"));
    app.resize(390, 844);
    picture(app, &format!("revoked-phone-{theme}.png"));
}

/// The pages that were not shown yet, at the size that the window has.
fn pages(app: &App, size: &str, theme: &str) {
    for (page, heading) in [
        ("Access", "Devices"),
        ("Activity", "Today"),
        ("Settings", "This device"),
    ] {
        app.find("push button", containing(page)).press();
        app.find("heading", heading);
        picture(app, &format!("{}-{size}-{theme}.png", page.to_lowercase()));
    }
}

/// What is known of a token, above the page of tokens.
fn details(app: &App, size: &str, theme: &str) {
    app.find("push button", "production-ci").click();
    let details = app.find("dialog", "production-ci");
    details.find("list", any());
    picture(app, &format!("details-{size}-{theme}.png"));
    details.find("push button", "Close").press();
    app.wait_gone("dialog", any());
}

/// The ways in, with what the command line has.
fn welcome(theme: &str, desktop: testkit::driver::DesktopBuilder) {
    let server = crate::server::Server::start();
    let desktop = desktop.keyring().start();
    crate::adoption::place_command_line(&server, &desktop);
    let app = server.open(&desktop);
    app.find("heading", containing("Continue as Sam"));
    app.resize(1220, 760);
    picture(&app, &format!("welcome-{theme}.png"));
}

#[test]
#[ignore = "writes files of the project"]
fn screenshots() {
    for (theme, dark) in [("light", false), ("dark", true)] {
        // Higher than the window at first: the phone is higher than it is.
        let desktop = Desktop::new().size(1220, 900);
        let desktop = if dark { desktop.dark() } else { desktop }.start();
        let app = open(&desktop);
        app.resize(1220, 760);
        picture(&app, &format!("table-{theme}.png"));
        details(&app, "desktop", theme);
        pages(&app, "desktop", theme);
        app.find("push button", containing("All environments")).press();
        app.wait_for("all of it", || app.get("push button", "Refresh"));
        picture(&app, &format!("everywhere-{theme}.png"));
        app.find("push button", containing("Deploy tokens")).press();
        issue(&app);
        picture(&app, &format!("sheet-{theme}.png"));
        sending(&app, theme);
        app.find("push button", "Done").press();
        app.wait_text("can be shown again");
        for notice in ["Clear now", "Dismiss"] {
            app.find("push button", notice).press();
            app.wait_gone("push button", notice);
        }
        app.resize(390, 844);
        picture(&app, &format!("phone-{theme}.png"));
        details(&app, "phone", theme);
        pages(&app, "phone", theme);
        emergency(&app, theme);
        drop(app);
        let desktop = Desktop::new().size(1220, 900);
        welcome(theme, if dark { desktop.dark() } else { desktop });
    }
}
