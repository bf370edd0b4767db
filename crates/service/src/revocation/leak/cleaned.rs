//! A leaked text as plain characters: what terminals, JSON, addresses and pages put around or in place of a character is taken
//! off, and each place still knows its line.

use zeroize::Zeroizing;

/// Escapes that pages write for the characters that tokens and seeds have.
const ENTITIES: [(&str, char); 12] = [
    ("&#124;", '|'),
    ("&#x7c;", '|'),
    ("&#x7C;", '|'),
    ("&vert;", '|'),
    ("&#61;", '='),
    ("&equals;", '='),
    ("&#43;", '+'),
    ("&plus;", '+'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&apos;", '\''),
    ("&amp;", '&'),
];

/// Characters that a backslash may stand before without meaning anything else.
const ESCAPED: &str = "/|\"'=$` +:&";

/// A text without what was put around its characters. It is wiped when it is dropped.
pub(super) struct Cleaned {
    text: Zeroizing<String>,
    /// Where each line of the source begins.
    lines: Vec<usize>,
}

impl Cleaned {
    /// Of bytes in UTF-8 or UTF-16; what is neither becomes signs that fit nothing.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let source = decode(bytes);
        let mut cleaner = Cleaner {
            // Nothing grows, so that no copy is left behind.
            out: Zeroizing::new(String::with_capacity(source.len().saturating_add(3))),
            lines: vec![0],
        };
        let mut rest = source.as_str();
        while !rest.is_empty() {
            rest = cleaner.step(rest);
        }
        Self {
            text: cleaner.out,
            lines: cleaner.lines,
        }
    }

    /// The characters.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line of the source in which a place is, from one on.
    pub(super) fn line(&self, place: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= place).max(1)
    }

    /// The same as a mail's source (RFC 2045, 6.7: quoted-printable); `None` where it cannot be one. Only what tokens and seeds have
    /// is read.
    pub(super) fn unquoted(&self) -> Option<Self> {
        if !self.text.contains("=3D") {
            return None;
        }
        let mut text = Zeroizing::new(String::with_capacity(self.text.len()));
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in self.each_line() {
            lines.push(text.len());
            let kept = line.trim_end().strip_suffix('=').unwrap_or(line);
            for (at, part) in kept.split("=3D").enumerate() {
                text.push_str(if at > 0 { "=" } else { "" });
                text.push_str(part);
            }
        }
        Some(Self { text, lines })
    }

    fn each_line(&self) -> impl Iterator<Item = &str> {
        let ends = self.lines.iter().skip(1).copied().chain([self.text.len()]);
        let pairs = self.lines.iter().copied().zip(ends);
        pairs.map(|(begin, end)| self.text.get(begin..end).unwrap_or_default())
    }

    /// The same with its lines put together, each without the white space around it: what a terminal, a mail or a file has wrapped
    /// is whole in it.
    pub(super) fn joined(&self) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(self.text.len()));
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in self.each_line() {
            lines.push(text.len());
            text.push_str(line.trim().trim_end_matches('\\').trim_end());
        }
        Self { text, lines }
    }
}

struct Cleaner {
    out: Zeroizing<String>,
    lines: Vec<usize>,
}

impl Cleaner {
    /// Takes what is next off a text, and gives the rest.
    fn step<'a>(&mut self, rest: &'a str) -> &'a str {
        let plain = rest.bytes().position(|byte| {
            matches!(byte, b'\n' | b'\r' | b'\x1b' | b'%' | b'\\' | b'&') || !byte.is_ascii()
        });
        let (plain, rest) = rest.split_at(plain.unwrap_or(rest.len()));
        self.out.push_str(plain);
        let Some(special) = rest.chars().next() else {
            return rest;
        };
        let after = rest.get(special.len_utf8()..).unwrap_or_default();
        match special {
            '\n' => {
                self.out.push('\n');
                self.lines.push(self.out.len());
                after
            }
            '\r' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => after,
            '\x1b' => without_sequence(after),
            '%' => self.hex(after, 2).unwrap_or_else(|| self.keep('%', after)),
            '&' => self.entity(rest).unwrap_or_else(|| self.keep('&', after)),
            '\\' => self.escape(rest),
            '\u{a0}' | '\u{2028}' | '\u{2029}' => self.keep(' ', after),
            '\u{2026}' | '\u{2022}' | '\u{25cf}' => self.keep('*', after),
            other => self.keep(other, after),
        }
    }

    fn keep<'a>(&mut self, character: char, after: &'a str) -> &'a str {
        self.out.push(character);
        after
    }

    /// So many hexadecimal digits that name a printable ASCII character.
    fn hex<'a>(&mut self, digits: &'a str, count: usize) -> Option<&'a str> {
        let (named, after) = digits.split_at_checked(count)?;
        if !named.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(named, 16).ok()?;
        let character = char::from_u32(code).filter(|it| (' '..='~').contains(it) || *it == '\n')?;
        Some(self.keep(character, after))
    }

    fn entity<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let (written, meant) = ENTITIES.iter().find(|(written, _)| rest.starts_with(written))?;
        Some(self.keep(*meant, rest.strip_prefix(written)?))
    }

    /// After backslashes, however many: each level of quoting doubles them.
    fn escape<'a>(&mut self, rest: &'a str) -> &'a str {
        let after = rest.trim_start_matches('\\');
        let Some(next) = after.chars().next() else {
            return self.keep('\\', after);
        };
        let behind = after.get(next.len_utf8()..).unwrap_or_default();
        let meant = match next {
            'u' => self.hex(behind, 4),
            'x' => self.hex(behind, 2),
            'n' | 'r' | 't' => Some(self.keep(' ', behind)),
            other if ESCAPED.contains(other) => Some(self.keep(other, behind)),
            _ => None,
        };
        meant.unwrap_or_else(|| self.keep('\\', after))
    }
}

