//! The runner's two secrets, as variables of this process: what got around them on the way is taken off, and said.

use super::output;
use crate::failure::{Failure, WRONG_USE};
use text::Message;
use zeroize::Zeroizing;

const BYTE_ORDER_MARK: char = '\u{feff}';
/// Neither secret has any of them.
const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];

/// The value of a variable, without what is none of it.
///
/// # Errors
/// When it is not text, not set, or nothing but quotes.
pub(super) fn needed(name: &'static str) -> Result<String, Failure> {
    optional(name)?.ok_or_else(|| {
        Failure::new(
            WRONG_USE,
            format!("{name} is not set."),
            "Set it in the environment of this command, as a runner has it.",
        )
    })
}

/// The same of a variable that need not be set.
///
/// # Errors
/// When it is not text.
pub(super) fn optional(name: &'static str) -> Result<Option<String>, Failure> {
    let Some(given) = process_env::text(name)?.map(Zeroizing::new) else {
        return Ok(None);
    };
    let (value, around) = bare(&given);
    if !around.is_empty() {
        output::warning(&Message::new(
            format!("{name} has {}, which is no part of it.", around.join(" and ")),
            "It is used without here. Set it without: other programs may send it along, and are refused then.",
        ));
    }
    Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
}

/// What is left of a text, and what was around it.
fn bare(text: &str) -> (&str, Vec<&'static str>) {
    let mut around = Vec::new();
    let mut rest = text;
    if let Some(after) = rest.trim_start().strip_prefix(BYTE_ORDER_MARK) {
        around.push("a byte order mark before it");
        rest = after;
    }
    let trimmed = rest.trim();
    let unquoted = trimmed.trim_matches(QUOTES);
    if unquoted.len() < trimmed.len() {
        around.push("quotes around it");
    }
    let inner = unquoted.trim();
    let has_return = |part: &str| part.contains('\r');
    let after = rest.len() - rest.trim_end().len();
    if has_return(&rest[rest.len() - after..]) || has_return(&unquoted[unquoted.trim_end().len()..]) {
        around.push("a Windows line end behind it");
    }
    (inner, around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_a_value_is_taken_off_and_named() {
        for (given, value, around) in [
            ("id|abc", "id|abc", &[][..]),
            (" id|abc\n", "id|abc", &[]),
            ("id|abc\r\n", "id|abc", &["a Windows line end behind it"]),
            ("id|abc\r", "id|abc", &["a Windows line end behind it"]),
            ("\u{feff}id|abc", "id|abc", &["a byte order mark before it"]),
            ("'id|abc'", "id|abc", &["quotes around it"]),
            ("“id|abc”", "id|abc", &["quotes around it"]),
            (
                "\u{feff}\"id|abc\"\r",
                "id|abc",
                &[
                    "a byte order mark before it",
                    "quotes around it",
                    "a Windows line end behind it",
                ],
            ),
            (
                "'id|abc\r'",
                "id|abc",
                &["quotes around it", "a Windows line end behind it"],
            ),
            ("''", "", &["quotes around it"]),
            ("\u{feff}", "", &["a byte order mark before it"]),
        ] {
            assert_eq!(bare(given), (value, around.to_vec()), "{given:?}");
        }
    }
}
