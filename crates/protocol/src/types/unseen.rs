//! Characters of which a reader sees nothing, or by which a text reads otherwise than it is. The server takes them in names; what
//! is shown to people has them written out, and names that are given here have none.

use std::borrow::Cow;

/// The most marks above and below a letter that are a part of writing.
const MOST_MARKS: usize = 2;

/// A text as a reader should see it: what cannot be seen, turns what stands beside it, or leaves its line is written out, such as
/// `\u{200b}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (c, is_unseen) in judged(text) {
        if is_unseen {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether [`shown`] would write out some of it.
pub fn has_unseen(text: &str) -> bool {
    judged(text).any(|(_, is_unseen)| is_unseen)
}

/// Each character, and whether it is to be written out.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut before = None;
    let mut marks = 0;
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let after = rest.clone().next();
        marks = if is_mark(c) { marks + 1 } else { 0 };
        let is_unseen = if is_mark(c) {
            // One that stands on nothing goes onto what was printed before.
            before.is_none() || marks > MOST_MARKS
        } else {
            is_never_seen(c) || (is_joiner(c) && !joins(before, c, after))
        };
        before = Some(c);
        Some((c, is_unseen))
    })
}

/// Control and format characters, spaces that look like the usual one or like none, and letters without a shape (Unicode:
/// general categories Cc, Cf, Zs, Zl, Zp, and Default_Ignorable_Code_Point).
fn is_never_seen(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
            | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
        || is_private(c)
}

/// What it looks like is nobody's to say.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// What joins letters or pictures, and chooses between two shapes of one.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// Whether a joiner does something where it stands.
fn joins(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        '\u{fe0e}' | '\u{fe0f}' => is_picture(before) || matches!(before, '0'..='9' | '#' | '*' | '©' | '®'),
        _ => after.is_some_and(|after| {
            let pictures = (is_picture(before) || before == '\u{fe0f}') && is_picture(after);
            pictures || (is_joined_script(before) && is_joined_script(after))
        }),
    }
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Scripts in which words are written with joiners: Arabic and its neighbours, those of India and Sri Lanka, Mongolian.
fn is_joined_script(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6d3}' | '\u{6fa}'..='\u{70e}' | '\u{710}'..='\u{7ff}' | '\u{8a0}'..='\u{8c7}'
        | '\u{900}'..='\u{dff}' | '\u{1820}'..='\u{18aa}')
}

/// Marks that go onto the character before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{34e}' | '\u{350}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "production-ci",
            "Mara’s laptop — Büro",
            "👩‍💻 ❤️ 👨‍👩‍👧 🇩🇪 1️⃣ ©️",
            "世界 한국어 ไทย עברית العربية",
            "می‌خواهم",
            "क्‍ष",
            "e\u{301} Z\u{30c}\u{32d}",
        ] {
            assert_eq!(shown(text), text);
            assert!(!has_unseen(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (text, seen) in [
            ("ci\u{200b}", "ci\\u{200b}"),
            ("ci\u{200d}", "ci\\u{200d}"),
            ("c\u{200d}i", "c\\u{200d}i"),
            ("x\u{fe0f}", "x\\u{fe0f}"),
            ("a\u{a0}b\u{3000}c", "a\\u{a0}b\\u{3000}c"),
            ("ab\u{202e}dc", "ab\\u{202e}dc"),
            ("\u{feff}a\u{ad}", "\\u{feff}a\\u{ad}"),
            ("a\n\t\r\u{1b}[2J\u{7}", "a\\n\\t\\r\\u{1b}[2J\\u{7}"),
            ("\u{e0061}\u{3164}\u{2800}", "\\u{e0061}\\u{3164}\\u{2800}"),
            ("\u{301}a", "\\u{301}a"),
            ("a\u{301}\u{301}\u{301}\u{301}", "a\u{301}\u{301}\\u{301}\\u{301}"),
            ("\u{e000}", "\\u{e000}"),
        ] {
            assert_eq!(shown(text), seen);
            assert!(has_unseen(text), "{seen}");
        }
    }
}
