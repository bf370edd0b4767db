//! Settings say what this program is, and what is inside.

use crate::open;
use testkit::driver::{Desktop, any, containing};

/// A stand-in for the system's way to open a folder, which notes what it was given.
fn with_file_manager(desktop: &Desktop, body: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = desktop.home().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("xdg-open");
    std::fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    desktop.set("PATH", &format!("{}:/usr/bin:/bin", folder.display()));
}

#[test]
fn about_opens_the_folder_and_shows_licences_and_help() {
    let desktop = Desktop::new().size(1280, 900).start();
    with_file_manager(&desktop, "printf %s \"$1\" > \"$HOME/opened\"");
    let app = open(&desktop);
    app.find("push button", "Settings").press();
    app.find("heading", "About");
    app.wait_text(deploy_tokens::build_info::VERSION);
    app.wait_text(&crate::data(&desktop));
    app.find("push button", "Open folder").press();
    let opened = app.wait_for("the folder in the file manager", || {
        std::fs::read_to_string(desktop.home().join("opened"))
            .ok()
            .filter(|it| !it.is_empty())
    });
    assert_eq!(opened, crate::data(&desktop));

    app.find("push button", "Show licences").press();
    let dialog = app.find("dialog", "Licences");
    dialog.find("push button", containing("JetBrains Mono")).press();
    app.wait_text("SIL OPEN FONT LICENSE");
    crate::fill(&app, "entry", "Search headings", "dioxus-desktop");
    app.wait_text("1 entry");
    dialog.find("push button", containing("dioxus-desktop")).press();
    app.wait_text("Apache License");
    assert!(
        !app.text().contains("SIL OPEN FONT LICENSE"),
        "one text at a time"
    );
    dialog.find("push button", "Close").press();
    app.wait_gone("dialog", any());

    for (document, heading, text) in [
        (
            "How to use it",
            "On a fresh machine",
            "Debian or Ubuntu with Rust",
        ),
        (
            "Security",
            "What is not protected",
            "Revoking a token does not make the past unread",
        ),
        (
            "When something does not work",
            "The window stays blank, or flickers",
            "WEBKIT_DISABLE_DMABUF_RENDERER",
        ),
    ] {
        app.find("push button", document).press();
        let dialog = app.find("dialog", document);
        dialog.find("push button", heading).press();
        app.wait_text(text);
        app.key("Escape");
        app.wait_gone("dialog", any());
    }
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn without_a_file_manager_the_folder_is_named() {
    let desktop = Desktop::new().size(390, 844).start();
    with_file_manager(&desktop, "exit 3");
    let app = open(&desktop);
    app.find("push button", "Settings").press();
    app.find("push button", "Open folder").press();
    app.wait_text(&format!("Open {} by hand.", crate::data(&desktop)));
}
