//! What leaked: a block of environment variables as it stands in a log, a file or a paste.

use zeroize::Zeroizing;

use model::{CI_TOKEN_VARIABLE, LeakError, SEED_VARIABLE, formats};
use protocol::PublicKey;
use protocol::crypto;
use protocol::secret::{CiToken, DeploySeed, SecretText};
use protocol::variable::Variable;

/// The longest text that is looked through.
const LONGEST: usize = 1024 * 1024;

/// One or both secrets of a token.
#[derive(Debug)]
pub struct Leak {
    /// `GHOSTABLE_CI_TOKEN`, if it was there.
    pub ci_token: Option<CiToken>,
    /// `GHOSTABLE_DEPLOY_SEED`, if it was there.
    pub seed: Option<DeploySeed>,
}

impl Leak {
    /// Finds the variables in a text: `NAME=value` or `NAME: value`, after `export` or `-e`, quoted or not, in JSON or on
    /// lines among others. A text of one word is taken for the seed if it can be one, else for the CI token.
    ///
    /// # Errors
    /// [`LeakError`].
    pub fn read(text: &SecretText) -> Result<Self, LeakError> {
        // Exposed to be searched; what is found goes into secret types, and nothing else of it is kept.
        let pasted = text.expose();
        if pasted.len() > LONGEST {
            return Err(LeakError::TooLong);
        }
        if text.is_blank() {
            return Err(LeakError::Empty);
        }
        let written = formats::read(text).unwrap_or_default();
        let named_token = named(&written, pasted, CI_TOKEN_VARIABLE);
        let named_seed = named(&written, pasted, SEED_VARIABLE);
        if named_token.is_none() && named_seed.is_none() {
            return Self::alone(pasted.trim());
        }
        let ci_token = named_token.map(|value| CiToken::new(value.to_owned()));
        let seed = named_seed.map(crypto::parse_seed).transpose();
        match (ci_token, seed) {
            (None, Err(error)) => Err(LeakError::Seed(error)),
            (ci_token, seed) => Ok(Self {
                ci_token,
                seed: seed.unwrap_or_default(),
            }),
        }
    }

    fn alone(word: &str) -> Result<Self, LeakError> {
        if let Ok(seed) = crypto::parse_seed(word) {
            return Ok(Self {
                ci_token: None,
                seed: Some(seed),
            });
        }
        let named = [CI_TOKEN_VARIABLE, SEED_VARIABLE]
            .iter()
            .any(|name| word.contains(name));
        if named || word.len() < 16 || !word.chars().all(|c| c.is_ascii_graphic()) {
            return Err(LeakError::Neither);
        }
        let word = Zeroizing::new(word.to_owned());
        Ok(Self {
            ci_token: Some(CiToken::new(bare(&word).to_owned())),
            seed: None,
        })
    }

    /// The public half of the seed, by which the server knows its token.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        self.seed.as_ref().map(crypto::derive_public_key)
    }

    /// Whether the CI token ends in these characters.
    pub(super) fn ends_in(&self, suffix: &str) -> bool {
        // Exposed to compare its end with what the server shows of it.
        let ends = |token: &CiToken| token.expose().trim().ends_with(suffix);
        !suffix.is_empty() && self.ci_token.as_ref().is_some_and(ends)
    }
}

/// The value of a variable: exactly, where the whole text is as this program writes it, else as it stands among others. A
/// comma after it is the sentence's or the list's that it was taken from.
fn named<'a>(written: &'a [Variable], text: &'a str, name: &str) -> Option<&'a str> {
    let exact = written.iter().rfind(|variable| variable.name == name);
    exact
        // Exposed to be put into the type of what it is.
        .map(|variable| variable.value.expose().trim_end_matches(','))
        .filter(|value| !value.is_empty())
        .or_else(|| value_of(text, name))
}

/// The value after the last mention of a name that is followed by `=` or `:`.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.match_indices(name)
        .filter_map(|(at, _)| {
            let rest = text[at + name.len()..].trim_start_matches(['"', '\'', ' ', '\t']);
            let rest = rest.strip_prefix([':', '='])?;
            let line = rest.lines().next().unwrap_or_default().trim();
            let value = match line.chars().next()? {
                quote @ ('"' | '\'') => line[1..].split(quote).next(),
                _ => line.split([' ', '\t', ',', ';', '"', '\'', '\\', '`']).next(),
            };
            value.map(bare).filter(|value| !value.is_empty())
        })
        .last()
}

