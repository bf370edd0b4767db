//! What leaked: everything in a text that is, or may be, a secret of a deploy token.
//!
//! A text is read as people meet it: logs with colours, JSON in JSON, addresses, manifests with base64, wrapped lines, UTF-16.
//! What is whole is found by its shape and not by its name, so that a name that is spelled otherwise hides nothing. What is cut
//! or masked is told as that: nothing can be said about it, above all not that it is refused.

mod cleaned;
mod shapes;
mod stream;

use std::collections::HashMap;

use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

use cleaned::Cleaned;
use model::{CI_TOKEN_VARIABLE, LeakError, Leaked, SEED_VARIABLE};
use protocol::PublicKey;
use protocol::crypto;
use protocol::secret::{CiToken, DeploySeed, SecretText};
use shapes::{END_LENGTH, Named};
pub use stream::LeakStream;

/// The longest text that is looked through, in bytes.
pub const LONGEST_LEAK: usize = 50 * 1024 * 1024;
/// How deep base64 in base64 is looked into.
const DEPTH: usize = 3;
/// The most of one kind that is kept of a text; where there is more, that is said.
const MOST: usize = 10_000;
/// The most places of one secret that are kept of a piece of a text: so that one in each line of a log hides no other.
const MOST_PLACES: usize = 100;
/// The longest word that may be a secret by itself.
const LONGEST_WORD: usize = 512;

/// What a text was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The commit that added it, where it is of a history.
    pub commit: Option<String>,
    /// The file.
    pub file: String,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.commit {
            Some(commit) => write!(f, "{commit}:{}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Something that may be a secret.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What it was read from, if that has a name.
    pub source: Option<Source>,
    /// The line on which it begins, from one on.
    pub line: usize,
    secret: Secret,
}

#[derive(Clone, Debug)]
enum Secret {
    /// All of it; where it was put together of several lines it may be something else.
    Token {
        token: CiToken,
        is_wrapped: bool,
    },
    /// A part, with its end perhaps.
    TokenPart(CiToken),
    TokenMasked,
    Seed {
        seed: DeploySeed,
        is_named: bool,
    },
    SeedPart,
    SeedMasked,
}

impl Candidate {
    /// What it is.
    pub fn what(&self) -> Leaked {
        match &self.secret {
            Secret::Token {
                is_wrapped: false, ..
            } => Leaked::CiToken,
            Secret::Token { is_wrapped: true, .. } => Leaked::WrappedCiToken,
            Secret::TokenPart(_) => Leaked::CutCiToken,
            Secret::TokenMasked => Leaked::MaskedCiToken,
            Secret::Seed { .. } => Leaked::Seed,
            Secret::SeedPart => Leaked::CutSeed,
            Secret::SeedMasked => Leaked::MaskedSeed,
        }
    }

    /// The CI token, where all of it is there.
    pub fn ci_token(&self) -> Option<&CiToken> {
        match &self.secret {
            Secret::Token { token, .. } => Some(token),
            _ => None,
        }
    }

    /// The CI token, where it stands there as a whole: only such a one may be shown to a server.
    pub(super) fn askable(&self) -> Option<&CiToken> {
        match &self.secret {
            Secret::Token {
                token,
                is_wrapped: false,
            } => Some(token),
            _ => None,
        }
    }

    /// The public half of the seed, by which the server knows its token.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        match &self.secret {
            Secret::Seed { seed, .. } => Some(crypto::derive_public_key(seed)),
            _ => None,
        }
    }

    /// Whether the CI token, or what is there of it, ends in these characters.
    pub(super) fn ends_in(&self, suffix: &str) -> bool {
        let (Secret::Token { token, .. } | Secret::TokenPart(token)) = &self.secret else {
            return false;
        };
        // Exposed to compare its end with what the server shows of it.
        suffix.len() >= END_LENGTH && token.expose().trim_end_matches('=').ends_with(suffix)
    }

    /// Whether it is only worth a word when it fits a token: 43 digits of base64 are many things.
    pub(super) fn is_chance(&self) -> bool {
        matches!(&self.secret, Secret::Seed { is_named: false, .. })
    }
}

