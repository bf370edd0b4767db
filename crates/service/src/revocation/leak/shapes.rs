//! What the secrets of deploy tokens look like, and where in a text something does.

use zeroize::Zeroizing;

use model::SEED_VARIABLE;

/// A CI token is a UUID, `|`, and so many letters and digits (docs/protocol.md 7.2).
const RANDOM_LENGTH: usize = 48;
const UUID_LENGTH: usize = 36;
const BAR: u8 = b'|';
/// Where a UUID has its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// 32 bytes are so many digits of base64, without padding.
const SEED_DIGITS: usize = 43;
/// The shortest base64 that can hold a seed's text or a token's.
const BLOB_DIGITS: usize = 56;
/// How far before a seed its name is looked for.
const NAME_REACH: usize = 48;
/// The longest value that is looked at behind a name.
const VALUE_LENGTH: usize = 256;
/// The fewest characters of a token by whose end it can be told: so many does the server show.
pub(super) const END_LENGTH: usize = 8;

/// Something that looks like a CI token, at a place of the text.
pub(super) struct TokenShape<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
    /// It is of the right length, and nothing that could belong to it follows.
    pub(super) is_whole: bool,
}

/// Everything that looks like a CI token or the beginning of one.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = TokenShape<'_>> {
    let bytes = text.as_bytes();
    let bars = bytes.iter().enumerate().filter(|(_, byte)| **byte == BAR);
    bars.filter_map(move |(bar, _)| {
        let begin = bar.checked_sub(UUID_LENGTH)?;
        if !is_uuid(bytes.get(begin..bar)?) {
            return None;
        }
        let random = bytes.get(bar + 1..)?;
        let length = random
            .iter()
            .take(RANDOM_LENGTH + 1)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let end = bar + 1 + length.min(RANDOM_LENGTH);
        Some(TokenShape {
            at: begin,
            text: text.get(begin..end)?,
            is_whole: length == RANDOM_LENGTH,
        })
    })
}

impl TokenShape<'_> {
    /// Whether it has all the characters that a token has.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() == UUID_LENGTH + 1 + RANDOM_LENGTH
    }
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter()
        .enumerate()
        .all(|(at, byte)| match HYPHENS.contains(&at) {
            true => *byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The runs of base64 digits in either alphabet: where each begins, and its text.
pub(super) fn digits(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let runs = text.as_bytes().chunk_by(|a, b| is_digit(*a) == is_digit(*b));
    runs.filter_map(move |run| {
        let begin = at;
        at += run.len();
        let is_run = run.first().is_some_and(|byte| is_digit(*byte));
        Some((begin, text.get(begin..at)?)).filter(|_| is_run)
    })
}

/// What of a run of digits is as long as a seed: `-` and `_` are digits of one alphabet, and stand before values in shells.
pub(super) fn seed_in(run: &str) -> Option<&str> {
    let bare = run.trim_matches(['-', '_']);
    [run, bare].into_iter().find(|it| it.len() == SEED_DIGITS)
}

/// Whether a run of digits may hold a text with a secret in it.
pub(super) fn may_be_blob(run: &str) -> bool {
    run.len() >= BLOB_DIGITS
}

/// Whether a seed's name stands shortly before a place.
pub(super) fn is_named_seed(text: &str, at: usize) -> bool {
    let begin = at.saturating_sub(NAME_REACH);
    let before = text.as_bytes().get(begin..at).unwrap_or_default();
    let name = SEED_VARIABLE.as_bytes();
    before
        .windows(name.len())
        .any(|window| window.eq_ignore_ascii_case(name))
}

/// The digits of lines that are nothing but base64, put together: the first one's place, and all of them.
pub(super) fn wrapped_blobs(text: &str) -> Vec<(usize, Zeroizing<String>)> {
    let (mut found, mut at) = (Vec::<(usize, Zeroizing<String>)>::new(), 0);
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim().trim_end_matches('=');
        // The last line is as short as it happens to be.
        let is_long_enough = bare.len() >= 16 || (goes_on && !bare.is_empty());
        let is_part = is_long_enough && bare.bytes().all(is_digit);
        match found.last_mut() {
            Some((_, blob)) if is_part && goes_on => blob.push_str(bare),
            _ if is_part => {
                found.push((at, Zeroizing::new(bare.to_owned())));
            }
            _ => {}
        }
        goes_on = is_part;
        at += line.len();
    }
    found.retain(|(_, blob)| may_be_blob(blob));
    found
}

/// What stands behind a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// Signs that stand for a secret that is not shown.
    Masked,
    /// Something that may be a part of it.
    Part(&'a str),
}

/// What stands behind each mention of a variable's name.
pub(super) fn named<'a>(text: &'a str, name: &'static str) -> impl Iterator<Item = (usize, Named<'a>)> {
    let length = name.len();
    mentions(text, name).filter_map(move |at| {
        let rest = text.get(at + length..)?;
        Some((at, value(rest)?))
    })
}

