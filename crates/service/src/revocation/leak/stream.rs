//! A text of any length, looked through piece by piece: as much of it as a piece is in memory, whatever its length.

use zeroize::Zeroizing;

use super::cleaned::Cleaned;
use super::{Candidate, DEPTH, Leak, Reader, Secret, Source, is_same};
use model::LeakError;

/// So much is looked through at a time, in bytes.
const PIECE: usize = 4 * 1024 * 1024;
/// So much of it is looked through again with the next piece, so that nothing is cut between two.
const OVERLAP: usize = 128 * 1024;
/// By so many bytes it is seen how a text is encoded.
const ENOUGH: usize = 4;

type ReadUnit = fn([u8; 2]) -> u16;

/// How the bytes of a text are to be read.
enum Encoding {
    /// Not known before there are enough of them.
    Unknown,
    /// UTF-8, or what is none.
    Bytes,
    Utf16(ReadUnit),
}

/// How a text is cut into pieces, in bytes.
#[derive(Clone, Copy)]
struct Cut {
    piece: usize,
    overlap: usize,
}

/// A text that comes in parts.
pub struct LeakStream {
    cut: Cut,
    source: Option<Source>,
    encoding: Encoding,
    /// What came and is not read yet: less than a character, or than it takes to see the encoding.
    unread: Zeroizing<Vec<u8>>,
    /// What was read and is to be looked through.
    piece: Zeroizing<Vec<u8>>,
    /// The line on which the piece begins.
    line: usize,
    /// Whether it is a later piece than the first.
    goes_on: bool,
    is_blank: bool,
    /// Whether one word without a name may be a part of a token.
    may_be_alone: bool,
    found: Option<Leak>,
    last_of_found: usize,
}

impl LeakStream {
    /// Of a text that has no name.
    pub fn new() -> Self {
        Self {
            cut: Cut {
                piece: PIECE,
                overlap: OVERLAP,
            },
            source: None,
            encoding: Encoding::Unknown,
            unread: Zeroizing::new(Vec::new()),
            piece: Zeroizing::new(Vec::new()),
            line: 1,
            goes_on: false,
            is_blank: true,
            may_be_alone: true,
            found: None,
            last_of_found: 0,
        }
    }

    /// Of what has a name, of which the text is the part from a line on. It may hold anything, so that a word is only taken for
    /// a part of a token where it says so.
    pub fn within(source: Source, first_line: usize) -> Self {
        Self {
            source: Some(source),
            line: first_line,
            may_be_alone: false,
            ..Self::new()
        }
    }

    /// The same of a text that may be a secret without its name, and nothing else.
    #[must_use]
    pub fn or_alone(self) -> Self {
        Self {
            may_be_alone: true,
            ..self
        }
    }

    /// Looked through in pieces of so many bytes, of which so many are looked through again with the next one.
    #[doc(hidden)]
    #[must_use]
    pub fn in_pieces(self, piece: usize, overlap: usize) -> Self {
        Self {
            cut: Cut { piece, overlap },
            ..self
        }
    }

    /// Takes what comes next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        if matches!(self.encoding, Encoding::Unknown) && self.unread.len() < ENOUGH {
            return;
        }
        self.decode();
        while self.piece.len() >= self.cut.piece {
            self.look(false);
        }
    }

    /// Looks through what is left.
    ///
    /// # Errors
    /// [`LeakError`]: nothing in it can be a secret.
    pub fn finish(mut self) -> Result<Leak, LeakError> {
        self.decode();
        self.look(true);
        match self.found {
            Some(leak) => Ok(leak),
            None if self.is_blank => Err(LeakError::Empty),
            None => Err(LeakError::Neither),
        }
    }

    /// Reads what came, as far as it makes whole characters.
    fn decode(&mut self) {
        if let Encoding::Unknown = self.encoding {
            self.encoding = match self.unread.as_slice() {
                [0xff, 0xfe, ..] => Encoding::Utf16(u16::from_le_bytes),
                [0xfe, 0xff, ..] => Encoding::Utf16(u16::from_be_bytes),
                [_, 0, _, 0, ..] => Encoding::Utf16(u16::from_le_bytes),
                [0, _, 0, _, ..] => Encoding::Utf16(u16::from_be_bytes),
                _ => Encoding::Bytes,
            };
        }
        let Encoding::Utf16(read) = self.encoding else {
            self.piece.append(&mut self.unread);
            return;
        };
        let (pairs, _) = self.unread.as_chunks::<2>();
        let units = pairs.iter().map(|pair| read(*pair));
        let mut buffer = [0; 4];
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.piece
                .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        let taken = 2 * pairs.len();
        self.unread.drain(..taken);
    }

    /// Looks through the piece, and keeps its end for the next one.
    fn look(&mut self, is_last: bool) {
        let text = Cleaned::of(&self.piece);
        self.is_blank &= text.text().trim().is_empty();
        let mut reader = Reader {
            goes_on: self.goes_on,
            ..Reader::default()
        };
        reader.look(&text, None, DEPTH);
        if self.may_be_alone && is_last && !self.goes_on && reader.found.is_empty() {
            reader.alone(text.text().trim());
        }
        drop(text);
        let (kept, newlines) = if is_last {
            (self.piece.len(), usize::MAX)
        } else {
            self.where_to_cut()
        };
        // What stands in what is kept is found again, as a whole.
        reader.found.retain(|it| newlines == 0 || it.line <= newlines);
        if let Ok(leak) = reader.done() {
            self.add(leak);
        }
        self.piece.drain(..kept);
        self.line = self.line.saturating_add(newlines);
        self.goes_on = true;
    }

    /// Where the next piece begins, with a line where there is one, and how many lines end before it.
    fn where_to_cut(&self) -> (usize, usize) {
        let begin = self.piece.len().saturating_sub(self.cut.overlap);
        let rest = self.piece.get(begin..).unwrap_or_default();
        let next_line = rest.iter().position(|byte| *byte == b'\n');
        let cut = next_line.map_or(begin, |at| begin + at + 1);
        let before = self.piece.get(..cut).unwrap_or_default();
        (cut, before.iter().filter(|byte| **byte == b'\n').count())
    }

    fn add(&mut self, leak: Leak) {
        let source = self.source.as_ref();
        let mut leak = leak.moved(source, self.line);
        if let Some(known) = &mut self.found {
            // Only a line that is longer than a piece is looked through twice.
            let last = known.candidates.get(self.last_of_found..).unwrap_or_default();
            leak.candidates
                .retain(|it| !last.iter().any(|known| is_again(known, it)));
            leak.chances = leak.candidates.iter().filter(|it| it.is_chance()).count();
            known
                .candidates
                .retain(|known| !leak.candidates.iter().any(|it| is_part_of(known, it)));
        }
        self.last_of_found = self.found.as_ref().map_or(0, |it| it.candidates.len());
        self.found = Some(match self.found.take() {
            Some(known) => known.and(leak),
            None => leak,
        });
    }
}

