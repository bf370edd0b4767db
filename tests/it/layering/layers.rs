//! Reads the paths of a source file and judges them by the layer that the file is in.

use std::path::Path;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// This package's own name, as its binary and its tests see it.
const PACKAGE: &str = "deploy_tokens";

/// A part of the app and what of ours it may name, beside itself: other parts, and crates.
struct Layer {
    name: &'static str,
    may: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    layer("state", &["protocol", "protocol::secret", "model"]),
    layer("intent", &["state", "protocol", "model"]),
    layer("build_info", &[]),
    layer(
        "actions",
        &[
            "intent",
            "state",
            "protocol",
            "protocol::secret",
            "model",
            "service",
            "text",
            "process_env",
        ],
    ),
    layer("ui::elements", &[]),
    // What every component may use: how wishes are sent, what time it is, how large the window is.
    layer("ui::intent", &["intent"]),
    layer("ui::clock", &["protocol"]),
    layer("ui::viewport", &[]),
    layer(
        "ui::components",
        &[
            "ui::elements",
            "ui::intent",
            "ui::clock",
            "ui::viewport",
            "state",
            "protocol",
            "model",
            "text",
            "build_info",
        ],
    ),
    layer(
        "ui::views",
        &[
            "ui::components",
            "ui::elements",
            "ui::intent",
            "ui::clock",
            "ui::viewport",
            "state",
            "protocol",
            "model",
            "text",
            "build_info",
        ],
    ),
    layer(
        "ui",
        &[
            "ui::components",
            "ui::elements",
            "ui::views",
            "state",
            "protocol",
            "model",
        ],
    ),
    // The composition root: the window, the commands, and what both are put together from.
    layer("app", &["*"]),
    layer("clipboard", &["*"]),
    layer("connect", &["*"]),
    layer("failure", &["*"]),
    layer("cli", &["*"]),
    layer("main", &["*"]),
    layer("open", &["*"]),
    layer("window", &["*"]),
    layer("mobile", &["*"]),
    layer("lib", &["*"]),
];

const fn layer(name: &'static str, may: &'static [&'static str]) -> Layer {
    Layer { name, may }
}

/// The crates of the workspace, as their paths begin. A part of one that is named here is allowed by that name only.
const CRATES: &[&str] = &[
    "protocol",
    "protocol::secret",
    "protocol::crypto",
    "protocol::wire",
    "model",
    "process_env",
    "private_file",
    "client",
    "keychain",
    "service",
    "workspace",
    "text",
    "courier",
];

/// The longest a file may be; components are told apart because markup hides ideas better than code.
pub fn length_limit(path: &Path) -> usize {
    if path.starts_with("ui") { 180 } else { 500 }
}

/// The layer of a file, by its path under src/.
pub fn layer_of(path: &Path) -> Option<&'static str> {
    let modules = modules_of(path);
    let deepest = modules.iter().map(String::as_str).collect::<Vec<_>>().join("::");
    LAYERS
        .iter()
        .map(|layer| layer.name)
        .filter(|name| below(&deepest, name))
        .max_by_key(|name| name.len())
}

/// What is imported against the rules, each as `LINE: what`.
pub fn breaches(path: &Path, text: &str) -> Vec<String> {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Some(layer) = layer_of(path) else {
        return vec![format!("1: {} is in no layer", path.display())];
    };
    let mut reader = Reader {
        modules: modules_of(path),
        paths: Vec::new(),
    };
    reader.visit_file(&file);
    reader
        .paths
        .iter()
        .filter_map(|(line, path)| Some(format!("{line}: {}", judge(layer, path)?)))
        .collect()
}

