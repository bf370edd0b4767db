//! The import rules of `docs/architecture.md`, kept by reading the sources: one package cannot enforce them itself.
//!
//! Every `use` tree and every path in code is read with `syn`, wherever it stands, also inside functions and macros.
//! `#[cfg(test)]` items may import what they like.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test reports by panicking"
)]

mod layers;

use std::fs;
use std::path::{Path, PathBuf};

use layers::{breaches, layer_of, length_limit};

/// Every Rust file under src/, with its path from there.
fn sources() -> Vec<(PathBuf, String)> {
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
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
    for (path, text) in sources() {
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
fn files_stay_short() {
    let mut found = Vec::new();
    for (path, text) in sources() {
        let (lines, limit) = (text.lines().count(), length_limit(&path));
        if lines > limit {
            found.push(format!("src/{}: {lines} lines, at most {limit}", path.display()));
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
        ("domain/token.rs", "use crate::crypto::Identity;"),
        ("secret.rs", "use crate::domain::TokenId;"),
        ("crypto/mod.rs", "use crate::{domain::KeyId, api::Client};"),
        (
            "crypto/mod.rs",
            "use crate::{\n    domain::{self, KeyId},\n    service::{list, create as made},\n};",
        ),
        ("api/client.rs", "fn f() { let _ = crate::keychain::open(); }"),
        ("api/client.rs", "fn f() -> crate::service::Listed { todo!() }"),
        ("api/client.rs", "use super::super::keychain::Keychain;"),
        ("api/mod.rs", "use super::keychain::Keychain;"),
        ("service/list.rs", "use crate::state::Session;"),
        ("service/list.rs", "fn f() { use crate::ui::views; }"),
        ("workspace/mod.rs", "use crate::api::Client;"),
        ("workspace/mod.rs", "use crate::api;"),
        ("workspace/mod.rs", "use crate::api::*;"),
        ("workspace/mod.rs", "use crate::api::{wire::Token, client};"),
        ("state/tokens.rs", "use crate::service::list;"),
        ("messages.rs", "use crate::api::Client;"),
        ("messages.rs", "use crate::state::Session;"),
        ("actions/create.rs", "use crate::api::Client;"),
        ("ui/elements/button.rs", "use crate::domain::TokenName;"),
        (
            "ui/elements/button/component.rs",
            "use crate::ui::components::Card;",
        ),
        ("ui/components/card.rs", "use crate::ui::views::Environment;"),
        ("ui/components/card.rs", "use crate::service::list;"),
        ("ui/components/card.rs", "use super::super::views::Environment;"),
        ("ui/views/environment.rs", "use crate::secret::Seed;"),
        ("domain/token.rs", "use dioxus::prelude::*;"),
        ("service/list.rs", "fn f() { dioxus::prelude::spawn(async {}); }"),
        ("service/list.rs", "use dioxus_desktop as window;"),
        ("service/list.rs", "use reqwest::Client;"),
        ("app.rs", "use ::reqwest::Client;"),
        ("api/client.rs", "use axum::Router;"),
        ("keychain/mod.rs", "extern crate rusqlite;"),
        (
            "service/list.rs",
            "fn f() { tracing::info!(\"{}\", crate::state::count()); }",
        ),
        ("service/list.rs", "use deploy_tokens::state::Session;"),
    ];
    for (path, text) in cases {
        assert!(!found(path, text).is_empty(), "not found in {path}: {text}");
    }
}

#[test]
fn allowed_imports_pass() {
    let cases = [
        (
            "domain/token.rs",
            "use super::ids::TokenId; use crate::domain::When; use std::fmt;",
        ),
        (
            "domain/mod.rs",
            "mod ids; use self::ids::TokenId; use ids::KeyId;",
        ),
        ("crypto/mod.rs", "use crate::{domain::KeyId, secret::Seed};"),
        (
            "api/client.rs",
            "use reqwest::Client; use crate::domain::TokenId;",
        ),
        (
            "workspace/mod.rs",
            "use axum::Router; use crate::{api::wire::{Token, Key}, crypto::Identity};",
        ),
        ("workspace/seed.rs", "use crate::api::wire;"),
        (
            "messages.rs",
            "use crate::{api::ApiError, crypto::{CryptoError, error::Other}, service::create::CreateError};",
        ),
        (
            "actions/create.rs",
            "use crate::{messages, service::create, state::Session}; use dioxus::prelude::*;",
        ),
        (
            "ui/mod.rs",
            "pub mod elements; pub mod components; pub mod views;",
        ),
        (
            "ui/components/card.rs",
            "use crate::ui::elements::Button; use super::table::Table;",
        ),
        (
            "ui/views/environment.rs",
            "use crate::ui::{components::Card, elements::Button};",
        ),
        (
            "app.rs",
            "use crate::{api::Client, service, ui::views, workspace};",
        ),
        ("cli.rs", "use crate::{api::Client, service, workspace};"),
        ("main.rs", "use deploy_tokens::{app, cli};"),
        (
            "domain/token.rs",
            "#[cfg(test)] mod tests { use crate::crypto::Identity; }",
        ),
        (
            "domain/token.rs",
            "#[cfg(all(test, unix))] use crate::crypto::Identity;",
        ),
        (
            "domain/token.rs",
            "//! See `crate::crypto`.\n/* use crate::crypto::X; */ // use crate::api::Y;\nconst A: &str = \"crate::api\";",
        ),
    ];
    for (path, text) in cases {
        assert_eq!(found(path, text), Vec::<String>::new(), "in {path}: {text}");
    }
}

#[test]
fn a_breach_is_told_with_its_line() {
    let told = found("domain/token.rs", "use std::fmt;\n\nuse crate::api::Client;\n");
    assert_eq!(told, ["3: domain may not import crate::api::Client"]);
}

#[test]
fn every_source_file_is_in_a_known_layer() {
    for (path, _) in sources() {
        assert!(
            layer_of(&path).is_some(),
            "src/{} is in no layer: add it to tests/layers/mod.rs",
            path.display()
        );
    }
}
