//! What a tool prints, without the values that it was given, and without what moves a terminal.

use data_encoding::{BASE64, BASE64URL};
use model::Parcel;
use zeroize::Zeroizing;

/// Stands for a value.
const HIDDEN: &str = "•••";
/// Shorter parts of a value may be words.
const SHORTEST: usize = 12;
/// The longest line that is shown, in characters.
const LONGEST_LINE: usize = 300;

/// The spellings of what is not to be seen.
pub(crate) struct Mask(Vec<Zeroizing<String>>);

impl Mask {
    /// Where nothing is given to the tool.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn of(parcel: &Parcel) -> Self {
        let mut spellings = Vec::new();
        for variable in &parcel.variables {
            // Exposed to be found in what a tool prints, and taken out of it.
            let value = variable.value.expose();
            let parts = value.split(['|', '=']).filter(|part| part.len() >= SHORTEST);
            for text in std::iter::once(value).chain(parts) {
                let as_text = |text: String| Zeroizing::new(text);
                spellings.push(as_text(text.to_owned()));
                spellings.push(as_text(BASE64.encode(text.as_bytes())));
                spellings.push(as_text(BASE64URL.encode(text.as_bytes())));
                spellings.extend(within_base64(text).map(as_text));
                spellings.push(as_text(
                    text.replace('|', "%7C").replace('+', "%2B").replace('/', "%2F"),
                ));
            }
        }
        spellings.retain(|it| !it.is_empty());
        // A whole value before its parts.
        spellings.sort_by_key(|it| std::cmp::Reverse(it.len()));
        Self(spellings)
    }

    /// The lines of what was printed that say something.
    pub(crate) fn lines(&self, printed: &[u8]) -> Vec<String> {
        let text = Zeroizing::new(String::from_utf8_lossy(printed).into_owned());
        let mut text = Zeroizing::new(without_sequences(&text));
        for spelling in &self.0 {
            if text.contains(spelling.as_str()) {
                text = Zeroizing::new(text.replace(spelling.as_str(), HIDDEN));
            }
        }
        let shown = |line: &str| -> String {
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            words.chars().take(LONGEST_LINE).collect()
        };
        text.lines().map(shown).filter(|line| !line.is_empty()).collect()
    }
}

/// The letters that are a text's alone where something around it is in base64 as a whole: there are three, by where it begins.
fn within_base64(text: &str) -> impl Iterator<Item = String> {
    (0..3usize).map(|shift| {
        let mut bytes = Zeroizing::new(vec![0; shift]);
        bytes.extend_from_slice(text.as_bytes());
        let encoded = Zeroizing::new(BASE64.encode(&bytes));
        // Six bits a letter: those that it shares with what is before and after it are left.
        let (first, last) = ((shift * 8).div_ceil(6), bytes.len() * 8 / 6);
        encoded.get(first..last).unwrap_or_default().to_owned()
    })
}

/// Without the sequences of a terminal and other characters that are not seen.
fn without_sequences(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                // Up to its last letter.
                while rest.next().is_some_and(|c| !('@'..='~').contains(&c)) {}
            }
            '\n' => plain.push(c),
            '\r' | '\t' => plain.push(' '),
            c if c.is_control() || is_turning(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Characters that turn the direction of text or take no room.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::formats::Subject;
    use protocol::secret::SecretText;
    use protocol::variable::Variable;

    #[test]
    fn values_are_not_seen_in_any_usual_spelling() {
        let value = "019c2d7e|9xQm3vT7sVb2Lr8KpWz4YdFh";
        let mask = Mask::of(&Parcel {
            subject: Subject {
                environment: "production".to_owned(),
                is_known: false,
            },
            variables: vec![Variable {
                name: "N".to_owned(),
                value: SecretText::new(value.to_owned()),
            }],
        });
        let printed = format!(
            "\u{1b}[31merror\u{1b}[0m: {value}\r\n\tand {} or 019c2d7e%7C9xQm3vT7sVb2Lr8KpWz4YdFh\nof {}\n\n",
            BASE64.encode(value.as_bytes()),
            &value[9..]
        );
        let lines = mask.lines(printed.as_bytes());
        assert_eq!(lines, ["error: •••", "and ••• or •••", "of •••"]);
    }

    #[test]
    fn lines_are_cut_and_odd_bytes_are_no_reason_to_stop() {
        let mask = Mask::none();
        let lines = mask.lines(&[b'x'; 1000]);
        assert_eq!(lines[0].len(), LONGEST_LINE);
        assert_eq!(mask.lines(b"a\xffb\x07\xe2\x80\xae"), ["a\u{fffd}b"]);
        assert!(mask.lines(b"\x1b[").is_empty());
    }
}