/// What follows a terminal's sequence, whose ESC is taken off already.
fn without_sequence(after: &str) -> &str {
    if let Some(rest) = after.strip_prefix('[') {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || ";:?<=> ".contains(c));
        // One that was cut off takes nothing along, least of all the end of its line (ECMA-48 5.4: the final byte).
        let is_final = |c: char| ('\x40'..='\x7e').contains(&c);
        return rest.strip_prefix(is_final).unwrap_or(rest);
    }
    let Some(rest) = after.strip_prefix(']') else {
        return after;
    };
    // A title or a link ends with BEL or ESC \, within a line.
    let end = rest.find(['\x07', '\x1b', '\n']).unwrap_or(rest.len());
    let rest = rest.get(end..).unwrap_or_default();
    rest.strip_prefix('\x07')
        .or_else(|| rest.strip_prefix("\x1b\\"))
        .unwrap_or(rest)
}

/// UTF-16 by its mark, or by the zeros that ASCII has in it; UTF-8 else.
fn decode(bytes: &[u8]) -> Zeroizing<String> {
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        [_, 0, _, 0, ..] => Some((bytes, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0, _, 0, _, ..] => Some((bytes, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(2)));
    match wide {
        Some((bytes, read)) => {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| read(*pair));
            text.extend(char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        None => {
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    text.push('?');
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        Cleaned::of(text.as_bytes()).text().to_owned()
    }

    #[test]
    fn what_was_put_around_characters_is_taken_off() {
        for (given, meant) in [
            ("a%7Cb", "a|b"),
            ("100% sure", "100% sure"),
            ("a\\u007cb", "a|b"),
            ("a\\\\u007Cb", "a|b"),
            ("a\\/b\\\\/c", "a/b/c"),
            ("a\\|b", "a|b"),
            ("x\\ny", "x y"),
            ("a&#124;b &amp; c&unknown;", "a|b & c&unknown;"),
            (
                "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\",
                "red link",
            ),
            ("a\u{200b}b\u{feff}c\r\n", "abc\n"),
            ("C:\\dir\\", "C:\\dir\\"),
            ("%", "%"),
            ("%7", "%7"),
            ("\x1b", ""),
            ("\x1b[", ""),
            ("a\x1b[\nb", "a\nb"),
        ] {
            assert_eq!(cleaned(given), meant, "{given:?}");
        }
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        let little: Vec<u8> = "ab\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "ab\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            &little,
            &big,
            &[&[0xff, 0xfe][..], &little].concat(),
            &[&[0xfe, 0xff][..], &big].concat(),
        ] {
            assert_eq!(Cleaned::of(bytes).text(), "ab\n");
        }
        assert_eq!(Cleaned::of(b"a\xffb").text(), "a?b");
    }

    #[test]
    fn lines_are_those_of_the_source() {
        let text = Cleaned::of(b"one\\nstill one\ntwo\n\nfour");
        let line = |what: &str| text.line(text.text().find(what).unwrap());
        assert_eq!((line("still"), line("two"), line("four")), (1, 2, 4));
        let joined = text.joined();
        assert_eq!(joined.text(), "one still onetwofour");
        assert_eq!(joined.line(joined.text().find("four").unwrap()), 4);
    }
}