/// Why a layer may not name a path, if it may not.
fn judge(layer: &str, path: &[String]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let ours = first == "crate" || first == PACKAGE;
    let target = if ours { rest.join("::") } else { path.join("::") };
    let known = |name: &str| {
        if ours {
            LAYERS.iter().any(|known| known.name == name)
        } else {
            CRATES.contains(&name)
        }
    };
    let may = LAYERS.iter().find(|known| known.name == layer)?.may;
    // The smallest part that is named: `protocol::secret`, not `protocol`.
    let named: Vec<&str> = LAYERS
        .iter()
        .map(|known| known.name)
        .chain(CRATES.iter().copied())
        .filter(|name| known(name) && touches(&target, name))
        .collect();
    let part = named
        .iter()
        .filter(|name| below(&target, name))
        .max_by_key(|name| name.len());
    let allowed = match part {
        _ if may == ["*"] || named.is_empty() => true,
        Some(part) => may.contains(part) || ours && below(&target, layer),
        // Something around a part: `crate::ui` touches `ui::views`.
        None => false,
    };
    (!allowed).then(|| format!("{layer} may not import {}", path.join("::")))
}

/// Whether `path` is `name` or lies below it.
fn below(path: &str, name: &str) -> bool {
    path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with("::"))
}

/// Whether `path` lies below the layer, or is a module around it: `crate::ui` touches `ui::views`.
fn touches(path: &str, layer: &str) -> bool {
    below(path, layer) || below(layer, path.trim_end_matches("::*"))
}

/// `ui/views/mod.rs` is the module `ui::views`; `lib.rs` is `lib`, whose paths begin at the root all the same.
fn modules_of(path: &Path) -> Vec<String> {
    let mut modules: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    modules
}

/// Collects paths with the lines that they are on, made absolute: `super` and `self` become `crate::…`.
struct Reader {
    modules: Vec<String>,
    paths: Vec<(usize, Vec<String>)>,
}

impl Reader {
    fn add(&mut self, line: usize, mut path: Vec<String>) {
        let mut module = self.modules.clone();
        let mut relative = false;
        while let Some(first) = path.first() {
            match first.as_str() {
                "self" => relative = true,
                "super" => {
                    relative = true;
                    module.pop();
                }
                _ => break,
            }
            path.remove(0);
        }
        if relative {
            path.splice(0..0, std::iter::once("crate".to_owned()).chain(module));
        }
        self.paths.push((line, path));
    }

    fn add_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&with(path.ident.to_string()), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.add_tree(before, item)),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.add(name.span().start().line, before.to_vec())
            }
            syn::UseTree::Name(name) => self.add(name.span().start().line, with(name.ident.to_string())),
            syn::UseTree::Rename(name) => self.add(name.span().start().line, with(name.ident.to_string())),
            syn::UseTree::Glob(glob) => self.add(glob.span().start().line, with("*".to_owned())),
        }
    }

    /// Paths inside a macro's input, which is not parsed: names joined by `::`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match &token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.flush(line, &mut path);
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => {
                    let joined = colons == 1 || mark.spacing() == Spacing::Joint;
                    colons = if joined { colons + 1 } else { 0 };
                }
                _ => {
                    self.flush(line, &mut path);
                    colons = 0;
                }
            }
            if let TokenTree::Group(group) = token {
                self.add_tokens(group.stream());
            }
        }
        self.flush(line, &mut path);
    }

    fn flush(&mut self, line: usize, path: &mut Vec<String>) {
        if path.len() > 1 {
            self.add(line, std::mem::take(path));
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !attributes(item).iter().any(is_test) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let depth = self.modules.len();
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.truncate(depth);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(item.span().start().line, vec![item.ident.to_string()]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            self.add(path.span().start().line, names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
        }
    }
}

/// The attributes of an item that can be left out of a build.
fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an attribute is `#[test]`, `#[cfg(test)]` or `#[cfg(all(test, …))]`; `not(test)` is code like any other.
fn is_test(attribute: &syn::Attribute) -> bool {
    fn says_test(tokens: TokenStream) -> bool {
        let mut negated = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if name == "test" => return true,
                TokenTree::Ident(name) => negated = name == "not" || name == "any",
                TokenTree::Group(group) if !negated && says_test(group.stream()) => return true,
                _ => {}
            }
        }
        false
    }
    match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && says_test(list.tokens.clone()),
        syn::Meta::NameValue(_) => false,
    }
}