impl Default for LeakStream {
    fn default() -> Self {
        Self::new()
    }
}

fn is_again(known: &Candidate, it: &Candidate) -> bool {
    known.line == it.line && is_same(&known.secret, &it.secret)
}

/// Whether a part that was seen on a line is the beginning of what was seen there as a whole.
fn is_part_of(known: &Candidate, it: &Candidate) -> bool {
    // Exposed to be compared.
    match (&known.secret, &it.secret) {
        (Secret::TokenPart(part), Secret::Token { token, .. }) if known.line == it.line => {
            token.expose().starts_with(part.expose())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Leaked;

    const TOKEN: &str =
        "0199c0de-1111-7222-8333-444455556666|ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv";

    /// Short pieces, so that there are many.
    const SHORT: Cut = Cut {
        piece: 16 * 1024,
        overlap: 4 * 1024,
    };

    /// What is found where, however the text comes.
    fn found(text: &[u8], part: usize) -> Vec<(usize, Leaked)> {
        let source = Source {
            commit: None,
            file: "log".to_owned(),
        };
        let mut stream = LeakStream::within(source, 1).in_pieces(SHORT.piece, SHORT.overlap);
        for part in text.chunks(part) {
            stream.push(part);
        }
        let leak = stream.finish().unwrap();
        assert!(
            leak.candidates
                .iter()
                .all(|it| it.source.as_ref().unwrap().file == "log")
        );
        leak.candidates.iter().map(|it| (it.line, it.what())).collect()
    }

    #[test]
    fn what_stands_between_two_pieces_is_whole() {
        let line = "x".repeat(99) + "\n";
        let before = line.repeat((SHORT.piece - SHORT.overlap) / 100 - 1);
        let lines = before.lines().count();
        for shift in [
            0,
            40,
            90,
            SHORT.overlap - 150,
            SHORT.overlap - 99,
            SHORT.overlap - 50,
            SHORT.overlap,
            SHORT.overlap + 50,
        ] {
            let between = "y".repeat(shift / 100 * 100 + 7) + "\n" + &"z".repeat(shift % 100) + " ";
            let text = format!("{before}{between}GHOSTABLE_CI_TOKEN={TOKEN}\n{line}");
            assert_eq!(
                found(text.as_bytes(), 1000),
                [(lines + 2, Leaked::CiToken)],
                "{shift}"
            );
        }
    }

    #[test]
    fn a_line_may_be_longer_than_a_piece() {
        for shift in [0, 1, 30, 60, SHORT.overlap] {
            let text = "x".repeat(SHORT.piece - 60 + shift) + " GHOSTABLE_CI_TOKEN=" + TOKEN + " end";
            assert_eq!(found(text.as_bytes(), 5000), [(1, Leaked::CiToken)], "{shift}");
        }
    }

    #[test]
    fn base64_may_be_longer_than_a_piece() {
        use data_encoding::BASE64;
        for shift in 0..4 {
            let inner = "k=v\n".repeat(SHORT.piece / 4 + shift * 31) + "T=" + TOKEN + "\n";
            let text = "y".repeat(shift) + ": " + &BASE64.encode(inner.as_bytes());
            assert_eq!(found(text.as_bytes(), 5000), [(1, Leaked::CiToken)], "{shift}");
        }
    }

    #[test]
    fn utf_16_may_come_in_any_parts() {
        let text = format!("\u{feff}one\nGHOSTABLE_CI_TOKEN={TOKEN}\n");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for part in [1, 3, 7, 1000] {
            assert_eq!(found(&wide, part), [(2, Leaked::CiToken)], "{part}");
        }
    }

    #[test]
    fn no_number_of_chances_hides_a_token() {
        let chance = |n: usize| format!("h1:{n:0>43}=\n");
        let mut text: String = (0..15_000).map(chance).collect();
        text.push_str(TOKEN);
        let mut stream = LeakStream::new();
        stream.push(text.as_bytes());
        let leak = stream.finish().unwrap();
        assert!(leak.is_cut_short());
        assert_eq!(leak.candidates.last().map(Candidate::what), Some(Leaked::CiToken));
    }

    #[test]
    fn one_token_a_hundred_thousand_times_hides_no_other() {
        let mut text = format!("t={TOKEN}\n").repeat(3_000);
        text.push_str(&TOKEN.replace("ABC", "CBA"));
        let found = found(text.as_bytes(), 5000);
        assert_eq!(found.last(), Some(&(3_001, Leaked::CiToken)));
    }
}
