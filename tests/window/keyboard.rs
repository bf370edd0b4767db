//! The same by keyboard alone.

use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::json;

use crate::server::Server;
use crate::{open, row, said, verify};
use testkit::driver::{App, Desktop, any, containing};

#[test]
fn create_copy_and_revoke_without_a_mouse() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.key("ctrl+n");
    app.find("dialog", "Create a deploy token");
    app.wait_for("the name to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.key("ctrl+a");
    app.type_text("by-keyboard");
    app.key("Return");
    app.find("dialog", containing("by-keyboard can read production"));
    app.wait_for("Copy block to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Copy block")
    });
    app.key("Return");
    app.wait_text("Copied the block");
    let ran = verify(&desktop, &app.clipboard());
    assert!(ran.status.success(), "{}", said(&ran));
    app.key("Escape");
    app.wait_gone("dialog", any());

    app.key("slash");
    app.wait_for("the search to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Search tokens")
    });
    app.type_text("by-key");
    app.wait_for("the only row", || {
        let rows = app.get("table", "Deploy tokens")?.rows();
        (rows.len() == 2 && rows[1][0].starts_with("by-keyboard")).then_some(())
    });
    app.wait_for("the menu button of the row by Tab", || {
        app.key("Tab");
        app.focused()
            .filter(|node| node.name() == "More actions for by-keyboard")
    });
    app.key("Return");
    app.find("menu item", "Revoke…");
    app.wait_for("Revoke… by arrow", || {
        app.key("Down");
        app.focused().filter(|node| node.name() == "Revoke…")
    });
    app.key("Return");
    app.find("dialog", "Revoke by-keyboard?");
    app.wait_for("the entry to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.type_text("by-keyboard");
    // At once: the form decides, not the button that is enabled a moment later.
    app.key("Return");
    app.wait_text("by-keyboard is revoked");
    app.wait_for("the row to go", || {
        row(&app, "by-keyboard").is_none().then_some(())
    });
}

/// The name of the token whose row has the keyboard.
fn focused_row(app: &App) -> Option<String> {
    let row = app.focused().filter(|node| node.role() == "table row")?;
    Some(row.get("push button", any())?.name().to_owned())
}

#[track_caller]
fn at_row(app: &App, name: &str) {
    app.wait_for(&format!("{name} to have the keyboard"), || {
        (focused_row(app)? == name).then_some(())
    });
}

#[test]
fn in_a_long_list_the_keyboard_keeps_its_row_in_sight() {
    let server = Server::start();
    let path = format!("/projects/{}/deploy-tokens", server.site.local().project_id);
    let place = server.runtime.block_on(server.site.place("production"));
    for number in 0..200 {
        let (_, key) = make_deploy_key(&mut system_rng());
        let body = json!({"name": format!("a-{number:03}"), "environment_id": place.environment.id.as_str(),
            "public_key": key.to_base64()});
        let (status, answer) = server.runtime.block_on(server.site.post(&path, &body));
        assert_eq!(status, 201, "{answer}");
    }
    let (_desktop, app) = server.owners_window(&server.api());
    app.find("push button", "Name").press();
    app.wait_for("the order of the names", || row(&app, "a-000"));
    app.key("slash");
    app.wait_for("the search to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Search tokens")
    });
    app.key("Down");
    at_row(&app, "a-000");
    app.key("Down");
    at_row(&app, "a-001");
    // Two at once: the second counts from where the first one leads.
    app.key("End");
    app.key("Up");
    app.wait_for("a row near the end to have the keyboard", || {
        focused_row(&app).filter(|name| !name.starts_with("a-0"))
    });
    app.key("Home");
    at_row(&app, "a-000");
    app.key("Next");
    app.key("Next");
    app.wait_for("a row further down to have the keyboard", || {
        focused_row(&app).filter(|name| name.as_str() > "a-003")
    });
    let (_, top, _, height) = app.focused().unwrap().extents();
    let (_, screen) = app.size();
    assert!(
        top >= 0 && top + height <= i32::try_from(screen).unwrap(),
        "it can be seen"
    );
    let name = focused_row(&app).unwrap();
    // Of all rows only its buttons are on the way.
    app.key("Tab");
    app.wait_for("its first button to have the keyboard", || {
        app.focused()
            .filter(|node| node.name() == format!("Rotate {name}"))
    });
    app.key("shift+Tab");
    at_row(&app, &name);
    app.key("Return");
    app.find("menu item", "Details");
    app.key("Escape");
    app.wait_gone("menu", any());
}

#[test]
fn the_palette_leads_everywhere_by_a_few_letters() {
    let server = Server::start();
    let organization = server.site.organization();
    let (status, answer) = server.runtime.block_on(server.site.post(
        &format!("/organizations/{organization}/projects"),
        &json!({"name": "Ledger", "deployment_provider": "other"}),
    ));
    assert_eq!(status, 201, "{answer}");
    let ledger = answer["data"]["id"].as_str().unwrap();
    for name in ["production", "nightly"] {
        let body = json!({"name": name, "type": "development"});
        let (status, answer) = server.runtime.block_on(
            server
                .site
                .post(&format!("/projects/{ledger}/environments"), &body),
        );
        assert_eq!(status, 201, "{answer}");
    }
    let (_desktop, app) = server.owners_window(&server.api());
    let go = |letters: &str| {
        app.key("ctrl+k");
        app.find("dialog", "Go to");
        // With the keyboard in its field, the line that Enter takes is the one that is told.
        app.wait_for("its first line to be told", || {
            app.focused().filter(|node| node.role() == "list item")
        });
        app.type_text(letters);
    };
    go("stag");
    // Nothing is waited for: Enter right after the last letter counts.
    app.key("Return");
    app.find("heading", any());
    app.wait_text("staging");
    app.wait_gone("dialog", "Go to");
    app.wait_for("staging's tokens", || row(&app, "staging-ci"));
    // An environment of another project, by letters of both.
    go("nightl led");
    app.find("list item", containing("nightly"));
    app.key("Return");
    app.wait_text("No deploy tokens in nightly");
    // What was open before stands first.
    app.key("ctrl+k");
    app.find("list item", containing("nightly"));
    app.key("Down");
    app.key("Return");
    app.wait_for("staging's tokens", || row(&app, "staging-ci"));
    go("revoke staging");
    app.key("Return");
    app.find("dialog", "Revoke staging-ci?");
    app.key("Escape");
    app.wait_gone("dialog", any());
    app.key("1");
    app.wait_for("production's tokens", || row(&app, "production-ci"));
}