/// Everything in a text that is, or may be, a secret of a deploy token, in the order of its lines.
#[derive(Debug)]
pub struct Leak {
    candidates: Vec<Candidate>,
    /// How many of them are chances: they are many in some texts, and take no room from others.
    chances: usize,
    is_cut_short: bool,
}

impl Leak {
    /// Reads a text of any kind. Takes time in proportion to its length.
    ///
    /// # Errors
    /// [`LeakError`]: nothing in it can be a secret, or it is longer than [`LONGEST_LEAK`].
    pub fn read(bytes: &[u8]) -> Result<Self, LeakError> {
        if bytes.len() > LONGEST_LEAK {
            return Err(LeakError::TooLong);
        }
        let text = Cleaned::of(bytes);
        if text.text().trim().is_empty() {
            return Err(LeakError::Empty);
        }
        let mut reader = Reader::default();
        reader.look(&text, None, DEPTH);
        if reader.found.is_empty() {
            reader.alone(text.text().trim());
        }
        reader.done()
    }

    /// The same of a text that is a secret already.
    ///
    /// # Errors
    /// As [`Leak::read`].
    pub fn read_text(text: &SecretText) -> Result<Self, LeakError> {
        // Exposed to be searched; what is found goes into secret types, and nothing else of it is kept.
        Self::read(text.expose().as_bytes())
    }

    /// The same as a part of something that may have a name, from a line of it on.
    fn moved(mut self, source: Option<&Source>, first_line: usize) -> Self {
        for it in &mut self.candidates {
            it.source = source.cloned();
            it.line = it.line.saturating_add(first_line).saturating_sub(1);
        }
        self
    }

    /// Both. A secret that is in both stands in two places.
    pub fn and(mut self, other: Self) -> Self {
        self.is_cut_short |= other.is_cut_short;
        for it in other.candidates {
            let is_chance = it.is_chance();
            let known = if is_chance {
                self.chances
            } else {
                self.candidates.len() - self.chances
            };
            if known >= MOST {
                self.is_cut_short = true;
                continue;
            }
            self.chances += usize::from(is_chance);
            self.candidates.push(it);
        }
        self
    }

    /// Whether there was more in the text than is kept.
    pub fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// What was found.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }
}

#[derive(Default)]
struct Reader {
    found: Vec<Candidate>,
    is_cut_short: bool,
    /// Whether the text is the rest of one, so that it may begin within base64.
    goes_on: bool,
}

impl Reader {
    /// Looks through a text; what is found inside base64 stands where that does.
    fn look(&mut self, text: &Cleaned, line: Option<usize>, depth: usize) {
        let joined = text.joined();
        self.whole(text, line, false);
        self.whole(&joined, line, true);
        if let Some(unquoted) = text.unquoted() {
            self.whole(&unquoted, line, true);
        }
        self.named(text, line);
        if depth == 0 {
            return;
        }
        let is_first = |at: usize| text.text().get(..at).is_some_and(|it| it.trim().is_empty());
        for (at, run) in shapes::digits(text.text()).filter(|(_, run)| shapes::may_be_blob(run)) {
            self.begins_within(run, line.unwrap_or_else(|| text.line(at)), depth, is_first(at));
        }
        for (at, blob) in shapes::wrapped_blobs(text.text()) {
            self.begins_within(&blob, line.unwrap_or_else(|| text.line(at)), depth, is_first(at));
        }
    }

    /// What base64 digits stand for; of those with which the rest of a text begins it is not known how many belong together.
    fn begins_within(&mut self, run: &str, line: usize, depth: usize, is_first: bool) {
        let skipped = if is_first && self.goes_on { 4 } else { 1 };
        for skip in 0..skipped {
            if let Some(run) = run.get(skip..) {
                self.inside(run, line, depth);
            }
        }
    }

