//! Lines of a shell, of docker, and the values alone.

use super::{Format, dotenv};
use crate::issuance::{CI_TOKEN_VARIABLE, SEED_VARIABLE};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// Lines that set variables and hand them on to what the shell starts.
pub(super) const SHELL: Format = Format {
    name: "shell",
    label: "Shell",
    reader: "For bash, dash, zsh and other shells of their kind: paste it, or source the file.",
    ending: ".sh",
    write: |_, variables| write_exports(variables),
    read: dotenv::read,
    usage: None,
};

/// Docker takes all that comes after the first `=` for the value, quotes too.
pub(super) const DOCKER: Format = Format {
    name: "docker",
    label: "Docker",
    reader: "For docker run --env-file and for CI forms that take NAME=value: nothing is quoted.",
    ending: ".env",
    write: |_, variables| write_unquoted(variables),
    read: read_unquoted,
    usage: None,
};

/// Each value on a line of its own.
pub(super) const VALUES: Format = Format {
    name: "values",
    label: "Values",
    reader: "For forms that ask for a value alone: a line each, the CI token first.",
    ending: ".txt",
    write: |_, variables| write_values(variables),
    read: read_values,
    usage: None,
};

fn write_exports(variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        text.push_str("export ");
        // Exposed to be written where the user wants it in clear.
        text.push_str(dotenv::write(std::slice::from_ref(variable)).expose());
    }
    text
}

pub(super) fn write_unquoted(variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        // Exposed to be written where the user wants it in clear.
        for part in [variable.name.as_str(), "=", variable.value.expose(), "\n"] {
            text.push_str(part);
        }
    }
    text
}

fn read_unquoted(text: &str) -> Option<Vec<Variable>> {
    let mut variables = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (name, value) = line.split_once('=')?;
        if !dotenv::is_name(name) {
            return None;
        }
        variables.push(Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        });
    }
    Some(variables).filter(|it| !it.is_empty())
}

fn write_values(variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        // Exposed to be written where the user wants it in clear.
        text.push_str(variable.value.expose());
        text.push_str("\n");
    }
    text
}

/// Two lines are CI token and seed, one is a seed: there is no other issuance.
fn read_values(text: &str) -> Option<Vec<Variable>> {
    let names: &[&str] = match text.lines().count() {
        2 => &[CI_TOKEN_VARIABLE, SEED_VARIABLE],
        1 => &[SEED_VARIABLE],
        _ => return None,
    };
    let is_value = |line: &str| !line.is_empty() && !line.contains(char::is_whitespace);
    let values = names.iter().zip(text.lines()).map(|(name, line)| {
        is_value(line).then(|| Variable {
            name: (*name).to_owned(),
            value: SecretText::new(line.to_owned()),
        })
    });
    values.collect()
}
