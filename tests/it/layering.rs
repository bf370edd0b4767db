//! The rules of `docs/architecture.md` that Cargo does not keep: the inner order of the app, by reading its sources.
//!
//! Every `use` tree and every path in code is read with `syn`, wherever it stands, also inside functions and macros.
//! `#[cfg(test)]` items may import what they like.

mod layers;
mod service;

use std::fs;
use std::path::{Path, PathBuf};

use layers::{breaches, layer_of, length_limit};

/// Every Rust file under a folder, with its path from there.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(&root).unwrap().to_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn layers_import_only_what_they_may() {
    let mut found = Vec::new();
    for (path, text) in sources("src") {
        for breach in breaches(&path, &text) {
            found.push(format!("src/{}:{breach}", path.display()));
        }
    }
    assert!(
        found.is_empty(),
        "imports against docs/architecture.md:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_folders_of_service_know_only_those_before_them() {
    let sources = sources("crates/service/src");
    let (_, root) = sources.iter().find(|(path, _)| path.ends_with("lib.rs")).unwrap();
    let mut found = Vec::new();
    for (path, text) in &sources {
        let names = service::backward(path, text, root);
        found.extend(
            names
                .into_iter()
                .map(|name| format!("{}: {name}", path.display())),
        );
    }
    assert_eq!(found, [""; 0]);
    for text in [
        "use crate::revocation::AT_ONCE;",
        "use crate::{Context, revoke};",
        "fn f() { crate::revoke() }",
    ] {
        let path = Path::new("tokens/list.rs");
        assert!(
            !service::backward(path, text, root).is_empty(),
            "not found: {text}"
        );
    }
}

#[test]
fn nobody_learns_from_service_how_a_server_is_called() {
    let mut found = Vec::new();
    for (path, text) in sources("crates/service/src") {
        let shown = service::shown(&text);
        found.extend(shown.into_iter().map(|it| format!("{}: {it}", path.display())));
    }
    assert_eq!(found, [""; 0]);
    for text in [
        "use client::{ApiAddress, Client};\npub fn f(\n    client: &Client,\n) {",
        "use client::Runner;\npub struct A {\n    pub runner: Runner,\n}",
        "pub async fn f() -> client::Client {",
        "pub use client::BrowserTicket;",
    ] {
        assert!(!service::shown(text).is_empty(), "not found: {text}");
    }
}

#[test]
fn files_stay_short() {
    let mut found = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("crates")) {
        let (lines, limit) = (text.lines().count(), length_limit(&path));
        if lines > limit {
            found.push(format!("{}: {lines} lines, at most {limit}", path.display()));
        }
    }
    assert!(
        found.is_empty(),
        "these have more than one idea in them:\n{}",
        found.join("\n")
    );
}

fn found(path: &str, text: &str) -> Vec<String> {
    breaches(Path::new(path), text)
}

#[test]
fn made_up_breaches_are_found() {
    let cases = [
        ("state/tokens.rs", "use service::list;"),
        ("state/tokens.rs", "use crate::actions::Actions;"),
        ("actions/create.rs", "use client::Client;"),
        ("actions/create.rs", "use protocol::crypto::DeviceIdentity;"),
        ("actions/create.rs", "use crate::ui::intent::Intent;"),
        ("ui/elements/button.rs", "use protocol::TokenName;"),
        (
            "ui/elements/button/component.rs",
            "use crate::ui::components::Card;",
        ),
        ("ui/components/card.rs", "use crate::ui::views::Environment;"),
        ("ui/components/card.rs", "use service::list;"),
        ("ui/components/card.rs", "use super::super::views::Environment;"),
        (
            "ui/components/card.rs",
            "use crate::{\n    state::Session,\n    actions::{self, Actions},\n};",
        ),
        ("ui/views/environment.rs", "use protocol::secret::Seed;"),
        (
            "ui/views/environment.rs",
            "fn f() { tracing::info!(\"{}\", crate::actions::count()); }",
        ),
        ("ui/views/environment.rs", "use deploy_tokens::actions::Actions;"),
        ("ui/views/environment.rs", "fn f() -> service::Listed { todo!() }"),
    ];
    for (path, text) in cases {
        assert!(!found(path, text).is_empty(), "not found in {path}: {text}");
    }
}

#[test]
fn allowed_imports_pass() {
    let cases = [
        (
            "state/tokens.rs",
            "use super::session::Session; use crate::state::Toast; use std::fmt; use protocol::{Moment, secret::CiToken};",
        ),
        (
            "actions/create.rs",
            "use service::create; use crate::state::Session; use text::plural; use dioxus::prelude::*;",
        ),
        (
            "ui/mod.rs",
            "pub mod elements; pub mod components; pub mod views;",
        ),
        (
            "ui/components/card.rs",
            "use crate::ui::elements::Button; use super::table::Table; use protocol::Moment;",
        ),
        (
            "ui/views/environment.rs",
            "use crate::ui::{components::Card, elements::Button};",
        ),
        (
            "app.rs",
            "use crate::ui::views; use client::Client; use workspace;",
        ),
        ("main.rs", "use deploy_tokens::{app, cli};"),
        ("state/tokens.rs", "#[cfg(test)] mod tests { use service::list; }"),
        (
            "state/tokens.rs",
            "//! See `service::list`.\n/* use service::X; */ // use client::Y;\nconst A: &str = \"client::api\";",
        ),
    ];
    for (path, text) in cases {
        assert_eq!(found(path, text), Vec::<String>::new(), "in {path}: {text}");
    }
}

#[test]
fn a_breach_is_told_with_its_line() {
    let told = found("state/tokens.rs", "use std::fmt;\n\nuse client::Client;\n");
    assert_eq!(told, ["3: state may not import client::Client"]);
}

#[test]
fn every_source_file_is_in_a_known_layer() {
    for (path, _) in sources("src") {
        assert!(
            layer_of(&path).is_some(),
            "src/{} is in no layer: add it to tests/it/layering/layers.rs",
            path.display()
        );
    }
}

/// The crates of ours that a crate's manifest names, without its tests.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut named = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if section == "[dependencies]" && OURS.contains(&name) {
            named.push(name.to_owned());
        }
    }
    named.sort();
    named
}

/// As they are named in manifests.
const OURS: &[&str] = &[
    "protocol",
    "model",
    "process-env",
    "private-file",
    "client",
    "keychain",
    "service",
    "workspace",
    "text",
    "courier",
    "testkit",
];

/// The table is what somebody reads who looks for the place of something new; Cargo keeps what it says.
#[test]
fn the_table_of_crates_is_what_their_manifests_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")))
            .unwrap_or_else(|| panic!("docs/architecture.md has no row for {name}"));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let mut told: Vec<String> = cells[3]
            .split(", ")
            .filter(|name| *name != "nothing")
            .map(str::to_owned)
            .collect();
        told.sort();
        let manifest = fs::read_to_string(root.join("crates").join(&name).join("Cargo.toml")).unwrap();
        assert_eq!(told, dependencies(&manifest), "{name}");
        seen += 1;
    }
    assert_eq!(seen, OURS.len());
}