/// Where a name stands, in capitals or not.
fn mentions<'a>(text: &'a str, name: &'static str) -> impl Iterator<Item = usize> + 'a {
    let (bytes, name) = (text.as_bytes(), name.as_bytes());
    let first = name.first().copied().unwrap_or_default();
    bytes.iter().enumerate().filter_map(move |(at, byte)| {
        let is_here = byte.eq_ignore_ascii_case(&first)
            && bytes
                .get(at..at + name.len())
                .is_some_and(|here| here.eq_ignore_ascii_case(name));
        is_here.then_some(at)
    })
}

fn value(rest: &str) -> Option<Named<'_>> {
    let between = |c: char| " \t\"'`:=>,-?".contains(c);
    // Some write the name of a variable on one line and its value on the next.
    let mut rest = rest.trim_start_matches(between);
    if let Some(next) = rest.strip_prefix('\n') {
        rest = next
            .trim_start()
            .strip_prefix("value")?
            .trim_start_matches(between);
    }
    let end = rest
        .char_indices()
        .find(|(at, c)| *at >= VALUE_LENGTH || c.is_whitespace() || "\"'`,;)}<".contains(*c));
    let value = rest.get(..end.map_or(rest.len(), |(at, _)| at))?;
    let signs = value.bytes().filter(|byte| matches!(byte, b'*' | b'#')).count();
    let said = value.to_ascii_lowercase();
    if signs >= 3 || said.contains("masked") || said.contains("redacted") || said.starts_with("xxxx") {
        return Some(Named::Masked);
    }
    let is_part = value.len() >= END_LENGTH
        && value
            .bytes()
            .all(|byte| is_digit(byte) || matches!(byte, BAR | b'='))
        && value.bytes().any(|byte| byte.is_ascii_digit());
    is_part.then_some(Named::Part(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::CI_TOKEN_VARIABLE;

    const TOKEN: &str =
        "0199c0de-1111-7222-8333-444455556666|ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv";

    fn shapes(text: &str) -> Vec<(usize, bool, bool)> {
        tokens(text)
            .map(|it| (it.at, it.is_whole, it.is_full()))
            .collect()
    }

    #[test]
    fn a_token_is_whole_when_nothing_of_it_is_missing_and_nothing_follows() {
        assert_eq!(shapes(TOKEN), [(0, true, true)]);
        assert_eq!(shapes(&format!("x={TOKEN}&y")), [(2, true, true)]);
        assert_eq!(shapes(&format!("{TOKEN}w")), [(0, false, true)]);
        assert_eq!(shapes(&TOKEN[..60]), [(0, false, false)]);
        assert_eq!(shapes("0199c0de|x and a | b"), []);
    }

    #[test]
    fn what_stands_behind_a_name_is_a_part_or_is_masked() {
        let behind = |text: &str| {
            named(text, CI_TOKEN_VARIABLE)
                .map(|(_, it)| format!("{it:?}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(behind("GHOSTABLE_CI_TOKEN=***"), ["Masked"]);
        assert_eq!(behind("GHOSTABLE_CI_TOKEN: [MASKED]"), ["Masked"]);
        assert_eq!(
            behind("ghostable_ci_token => 'a1b2c3d4e5'"),
            ["Part(\"a1b2c3d4e5\")"]
        );
        assert_eq!(
            behind("- name: GHOSTABLE_CI_TOKEN\n  value: \"a1b2c3d4\""),
            ["Part(\"a1b2c3d4\")"]
        );
        for nothing in [
            "$GHOSTABLE_CI_TOKEN",
            "GHOSTABLE_CI_TOKEN=${{ secrets.X }}",
            "GHOSTABLE_CI_TOKEN\nnext",
            "GHOSTABLE_CI_TOKEN is missing",
        ] {
            assert!(behind(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn base64_in_lines_is_put_together() {
        let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY";
        let text = format!("data:\n  {line}\n  {line}\nthe end");
        let found = wrapped_blobs(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(*found[0].1, format!("{line}{line}"));
    }
}