    fn whole(&mut self, text: &Cleaned, line: Option<usize>, is_wrapped: bool) {
        let at = |place| line.unwrap_or_else(|| text.line(place));
        let mut seen = Seen::default();
        for shape in shapes::tokens(text.text()).filter(shapes::TokenShape::is_full) {
            if seen.often_enough(shape.text) {
                continue;
            }
            let token = CiToken::new(shape.text.to_owned());
            let is_wrapped = is_wrapped || !shape.is_whole;
            self.keep(at(shape.at), Secret::Token { token, is_wrapped });
        }
        let runs = shapes::digits(text.text());
        let seeds = runs.filter_map(|(place, run)| Some((place, shapes::seed_in(run)?)));
        for (place, run) in seeds {
            if seen.often_enough(run) {
                continue;
            }
            let is_named = shapes::is_named_seed(text.text(), place);
            // Many things are as long as a seed.
            if !is_named && seen.texts() > MOST {
                self.is_cut_short = true;
                continue;
            }
            if let Ok(seed) = crypto::parse_seed(run) {
                self.keep(at(place), Secret::Seed { seed, is_named });
            }
        }
    }

    /// Looks at what stands behind the names, unless it was found as a whole.
    fn named(&mut self, text: &Cleaned, line: Option<usize>) {
        let at = |place| line.unwrap_or_else(|| text.line(place));
        let mut seen = Seen::default();
        for shape in shapes::tokens(text.text()).filter(|it| !it.is_full()) {
            self.part(&mut seen, at(shape.at), shape.text);
        }
        for (place, behind) in shapes::named(text.text(), CI_TOKEN_VARIABLE) {
            match behind {
                Named::Masked => self.keep(at(place), Secret::TokenMasked),
                Named::Part(part) if shapes::tokens(part).next().is_some() => {}
                Named::Part(part) => self.part(&mut seen, at(place), part),
            }
        }
        for (place, behind) in shapes::named(text.text(), SEED_VARIABLE) {
            match behind {
                Named::Masked => self.keep(at(place), Secret::SeedMasked),
                Named::Part(part) if crypto::parse_seed(part).is_ok() => {}
                Named::Part(_) => self.keep(at(place), Secret::SeedPart),
            }
        }
    }

