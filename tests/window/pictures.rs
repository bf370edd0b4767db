//! The pictures in docs/screenshots, of the real window: `make screenshots`.

use crate::open;
use crate::support::driver::{App, Desktop, containing};

fn picture(app: &App, name: &str) {
    // Fonts, motion and the caret settle.
    std::thread::sleep(std::time::Duration::from_millis(700));
    app.picture(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("docs/screenshots")
            .join(name),
    );
}

fn issue(app: &App) {
    app.find("push button", containing("Create")).press();
    let dialog = app.find("dialog", "Create a deploy token");
    let entry = dialog.find("entry", "Name");
    entry.focus();
    app.key("ctrl+a");
    app.type_text("release-ci");
    dialog.find("push button", "Create token").press();
    app.find("dialog", containing("can deploy production"));
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
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
        issue(&app);
        picture(&app, &format!("sheet-{theme}.png"));
        app.find("push button", "Done").press();
        app.resize(390, 844);
        picture(&app, &format!("phone-{theme}.png"));
    }
}
