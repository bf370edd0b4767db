//! The formats in which secrets are handed over: what writes them, and what reads back what was written.
//!
//! Sheet and commands write what is in the list, and whoever looks for a leak reads it again: a new format is a file here
//! and a line in [`FORMATS`].

pub mod dotenv;

use super::issuance::{CI_TOKEN_VARIABLE, SEED_VARIABLE};
use super::{CiTokenOutcome, Issuance};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// A way to write variables as a text.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What people call it, usually the ending of its files.
    pub name: &'static str,
    /// Writes variables in their order.
    pub write: fn(&[Variable]) -> SecretText,
    /// Reads what `write` has made, as it is or after a person has added comments; `None` for any other text.
    pub read: fn(&str) -> Option<Vec<Variable>>,
}

/// What the one-time sheet and the commands write.
pub const DOTENV: Format = Format {
    name: ".env",
    write: dotenv::write,
    read: dotenv::read,
};

/// All formats.
pub const FORMATS: [Format; 1] = [DOTENV];

/// The variables of a text that is in one of the formats as a whole.
pub fn read(text: &SecretText) -> Option<Vec<Variable>> {
    // Exposed to be read; the values go into secret types again.
    FORMATS.iter().find_map(|format| (format.read)(text.expose()))
}

impl Issuance {
    /// The block of environment variables for CI. A CI token that was kept or never came is not in it.
    pub fn block(&self, format: Format) -> SecretText {
        let mut variables = Vec::with_capacity(2);
        if let CiTokenOutcome::Issued(token) = &self.ci_token {
            variables.push(Variable {
                name: CI_TOKEN_VARIABLE.to_owned(),
                // Exposed to be put into the block that the user copies into CI.
                value: SecretText::new(token.expose().to_owned()),
            });
        }
        variables.push(Variable {
            name: SEED_VARIABLE.to_owned(),
            value: self.seed.to_base64(),
        });
        (format.write)(&variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variable(name: &str, value: &str) -> Variable {
        Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        }
    }

    proptest! {
        /// Whatever is in the list reads back what it has written.
        #[test]
        fn each_format_reads_what_it_writes(
            values in proptest::collection::vec("[ -~\\n\\r\\tüß'\"\\\\$`#]{0,40}", 0..5),
        ) {
            for format in FORMATS {
                let written: Vec<_> = (0..)
                    .zip(&values)
                    .map(|(at, value)| variable(&format!("V_{at}"), value))
                    .collect();
                let text = (format.write)(&written);
                let read = (format.read)(text.expose());
                prop_assert!(read.is_some(), "{}", format.name);
                let pairs = |all: &[Variable]| -> Vec<(String, String)> {
                    all.iter().map(|it| (it.name.clone(), it.value.expose().to_owned())).collect()
                };
                prop_assert_eq!(pairs(&read.unwrap_or_default()), pairs(&written));
            }
        }

        /// What people paste is read or left alone.
        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            drop(read(&SecretText::new(text)));
        }
    }
}
