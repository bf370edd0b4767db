//! Names that were given elsewhere, as a reader should see them.

use dioxus::prelude::*;

use crate::ui::elements::{Icon, Notice, Tone};
use protocol::unseen::shown;

/// A name inside a label or a title, where nothing can stand around it.
pub fn seen(name: &str) -> String {
    shown(name).into_owned()
}

/// A name: what cannot be seen of it is written out, and whichever way it is written, it turns nothing beside it.
#[component]
pub fn Name(text: String) -> Element {
    rsx! {
        bdi { "{shown(&text)}" }
    }
}

/// Points out that a choice by this name may be of something else: others are written otherwise and look the same.
#[component]
pub fn LookAlike(
    /// What has the names: “token”.
    what: &'static str,
    name: String,
    others: Vec<String>,
) -> Element {
    if others.is_empty() {
        return rsx! {};
    }
    let (noun, verb) = if others.len() == 1 {
        (format!("Another {what}"), "looks")
    } else {
        (format!("Other {what}s"), "look")
    };
    rsx! {
        Notice { tone: Tone::Warn, icon: Icon::Warning,
            strong { "{noun} {verb} like this one and is written otherwise: " }
            for (at , other) in others.iter().enumerate() {
                span { key: "{other}",
                    if at > 0 {
                        ", "
                    }
                    bdi { class: "mono", "{spelled(other, &name)}" }
                }
            }
            "."
        }
    }
}

/// A name with those of its characters written out that another one has otherwise.
fn spelled(name: &str, other: &str) -> String {
    let mut others = other.chars();
    let spell = |c: char| {
        let is_same = others.next() == Some(c);
        let seen = seen(c.encode_utf8(&mut [0; 4]));
        if is_same || c.is_ascii() || seen.is_ascii() {
            seen
        } else {
            format!("{seen} (U+{:04X})", u32::from(c))
        }
    };
    name.chars().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn what_differs_is_spelled() {
        assert_eq!(spelled("pr\u{43e}d", "prod"), "pr\u{43e} (U+043E)d");
        assert_eq!(spelled("ci-1", "ci-l"), "ci-1");
        assert_eq!(spelled("a\u{200b}b", "ab"), "a\\u{200b}b");
    }
}
