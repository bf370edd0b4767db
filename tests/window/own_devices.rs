//! The user's own devices in Settings: this one is marked, others are revoked, and records of revoked ones deleted.

use crate::server::Server;
use testkit::driver::containing;

#[test]
fn another_device_is_revoked_and_its_record_deleted() {
    let server = Server::start();
    let (id, _) = server.register("old laptop");
    let (_desktop, app) = server.owners_window(&server.api());
    app.find("push button", "Settings").press();
    app.find("heading", "Your devices");
    let own = || {
        let list = app.find("list", "Your devices");
        let lines = list.all("list item", containing(""));
        lines.iter().map(|it| it.text()).collect::<Vec<_>>()
    };
    let lines = app.wait_for("both devices", || Some(own()).filter(|lines| lines.len() == 2));
    assert!(lines[0].contains("This machine"), "{lines:?}");
    assert!(
        lines[1].contains("old laptop") && lines[1].contains("command line"),
        "{lines:?}"
    );
    assert!(
        app.get("push button", containing("Revoke This computer"))
            .is_none(),
        "this machine is unlinked, above"
    );

    app.find("push button", "Revoke old laptop…").press();
    let dialog = app.find("dialog", "Revoke old laptop?");
    dialog.find("push button", "Cancel").press();
    app.wait_gone("dialog", "Revoke old laptop?");
    assert!(server.is_active(&id));
    app.find("push button", "Revoke old laptop…").press();
    let dialog = app.find("dialog", "Revoke old laptop?");
    dialog.find("push button", "Revoke old laptop").press();
    app.wait_text("old laptop is revoked: no key is sealed for it any more.");
    assert!(!server.is_active(&id));

    app.find("push button", "Delete record of old laptop…").press();
    let dialog = app.find("dialog", "Delete the record of old laptop?");
    dialog
        .find("push button", "Delete the record of old laptop")
        .press();
    app.wait_text("The record of old laptop is deleted.");
    app.wait_for("one device", || Some(own()).filter(|lines| lines.len() == 1));
}
