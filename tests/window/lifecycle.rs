//! Create, copy, use as a runner, rotate, revoke, delete: by pressing what is on the screen.

use crate::{confirm, copy_block, create, done, fill, open, row, said, verify};
use testkit::CI_TOKEN_MARK;
use testkit::driver::{Desktop, any, containing};

#[test]
fn a_token_from_create_to_delete() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", "Create token").press();
    fill(&app, "entry", "Name", "production-ci");
    app.wait_text("An active token in production already has this name.");
    app.find("push button", "Create anyway");
    app.key("Escape");
    app.wait_gone("dialog", any());
    create(&app, "release-ci");
    let sheet = app.find("dialog", containing("release-ci can read production"));
    let shown = app.text();
    assert!(
        !shown.contains(CI_TOKEN_MARK),
        "masked secrets are not in the document"
    );

    // Nothing was taken yet: closing asks first.
    sheet.find("push button", "Done").press();
    app.find("push button", "Keep it open").press();

    let block = copy_block(&app);
    let (token, seed) = block.trim_end().split_once('\n').expect("two lines");
    assert!(
        token.starts_with("GHOSTABLE_CI_TOKEN='") && seed.starts_with("GHOSTABLE_DEPLOY_SEED="),
        "{block:?}"
    );
    let ran = verify(&desktop, &block);
    assert!(
        ran.status.success() && said(&ran).contains("12 of 12"),
        "{}",
        said(&ran)
    );

    sheet.find("push button", "Reveal GHOSTABLE_CI_TOKEN").press();
    let value = token.trim_start_matches("GHOSTABLE_CI_TOKEN=").trim_matches('\'');
    app.wait_text(value);
    sheet.find("push button", "Hide GHOSTABLE_CI_TOKEN").press();
    app.wait_for("the hidden token to leave the document", || {
        (!app.text().contains(value)).then_some(())
    });
    done(&app);
    app.wait_for("the new row", || {
        row(&app, "release-ci").filter(|cells| cells[1].contains("Active"))
    });

    confirm(&app, "release-ci", "Rotate…", "Rotate");
    app.find("dialog", containing("release-ci"));
    let rotated = copy_block(&app);
    assert_ne!(rotated, block);
    done(&app);
    let old = verify(&desktop, &block);
    assert_eq!(
        old.status.code(),
        Some(3),
        "the old pair is refused: {}",
        said(&old)
    );
    let new = verify(&desktop, &rotated);
    assert!(new.status.success(), "{}", said(&new));

    confirm(&app, "release-ci", "Revoke…", "Revoke");
    app.wait_text("release-ci is revoked");
    app.wait_for("the row to leave the active ones", || {
        row(&app, "release-ci").is_none().then_some(())
    });
    assert_eq!(verify(&desktop, &rotated).status.code(), Some(3));
    app.find("toggle button", "Revoked 2").press();
    app.wait_for("the revoked row", || {
        row(&app, "release-ci").filter(|cells| cells[1].contains("Revoked"))
    });

    confirm(&app, "release-ci", "Delete…", "Delete");
    app.wait_text("The record of release-ci is deleted");
    app.wait_for("the row to go", || {
        row(&app, "release-ci").is_none().then_some(())
    });
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
