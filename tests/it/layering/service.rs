//! The crate `service`: its folders know only those before them, and nobody above learns how a server is called.

use std::collections::BTreeMap;
use std::path::Path;

/// The folders, and the files beside them, in their order.
const ORDER: &[&str] = &[
    "checkpoint",
    "off_thread",
    "place",
    "journal",
    "context",
    "directory",
    "activity",
    "membership",
    "keys",
    "checklist",
    "tokens",
    "revocation",
    "renewal",
    "resume",
    "audit",
    "machine",
];

fn rank(name: &str) -> Option<usize> {
    ORDER.iter().position(|it| *it == name)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// The text without its comments and without its unit tests.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = shipped
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What the crate's root re-exports, with the folder that it comes from.
fn exported(root: &str) -> BTreeMap<String, usize> {
    let uses = root.split("pub use ").skip(1);
    let mut all = BTreeMap::new();
    for exported in uses {
        let exported = exported.split(';').next().unwrap_or_default();
        let mut words = words(exported);
        let Some(from) = words.next().and_then(rank) else {
            continue;
        };
        all.extend(words.map(|name| (name.to_owned(), from)));
    }
    all
}

/// Everything that is named of the crate's root: `crate::a`, and each of `use crate::{a, b}`.
fn named(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for after in code.split("crate::").skip(1) {
        let names = match after.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => after
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default(),
        };
        all.extend(words(names).map(str::to_owned));
    }
    all
}

/// What a file of the crate names that comes after its own folder.
pub fn backward(path: &Path, text: &str, root: &str) -> Vec<String> {
    let first = path
        .components()
        .next()
        .map(|it| it.as_os_str().to_string_lossy().into_owned());
    let own = first.as_deref().and_then(|it| rank(it.trim_end_matches(".rs")));
    let Some(own) = own else { return Vec::new() };
    let exported = exported(&code(root));
    let later = |name: &String| {
        rank(name)
            .or_else(|| exported.get(name).copied())
            .is_some_and(|it| it > own)
    };
    named(&code(text)).into_iter().filter(later).collect()
}

/// What a file shows of the client: in signatures, fields and re-exports that are public.
pub fn shown(text: &str) -> Vec<String> {
    let code = code(text);
    let mut of_client = vec!["client".to_owned()];
    for after in code.split("use client::").skip(1) {
        of_client.extend(words(after.split(';').next().unwrap_or_default()).map(str::to_owned));
    }
    let mut found = Vec::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let mut item = line.to_owned();
        let is_function = ["pub fn", "pub async fn", "pub const fn"]
            .iter()
            .any(|it| line.starts_with(it));
        if is_function {
            while !item.ends_with('{') && !item.ends_with(';') {
                let Some(more) = lines.next() else { break };
                item.push_str(more.trim());
            }
            // A parameter's name is nobody's business.
            item = item.replace("client: ", "");
        }
        let is_type = ["pub struct", "pub enum", "pub trait", "pub mod", "pub const"];
        let is_shown = line.starts_with("pub ") && !is_type.iter().any(|it| line.starts_with(it));
        if is_shown && words(&item).any(|word| of_client.iter().any(|it| it == word)) {
            found.push(item);
        }
    }
    found
}