fn bare(word: &str) -> &str {
    word.trim()
        .trim_matches(|c: char| matches!(c, '"' | '\'' | ',' | ';' | '`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "019a8f0e-6d3c-7f21-9a55-0c1d2e3f4a5b|0123456789abcdefXYZ";
    const SEED: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn read(text: &str) -> Result<(bool, bool), LeakError> {
        let leak = Leak::read(&SecretText::new(text.to_owned()))?;
        let token = leak.ci_token.is_some_and(|it| it.expose() == TOKEN);
        let seed = leak.seed.is_some_and(|it| it.expose() == &[1; 32]);
        Ok((token, seed))
    }

    #[test]
    fn both_are_found_however_they_are_written() {
        for text in [
            format!("GHOSTABLE_CI_TOKEN={TOKEN}\nGHOSTABLE_DEPLOY_SEED={SEED}\n"),
            format!("export GHOSTABLE_DEPLOY_SEED='{SEED}'\r\nexport GHOSTABLE_CI_TOKEN=\"{TOKEN}\"\r\n"),
            format!("env:\n  GHOSTABLE_CI_TOKEN: {TOKEN}\n  GHOSTABLE_DEPLOY_SEED: \"{SEED}\" # ci\n"),
            format!("{{\"GHOSTABLE_CI_TOKEN\": \"{TOKEN}\", \"GHOSTABLE_DEPLOY_SEED\":\"{SEED}\"}}"),
            format!("docker run -e GHOSTABLE_CI_TOKEN={TOKEN} -e GHOSTABLE_DEPLOY_SEED={SEED} image"),
            format!(
                "A=1\n# GHOSTABLE_CI_TOKEN is set below\nGHOSTABLE_CI_TOKEN={TOKEN}\nGHOSTABLE_DEPLOY_SEED={SEED}"
            ),
        ] {
            assert_eq!(read(&text), Ok((true, true)), "{text}");
        }
    }

    /// Whatever formats there are.
    #[test]
    fn each_format_is_found_as_it_was_written() {
        let variable = |name: &str, value: &str| Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        };
        for token in [
            TOKEN,
            "with space",
            "it's $1 \"x\" \\ `y`",
            "two\nlines",
            "a=b#c;d,e",
        ] {
            for format in formats::FORMATS {
                let block = [variable(CI_TOKEN_VARIABLE, token), variable(SEED_VARIABLE, SEED)];
                let leak = Leak::read(&(format.write)(&block)).unwrap();
                assert_eq!(leak.ci_token.unwrap().expose(), token, "{}", format.name);
                assert_eq!(leak.seed.unwrap().expose(), &[1; 32], "{}", format.name);
            }
        }
    }

    #[test]
    fn either_alone_is_enough_with_or_without_its_name() {
        assert_eq!(read(&format!("GHOSTABLE_CI_TOKEN={TOKEN}")), Ok((true, false)));
        assert_eq!(read(&format!(" {TOKEN}\n")), Ok((true, false)));
        assert_eq!(read(&format!("GHOSTABLE_DEPLOY_SEED={SEED}")), Ok((false, true)));
        assert_eq!(read(&format!("b64:{SEED}\n")), Ok((false, true)));
        assert_eq!(
            read(&format!("GHOSTABLE_CI_TOKEN={TOKEN}\nGHOSTABLE_DEPLOY_SEED=***")),
            Ok((true, false)),
            "a masked seed does not hide the token"
        );
    }

    #[test]
    fn what_has_neither_is_refused() {
        assert_eq!(read(" \n"), Err(LeakError::Empty));
        assert_eq!(read("a quick brown fox"), Err(LeakError::Neither));
        assert_eq!(read("short"), Err(LeakError::Neither));
        assert_eq!(read("GHOSTABLE_CI_TOKEN=\n"), Err(LeakError::Neither));
        assert!(matches!(
            read("GHOSTABLE_DEPLOY_SEED=nonsense!"),
            Err(LeakError::Seed(_))
        ));
        assert_eq!(read(&"x".repeat(LONGEST + 1)), Err(LeakError::TooLong));
    }
}
