//! The names that people give: the rule, and why a text is none.

use super::unseen::has_unseen;

/// The most characters a name may have.
pub const MAX_NAME_CHARACTERS: usize = 120;

/// A checked name: trimmed, 1 to 120 characters, all of them seen as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

/// Why a text is not a name. Each reason begins with “the name”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("the name is empty")]
    Empty,
    /// More than 120 characters; carries how many.
    #[error("the name has {0} characters; {MAX_NAME_CHARACTERS} are allowed")]
    TooLong(usize),
    /// A control character such as a line break or a tab.
    #[error("the name has a line break, tab or other control character")]
    ControlCharacter,
    /// A character of which nothing is seen, or that turns what stands beside it.
    #[error("the name has a character that cannot be seen, or that turns the direction of writing")]
    Unseen,
}

impl NameError {
    /// The reason as a sentence of its own: the same from a server, by a command and in the window.
    pub fn sentence(self) -> String {
        let mut reason = self.to_string();
        reason.replace_range(..1, "T");
        reason + "."
    }
}

/// Checks the name of a token, a project or an environment, and gives it trimmed.
///
/// # Errors
/// [`NameError`] says which rule is broken.
pub fn checked_name(text: &str) -> Result<&str, NameError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().any(char::is_control) {
        return Err(NameError::ControlCharacter);
    }
    match name.chars().count() {
        n if n > MAX_NAME_CHARACTERS => Err(NameError::TooLong(n)),
        _ if has_unseen(name) => Err(NameError::Unseen),
        _ => Ok(name),
    }
}

impl TokenName {
    /// Trims and checks.
    ///
    /// # Errors
    /// As [`checked_name`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        checked_name(text).map(|name| Self(name.to_owned()))
    }

    /// The suggestion for an environment: `<environment>-ci` (docs/protocol.md 7.4), with the first number from 2 on that is not
    /// taken, where that is.
    pub fn suggestion(environment: &super::EnvironmentName, is_taken: impl Fn(&str) -> bool) -> String {
        let first = format!("{environment}-ci");
        if !is_taken(&first) {
            return first;
        }
        let numbered = |number: u64| format!("{first}-{number}");
        (2..).map(numbered).find(|name| !is_taken(name)).unwrap_or(first)
    }

    /// The trimmed text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(TokenName::parse("  ci \n").unwrap().as_str(), "ci");
        assert_eq!(TokenName::parse(" \t "), Err(NameError::Empty));
        assert_eq!(TokenName::parse("a\tb"), Err(NameError::ControlCharacter));
        for unseen in ["ci\u{200b}", "a\u{202e}b", "a\u{a0}b", "\u{3164}"] {
            assert_eq!(TokenName::parse(unseen), Err(NameError::Unseen), "{unseen:?}");
        }
        assert!(TokenName::parse("Büro 👩‍💻").is_ok());
        assert_eq!(
            TokenName::parse(&"ü".repeat(120))
                .unwrap()
                .as_str()
                .chars()
                .count(),
            120
        );
        assert_eq!(TokenName::parse(&"x".repeat(121)), Err(NameError::TooLong(121)));
    }

    #[test]
    fn each_reason_is_a_sentence() {
        for (reason, sentence) in [
            (NameError::Empty, "The name is empty."),
            (
                NameError::TooLong(121),
                "The name has 121 characters; 120 are allowed.",
            ),
            (
                NameError::ControlCharacter,
                "The name has a line break, tab or other control character.",
            ),
            (
                NameError::Unseen,
                "The name has a character that cannot be seen, or that turns the direction of writing.",
            ),
        ] {
            assert_eq!(reason.sentence(), sentence);
        }
    }
}
