//! What the texts of an answer may be made of. They are checked once, where they enter; from then on an id can be part of a path, a
//! bearer of a header, and a line of a file, a block or a terminal, whatever the server sent.

use super::keys::decode_base64;

/// The most characters of an id (the server's are UUIDs of 36, docs/protocol.md 1.4).
pub const MAX_ID_CHARACTERS: usize = 128;
/// The most characters of a text that is shown on one line: the longest that the server takes is 255 (docs/protocol.md 4.1, 7.2).
pub const MAX_LINE_CHARACTERS: usize = 512;
/// The most characters of a bearer (the server's have 85, docs/protocol.md 7.2).
pub const MAX_BEARER_CHARACTERS: usize = 4096;

/// Whether a text can be an id: ASCII letters, digits and `-_.:~`, and something else than dots, which would lead a path
/// elsewhere.
pub fn is_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:~".contains(c);
    (1..=MAX_ID_CHARACTERS).contains(&text.len()) && text.chars().all(fits) && !is_dots(text)
}

/// Whether a text can be the name of an environment, which is part of paths as it is (docs/protocol.md 1.1): on one line, without
/// what has a meaning there.
pub fn is_path_name(text: &str) -> bool {
    is_line(text) && !text.contains(['/', '\\', '%', '?', '#']) && !is_dots(text.trim())
}

/// Whether a text is on one line: neither control characters nor what turns the direction of writing, and not longer than
/// [`MAX_LINE_CHARACTERS`].
pub fn is_line(text: &str) -> bool {
    // Bytes first: counting the characters of a text of megabytes is work.
    text.len() <= 4 * MAX_LINE_CHARACTERS
        && text.chars().count() <= MAX_LINE_CHARACTERS
        && !text.chars().any(leaves_its_line)
}

/// Whether a text can be sent as a bearer: visible ASCII without spaces, as RFC 6750 has it.
pub fn is_bearer(text: &str) -> bool {
    (1..=MAX_BEARER_CHARACTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text that should be an id or a name may be a secret instead: a block, a CI token, or base64 of the 32 bytes of a seed.
/// Such a text is not repeated to anybody.
pub fn may_be_secret(text: &str) -> bool {
    let text = text.trim();
    let bare = text.strip_prefix("base64:").or_else(|| text.strip_prefix("b64:"));
    let is_key = (40..=60).contains(&text.len())
        && decode_base64(bare.unwrap_or(text)).is_some_and(|it| it.len() == 32);
    let is_ci_token = text.len() >= 24 && text.contains('|');
    is_key || is_ci_token || text.contains("GHOSTABLE_")
}

/// As much of a text as is kept, on one line.
pub fn to_line(text: &str, most: usize) -> String {
    let on_its_line = |c: char| if leaves_its_line(c) { ' ' } else { c };
    text.chars().take(most).map(on_its_line).collect()
}

fn is_dots(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'.')
}

fn leaves_its_line(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    c.is_control() || turns || breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_a_path_elsewhere() {
        for id in [
            "7",
            "019c3f7e-0000-7000-8000-000000000001",
            "proj_01J9Z",
            "a:b.c~d",
        ] {
            assert!(is_id(id), "{id}");
        }
        let long = "x".repeat(MAX_ID_CHARACTERS + 1);
        for none in [
            "", ".", "..", "...", "a/b", "a%2fb", "a?b", "a#b", "a\\b", "a b", "a\nb", "ä", &long,
        ] {
            assert!(!is_id(none), "{none:?}");
        }
        assert!(is_path_name("Prod EU (ä)"));
        for none in ["", " ", ".", "..", " .. ", "a/b", "a%2fb", "a?b", "a#b", "a\nb"] {
            assert!(!is_path_name(none), "{none:?}");
        }
    }

    #[test]
    fn a_line_stays_where_it_is() {
        assert!(is_line("Mara’s laptop — Büro 👩‍💻"));
        for none in [
            "a\nb",
            "a\r",
            "\u{1b}[31m",
            "\u{85}",
            "a\u{2028}b",
            "a\u{202e}b",
            "\u{2066}",
        ] {
            assert!(!is_line(none), "{none:?}");
            assert!(is_line(&to_line(none, 9)), "{none:?}");
        }
        assert!(is_line(&"ü".repeat(MAX_LINE_CHARACTERS)) && !is_line(&"ü".repeat(MAX_LINE_CHARACTERS + 1)));
    }

    #[test]
    fn secrets_are_told_from_ids_and_names() {
        let seed = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let ci_token = "0199c0de-1d2e-7f3a-8b4c-5d6e7f809102|Qx7Zp2Lm9Vn4Rb8Kd3Ws6Yf1";
        for secret in [
            seed,
            seed.trim_end_matches('='),
            &format!("b64:{seed}"),
            ci_token,
            "GHOSTABLE_CI_TOKEN=x",
        ] {
            assert!(may_be_secret(secret), "{secret}");
        }
        for none in [
            "production-ci",
            "019c3f7e-0000-7000-8000-000000000001",
            "a | b",
            "",
            "Deploy from GitHub Actions",
        ] {
            assert!(!may_be_secret(none), "{none}");
        }
    }

    #[test]
    fn a_bearer_is_visible_ascii() {
        assert!(is_bearer("019c-1|abcDEF09"));
        for none in ["", "a b", "a\r\nx: y", "ä", "a\u{7f}"] {
            assert!(!is_bearer(none), "{none:?}");
        }
    }
}
