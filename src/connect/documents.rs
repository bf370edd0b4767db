//! What the program has to read inside: help, and the licences of everything that it is built of.
//!
//! The licences are made by `scripts/licences`, packed, and unpacked only when somebody asks for them.

use std::sync::Arc;

use serde::Deserialize;

use model::{Document, MachineError, Passage, Problem};

const LICENCES: &[u8] = include_bytes!("../../assets/licences.zz");
/// Far above what they come to unpacked.
const LARGEST: usize = 8 << 20;

const INTER: &str = include_str!("../../assets/fonts/OFL-Inter.txt");
const JETBRAINS_MONO: &str = include_str!("../../assets/fonts/OFL-JetBrainsMono.txt");
const README: &str = include_str!("../../README.md");
const SECURITY: &str = include_str!("../../SECURITY.md");
const KEYCHAIN: &str = include_str!("../../docs/keychain.md");
const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");

/// As `scripts/licences` writes them: each text once.
#[derive(Deserialize)]
struct Licences {
    texts: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    version: String,
    licence: String,
    texts: Vec<usize>,
}

/// The passages of a document.
///
/// # Errors
/// When this build is damaged.
pub fn read(document: Document) -> Result<Vec<Passage>, Problem> {
    match document {
        Document::Readme => Ok(by_heading(README)),
        Document::Security => Ok(by_heading(SECURITY)),
        Document::Keychain => Ok(by_heading(KEYCHAIN)),
        Document::Troubleshooting => Ok(by_heading(TROUBLESHOOTING)),
        Document::Licences => licences().ok_or(Problem::Machine(MachineError::DamagedProgram)),
    }
}

fn licences() -> Option<Vec<Passage>> {
    let text = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(LICENCES, LARGEST).ok()?;
    let read: Licences = serde_json::from_slice(&text).ok()?;
    let fonts =
        [("Inter (font)", INTER), ("JetBrains Mono (font)", JETBRAINS_MONO)].map(|(name, text)| Passage {
            title: name.to_owned(),
            note: "OFL-1.1".to_owned(),
            text: text.into(),
        });
    let shared: Vec<Arc<str>> = read.texts.into_iter().map(Arc::from).collect();
    let passage = |part: &Part| {
        let mut texts = part.texts.iter().map(|at| shared.get(*at).cloned());
        let text: Option<Arc<str>> = if part.texts.len() == 1 {
            texts.next()?
        } else {
            let all: Option<Vec<_>> = texts.collect();
            all.map(|all| all.join("\n\n").into())
        };
        Some(Passage {
            title: format!("{} {}", part.name, part.version).trim().to_owned(),
            note: part.licence.clone(),
            text: text?,
        })
    };
    let parts: Option<Vec<_>> = read.parts.iter().map(passage).collect();
    Some(fonts.into_iter().chain(parts?).collect())
}

/// Cuts a document at its headings. Pictures and the addresses of links are left out: there is nothing to follow here.
fn by_heading(document: &str) -> Vec<Passage> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut code = false;
    for line in document.lines() {
        code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if !code && heading.len() < line.len() {
            found.push((heading.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = found.last_mut()
            && !line.starts_with("![")
            && !line.starts_with("```")
        {
            let row = line.trim().strip_prefix('|').filter(|_| !code);
            if let Some(row) = row {
                // The line below a table's head has nothing to read.
                if row.contains(|letter| !"|-: ".contains(letter)) {
                    text.push_str(&row.trim_end_matches('|').trim().replace(" | ", " · "));
                    text.push('\n');
                }
                continue;
            }
            if !code && goes_on(text, line) {
                text.truncate(text.trim_end_matches('\n').len());
                text.push(' ');
                text.push_str(line.trim());
            } else {
                text.push_str(line);
            }
            text.push('\n');
        }
    }
    found
        .into_iter()
        .map(|(title, text)| Passage {
            title,
            note: String::new(),
            text: without_marks(text.trim_matches('\n')).into(),
        })
        .filter(|passage| !passage.text.is_empty())
        .collect()
}

/// Whether a line belongs to the paragraph or the item before it: the window is not as wide as the file.
fn goes_on(text: &str, line: &str) -> bool {
    let before = text.rsplit('\n').nth(1).unwrap_or_default().trim();
    let line = line.trim();
    !before.is_empty() && !line.is_empty() && !line.starts_with("- ")
}

/// Links become their words, emphasis and quotation marks of code go.
fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let (before, link) = rest.split_at(at);
        let Some(end) = link.find(')') else { break };
        match before.rfind('[') {
            Some(open) => {
                plain.push_str(&before[..open]);
                plain.push_str(&before[open + 1..]);
            }
            None => plain.push_str(before),
        }
        rest = &link[end + 1..];
    }
    plain.push_str(rest);
    plain.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_licence_has_a_text_and_fonts_are_among_them() {
        let all = read(Document::Licences).unwrap();
        assert!(all.len() > 100);
        for passage in &all {
            assert!(
                !passage.text.trim().is_empty() && !passage.note.is_empty(),
                "{}",
                passage.title
            );
        }
        let has = |start: &str, licence: &str| {
            all.iter()
                .any(|it| it.title.starts_with(start) && it.note.contains(licence))
        };
        assert!(has("Inter", "OFL-1.1") && has("JetBrains Mono", "OFL-1.1"));
        assert!(has("dioxus ", "Apache-2.0") && has("ring ", "ISC") && has("SQLite", "blessing"));
    }

    #[test]
    fn lines_of_a_paragraph_are_one_and_code_is_left() {
        let cut = by_heading(
            "# A\none\ntwo\n\n- three\n  four\n- five\n\n```\nsix\nseven\n```\n\n| 8 | 9 |\n|---|---|\n\nten\n",
        );
        assert_eq!(
            &*cut[0].text,
            "one two\n\n- three four\n- five\n\nsix\nseven\n\n8 · 9\n\nten"
        );
    }

    #[test]
    fn help_is_cut_at_its_headings_and_has_no_marks() {
        for document in Document::HELP {
            let passages = read(document).unwrap();
            assert!(passages.len() > 1, "{document:?}");
            for passage in passages {
                for mark in ["](", "**", "`", "!["] {
                    assert!(!passage.text.contains(mark), "{mark} in {}", passage.title);
                }
            }
        }
        let cut = by_heading(
            "# One\n\na [b](c.md) `d`\n\n```\n# no heading\n```\n\n## Two\n![p](q)\n- **x**\n## None\n",
        );
        let cut: Vec<_> = cut.iter().map(|it| (it.title.as_str(), &*it.text)).collect();
        assert_eq!(cut, [("One", "a b d\n\n# no heading"), ("Two", "- x")]);
    }
}