    /// A part of a token; none, where a whole one that begins with it was put together of several lines.
    fn part<'a>(&mut self, seen: &mut Seen<'a>, line: usize, part: &'a str) {
        if seen.often_enough(part) {
            return;
        }
        // Each is compared with what is there.
        if seen.texts() > MOST {
            self.is_cut_short = true;
            return;
        }
        let begins = |known: &Candidate| match &known.secret {
            // Exposed to be compared with what is there of it.
            Secret::Token { token, .. } => token.expose().starts_with(part),
            _ => false,
        };
        if !self.found.iter().any(begins) {
            self.keep(line, Secret::TokenPart(CiToken::new(part.to_owned())));
        }
    }

    /// Reads what base64 digits stand for, if that is a text.
    fn inside(&mut self, run: &str, line: usize, depth: usize) {
        // One digit alone says nothing: it belongs to what follows.
        let usable = run.len() - usize::from(run.len() % 4 == 1);
        let mut digits = Zeroizing::new(String::with_capacity(usable));
        digits.extend(run.chars().take(usable).map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        }));
        let Ok(length) = BASE64_NOPAD.decode_len(digits.len()) else {
            return;
        };
        let mut bytes = Zeroizing::new(vec![0; length]);
        // The last digit may have bits that stand for nothing.
        let decoded = BASE64_NOPAD.decode_mut(digits.as_bytes(), &mut bytes).is_ok();
        let printable = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let readable = bytes.iter().filter(printable).count();
        if decoded && readable * 10 >= bytes.len() * 9 {
            self.look(&Cleaned::of(&bytes), Some(line), depth.saturating_sub(1));
        }
    }

    /// A text of one word without a name.
    fn alone(&mut self, word: &str) {
        let word = word.trim_matches(|c: char| "\"'`,;".contains(c));
        if let Ok(seed) = crypto::parse_seed(word) {
            self.keep(1, Secret::Seed { seed, is_named: true });
        } else if (END_LENGTH..=LONGEST_WORD).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_graphic())
            && word.bytes().any(|byte| byte.is_ascii_digit())
        {
            self.keep(1, Secret::TokenPart(CiToken::new(word.to_owned())));
        }
    }

    fn keep(&mut self, line: usize, secret: Secret) {
        if self.found.len() >= 4 * MOST {
            self.once_each();
            self.bound();
        }
        self.found.push(Candidate {
            source: None,
            line,
            secret,
        });
    }

    /// Each once on its line, as whole as it was seen there.
    fn once_each(&mut self) {
        self.found.sort_by(|a, b| order(a).cmp(&order(b)));
        self.found
            .dedup_by(|later, first| later.line == first.line && is_same(&later.secret, &first.secret));
        let mut places = 0;
        let mut kept: Vec<Candidate> = Vec::with_capacity(self.found.len());
        for it in self.found.drain(..) {
            let is_known = kept
                .last()
                .is_some_and(|known| is_same(&known.secret, &it.secret));
            places = if is_known { places + 1 } else { 1 };
            if places <= MOST_PLACES {
                kept.push(it);
            }
        }
        kept.sort_by_key(|it| it.line);
        self.found = kept;
    }

    /// Keeps so many chances and so many others as are kept of a text, and gives the number of chances.
    fn bound(&mut self) -> usize {
        let (mut chances, mut others) = (0, 0);
        let before = self.found.len();
        self.found.retain(|it| {
            let count = if it.is_chance() { &mut chances } else { &mut others };
            *count += 1;
            *count <= MOST
        });
        self.is_cut_short |= self.found.len() < before;
        chances.min(MOST)
    }

    fn done(mut self) -> Result<Leak, LeakError> {
        self.once_each();
        if self.found.is_empty() {
            return Err(LeakError::Neither);
        }
        let chances = self.bound();
        Ok(Leak {
            candidates: self.found,
            chances,
            is_cut_short: self.is_cut_short,
        })
    }
}

/// How often each text was seen, so that one that stands everywhere is not kept everywhere.
#[derive(Default)]
struct Seen<'a>(HashMap<&'a str, usize>);

impl<'a> Seen<'a> {
    fn often_enough(&mut self, text: &'a str) -> bool {
        let times = self.0.entry(text).or_default();
        *times += 1;
        *times > MOST_PLACES
    }

    /// How many texts there are.
    fn texts(&self) -> usize {
        self.0.len()
    }
}

/// Equal ones beside each other, the surest first.
fn order(it: &Candidate) -> (u8, &[u8], usize, bool) {
    // Exposed to be put in order.
    let (kind, secret, is_less_sure): (u8, &[u8], bool) = match &it.secret {
        Secret::Token { token, is_wrapped } => (0, token.expose().as_bytes(), *is_wrapped),
        Secret::TokenPart(part) => (1, part.expose().as_bytes(), false),
        Secret::TokenMasked => (2, &[], false),
        Secret::Seed { seed, is_named } => (3, seed.expose(), !*is_named),
        Secret::SeedPart => (4, &[], false),
        Secret::SeedMasked => (5, &[], false),
    };
    (kind, secret, it.line, is_less_sure)
}

fn is_same(a: &Secret, b: &Secret) -> bool {
    // Exposed to be told from another one.
    match (a, b) {
        (Secret::Token { token: a, .. }, Secret::Token { token: b, .. })
        | (Secret::TokenPart(a), Secret::TokenPart(b)) => a.expose() == b.expose(),
        (Secret::Seed { seed: a, .. }, Secret::Seed { seed: b, .. }) => a.expose() == b.expose(),
        (Secret::TokenMasked, Secret::TokenMasked)
        | (Secret::SeedPart, Secret::SeedPart)
        | (Secret::SeedMasked, Secret::SeedMasked) => true,
        _ => false,
    }
}
