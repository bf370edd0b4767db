//! What is left of the secrets after the sheet is closed: in the memory of our process and of the web view's, in logs,
//! on the disk, on the screen.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{data, open_with, sheet};
use testkit::Served;
use testkit::driver::{App, Desktop, any};
use testkit::memory::{Hit, Needle, descendants, environment_key, search, standing};
use workspace::LocalAccess;

/// Each secret in each form that could be lying around.
fn needles(block: &str) -> Vec<Needle> {
    let value = |name: &str| {
        let line = block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name} in the block"))
            .to_owned()
    };
    let (token, seed) = (value("GHOSTABLE_CI_TOKEN"), value("GHOSTABLE_DEPLOY_SEED"));
    let wide = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    vec![
        ("seed, 32 bytes".to_owned(), STANDARD.decode(&seed).unwrap()),
        ("seed, UTF-16".to_owned(), wide(&seed)),
        ("seed, base64".to_owned(), seed.into_bytes()),
        ("CI token, UTF-16".to_owned(), wide(&token)),
        ("CI token".to_owned(), token.into_bytes()),
    ]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let each = entries.flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files(&entry.path()),
        Ok(kind) if kind.is_file() => vec![entry.path()],
        _ => Vec::new(),
    });
    each.collect()
}

/// Everything is logged, and the user who runs the tests may read the program's memory.
fn read_desktop() -> std::sync::Arc<Desktop> {
    Desktop::new()
        .env("RUST_LOG", "trace")
        .env("DEPLOY_TOKENS_MEMORY_IS_READ", "1")
        .start()
}

/// Nothing on the disk and nothing in the logs, now.
fn assert_nothing_written(app: &App, needles: &[Needle]) {
    let all = files(app.home());
    let data = PathBuf::from(data(app));
    assert!(
        all.iter().any(|file| file.starts_with(&data)),
        "the data folder is looked through"
    );
    let mut texts: Vec<_> = all
        .iter()
        .map(|file| {
            (
                file.display().to_string(),
                std::fs::read(file).unwrap_or_default(),
            )
        })
        .collect();
    let log = app.output();
    assert!(log.contains("the local workspace is serving"), "there is a log");
    texts.push(("the log".to_owned(), log.into_bytes()));
    texts.push(("the screen".to_owned(), app.text().into_bytes()));
    for (name, needle) in needles {
        for (place, bytes) in &texts {
            assert!(
                memchr::memmem::find(bytes, needle).is_none(),
                "{name} is in {place}"
            );
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the numbers of a run; its secrets are made up"
)]
fn report(process: &str, hits: &[Hit], size: u64) {
    println!("{process}: {} hits in {} MB", hits.len(), size >> 20);
    for hit in hits {
        println!("  {} in {}\n    {}", hit.needle, hit.region, hit.around);
    }
}

/// Opens a sheet with a verified token, copies its block, does `more` with the sheet, closes it, waits for the clipboard
/// to be cleared, and gives what to look for.
fn issue_and_close(app: &App, name: &str, more: impl FnOnce()) -> Vec<Needle> {
    sheet(app, name);
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let needles = needles(&app.clipboard());
    assert_nothing_written(app, &needles);
    // What is looked for can be found: the open sheet holds it.
    let (hits, size) = search(app.pid(), &needles).unwrap();
    report("open sheet", &hits, size);
    for name in ["seed, 32 bytes", "CI token"] {
        assert!(
            hits.iter().any(|hit| hit.needle == name),
            "{name} is in the open sheet"
        );
    }
    let (hits, size) = search(view_of(app), &needles).unwrap();
    report("open sheet, web view", &hits, size);
    assert!(hits.is_empty(), "masked values are not in the web view");
    more();
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    app.wait_for("an empty clipboard", || app.clipboard().is_empty().then_some(()));
    // Its connection to the display ends right after.
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_nothing_written(app, &needles);
    needles
}

fn view_of(app: &App) -> u32 {
    let views = descendants(app.pid(), "WebKitWebProcess");
    assert_eq!(views.len(), 1, "the web view's process");
    views[0]
}

#[test]
fn nothing_is_left_of_the_secrets_when_the_sheet_is_closed() {
    let desktop = read_desktop();
    let app = open_with(&desktop, &["--clear-clipboard-after", "3"]);
    let needles = issue_and_close(&app, "forgotten", || {});

    let (hits, size) = search(view_of(&app), &needles).unwrap();
    report("web view, nothing revealed", &hits, size);
    assert!(hits.is_empty(), "the web view never saw a masked value");

    let (hits, size) = search(app.pid(), &needles).unwrap();
    report("closed sheet", &hits, size);
    assert!(hits.is_empty(), "{} hits in our own process", hits.len());
    assert_standing_secrets_are_kept_together(&app);
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

/// What an open window needs all the time is there once, in a page of its own; what it needs for a moment is gone.
fn assert_standing_secrets_are_kept_together(app: &App) {
    let data = PathBuf::from(data(app));
    let access = LocalAccess::read(&data).unwrap().unwrap();
    let beside = Served::start(&data, &[]);
    let mut needles = standing(&access);
    needles.extend(environment_key(beside.told("api"), &access, "production"));
    drop(beside);
    let (hits, size) = search(app.pid(), &needles).unwrap();
    report("an open window", &hits, size);
    for key in ["the signing key, bytes", "the encryption key, bytes"] {
        let found: Vec<_> = hits.iter().filter(|hit| hit.needle == key).collect();
        assert!(
            found.len() == 1 && found[0].part() == "its own page",
            "{key}: {found:#?}"
        );
    }
    let elsewhere = |hit: &&Hit| hit.part() == "[stack]" || hit.needle.starts_with("the environment key");
    let elsewhere: Vec<_> = hits.iter().filter(elsewhere).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    let (hits, _) = search(view_of(app), &needles).unwrap();
    assert!(hits.is_empty(), "nothing of it is the web view's: {hits:#?}");
}

/// What was revealed stays in the web view's own memory; SECURITY.md has the numbers that this prints. Nothing of it is
/// ours to wipe, but our own process, the disk and the logs do not keep it.
#[test]
fn what_was_revealed_is_left_in_the_web_view_alone() {
    let desktop = read_desktop();
    let app = open_with(&desktop, &["--clear-clipboard-after", "3"]);
    let needles = issue_and_close(&app, "revealed", || {
        for name in ["GHOSTABLE_CI_TOKEN", "GHOSTABLE_DEPLOY_SEED"] {
            app.find("push button", &*format!("Reveal {name}")).press();
            app.find("push button", &*format!("Hide {name}")).press();
        }
    });
    let (hits, size) = search(view_of(&app), &needles).unwrap();
    report("web view, revealed and hidden", &hits, size);
    let (hits, size) = search(app.pid(), &needles).unwrap();
    report("closed sheet, revealed before", &hits, size);
    assert!(hits.is_empty(), "{} hits in our own process", hits.len());
}
