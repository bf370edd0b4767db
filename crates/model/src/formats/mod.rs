//! The formats in which secrets are handed over: for whom each is, what writes it, and what reads back what was written.
//!
//! Sheet and commands write what is in the list, by the name that is in it: a new format is a file here and a line in
//! [`FORMATS`]. What is written are CI tokens, which are visible ASCII, and seeds in base64: values of one line.

mod commands;
pub mod dotenv;
mod json;
pub mod kubernetes;
mod plain;
pub mod pulled;
pub(crate) mod vaults;

use super::issuance::{CI_TOKEN_VARIABLE, SEED_VARIABLE};
use super::{CiTokenOutcome, Issuance, IssuanceKind};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// A way to write variables as a text.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What commands call it.
    pub name: &'static str,
    /// What its tab says.
    pub label: &'static str,
    /// Who reads it, in a sentence.
    pub reader: &'static str,
    /// How the proposed name of a file of it ends.
    pub ending: &'static str,
    /// Writes variables in their order.
    pub write: fn(&Subject, &[Variable]) -> SecretText,
    /// Reads what `write` has made; `None` for any other text.
    pub read: fn(&str) -> Option<Vec<Variable>>,
    /// The lines that use what was stored so, where a CI system wants some; nothing secret is in them.
    pub usage: Option<fn(&Subject) -> String>,
}

impl Default for Format {
    fn default() -> Self {
        DOTENV
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What a text may name beside its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The environment that is deployed.
    pub environment: String,
    /// Whether its reader may have older values already, so that they are to be changed.
    pub is_known: bool,
}

/// What the one-time sheet and the commands write unless something else is chosen.
pub const DOTENV: Format = Format {
    name: "env",
    label: ".env",
    reader: "For dotenv files and for shells that source them.",
    ending: ".env",
    write: |_, variables| dotenv::write(variables),
    read: dotenv::read,
    usage: None,
};

/// All formats, in the order in which they are offered.
pub const FORMATS: [Format; 8] = [
    DOTENV,
    plain::SHELL,
    plain::DOCKER,
    commands::GITHUB,
    commands::GITLAB,
    kubernetes::KUBERNETES,
    json::JSON,
    plain::VALUES,
];

/// What stands for a hidden value in [`Issuance::outline`]; always of the same length, so that it tells nothing.
pub const MASK: &str = "••••••••••••••••••••••••";
/// A stand-in for a value that needs no quotes anywhere; for one that does, its first letter is `|`.
const STAND_IN: &str = "000000000000000000000000";

/// How much of a token's name is in a proposed file name, in characters.
const LONGEST_NAME: usize = 40;

/// The format of this name.
pub fn named(name: &str) -> Option<Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

/// The variables of a text that is in one of the formats as a whole.
pub fn read(text: &SecretText) -> Option<Vec<Variable>> {
    // Exposed to be read; the values go into secret types again.
    FORMATS.iter().find_map(|format| (format.read)(text.expose()))
}

impl Issuance {
    /// What CI needs of it. A CI token that was kept or never came is not in it.
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables = Vec::with_capacity(2);
        if let CiTokenOutcome::Issued(token) = &self.ci_token {
            variables.push(Variable {
                name: CI_TOKEN_VARIABLE.to_owned(),
                // Exposed to be put into the block that goes into CI.
                value: SecretText::new(token.expose().to_owned()),
            });
        }
        variables.push(Variable {
            name: SEED_VARIABLE.to_owned(),
            value: self.seed.to_base64(),
        });
        variables
    }

    /// What a block of it may name.
    pub fn subject(&self) -> Subject {
        Subject {
            environment: self.token.environment_name.to_string(),
            is_known: self.kind != IssuanceKind::Create,
        }
    }

    /// The name of a file for its block: that of the token, as far as any system takes it.
    pub fn file_name(&self, format: Format) -> String {
        let part = |c: char| {
            if c.is_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '-'
            }
        };
        let name: String = self.token.name.chars().map(part).take(LONGEST_NAME).collect();
        format!("{name}{}", format.ending)
    }

    /// The block of environment variables for CI.
    pub fn block(&self, format: Format) -> SecretText {
        (format.write)(&self.subject(), &self.variables())
    }

    /// The same with [`MASK`] instead of the values, and of the CI token the end that the server shows as well.
    pub fn outline(&self, format: Format) -> String {
        let suffix = self.token.ci_token_suffix.as_deref().unwrap_or_default();
        let variables = self.variables();
        let stand_ins: Vec<_> = variables.iter().map(stand_in).collect();
        let text = (format.write)(&self.subject(), &stand_ins);
        // Exposed because no secret is in it: it was written of stand-ins.
        let mut text = text.expose().to_owned();
        for (variable, stand_in) in variables.iter().zip(&stand_ins) {
            let shown = match variable.name.as_str() {
                CI_TOKEN_VARIABLE => format!("{MASK}{suffix}"),
                _ => MASK.to_owned(),
            };
            text = text.replacen(stand_in.value.expose(), &shown, 1);
        }
        text
    }
}

/// A variable whose value says nothing of the real one but whether it is quoted.
fn stand_in(variable: &Variable) -> Variable {
    // Looked at, not taken out.
    let is_bare = variable.value.expose().chars().all(dotenv::is_bare);
    let value = if is_bare {
        STAND_IN.to_owned()
    } else {
        STAND_IN.replacen('0', "|", 1)
    };
    Variable {
        name: variable.name.clone(),
        value: SecretText::new(value),
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

    fn subject() -> Subject {
        Subject {
            environment: "pre production's".to_owned(),
            is_known: true,
        }
    }

    fn pairs(all: &[Variable]) -> Vec<(String, String)> {
        all.iter()
            .map(|it| (it.name.clone(), it.value.expose().to_owned()))
            .collect()
    }

    proptest! {
        /// Whatever is in the list reads back what it has written.
        #[test]
        fn each_format_reads_what_it_writes(ci_token in "[!-~]{1,60}", seed in "[A-Za-z0-9+/]{43}=") {
            let written = [variable(CI_TOKEN_VARIABLE, &ci_token), variable(SEED_VARIABLE, &seed)];
            for format in FORMATS {
                let text = (format.write)(&subject(), &written);
                let read = (format.read)(text.expose());
                prop_assert!(read.is_some(), "{}: {}", format.name, text.expose());
                prop_assert_eq!(pairs(&read.unwrap_or_default()), pairs(&written), "{}", format.name);
            }
        }

        /// Values of many lines, too, where files hold them.
        #[test]
        fn files_of_variables_hold_any_value(
            values in proptest::collection::vec("[ -~\\n\\r\\tüß'\"\\\\$`#]{0,40}", 0..5),
        ) {
            let written: Vec<_> = (0..)
                .zip(&values)
                .map(|(at, value)| variable(&format!("V_{at}"), value))
                .collect();
            for format in [DOTENV, plain::SHELL, kubernetes::KUBERNETES, json::JSON] {
                let text = (format.write)(&subject(), &written);
                let read = (format.read)(text.expose());
                prop_assert_eq!(pairs(&read.unwrap_or_default()), pairs(&written), "{}", format.name);
            }
        }

        /// What people paste is read or left alone.
        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            drop(read(&SecretText::new(text)));
        }
    }

    #[test]
    fn names_are_found_again_and_no_two_are_the_same() {
        for format in FORMATS {
            assert_eq!(named(format.name), Some(format));
            assert!(format.reader.ends_with('.'), "{}", format.name);
        }
        assert_eq!(named("yaml"), None);
    }
}
