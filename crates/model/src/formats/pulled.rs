//! The forms in which a runner's variables are written into a file. Their values are any text, unlike those of an issuance, so
//! each form says what it cannot hold, and who would read it otherwise.

use super::{dotenv, json, plain};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// A way to write any variables as a text.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What commands call it.
    pub name: &'static str,
    /// Writes variables in their order, of which it refuses none.
    pub write: fn(&[Variable]) -> SecretText,
    /// Why it cannot hold a variable so that its reader gets it as it is and does nothing else.
    pub refuse: fn(&Variable) -> Option<Unwritable>,
    /// Who reads a value otherwise, of those for whom it is.
    pub misread: fn(&str) -> Vec<&'static str>,
    /// Whether a line that begins with `#` is no part of it.
    pub has_comments: bool,
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// For dotenv readers and for shells that source it.
const ENV: Form = Form {
    name: "env",
    write: dotenv::write,
    refuse: by_a_shell,
    misread: dotenv::who_misreads,
    has_comments: true,
};

/// For shells alone, which hand the variables on to what they start.
const SHELL: Form = Form {
    name: "shell",
    write: write_exports,
    refuse: by_a_shell,
    misread: by_nobody,
    has_comments: true,
};

/// For `docker run --env-file`.
const DOCKER: Form = Form {
    name: "docker",
    write: plain::write_unquoted,
    refuse: by_docker,
    misread: by_nobody,
    has_comments: true,
};

/// One object.
const JSON: Form = Form {
    name: "json",
    write: json::write,
    refuse: |_| None,
    misread: by_nobody,
    has_comments: false,
};

/// One mapping.
const YAML: Form = Form {
    name: "yaml",
    write: write_yaml,
    refuse: |_| None,
    misread: by_nobody,
    has_comments: true,
};

/// For the file that `GITHUB_ENV` names in a workflow.
const GITHUB_ENV: Form = Form {
    name: "github-env",
    write: write_github_env,
    refuse: by_github,
    misread: by_nobody,
    has_comments: false,
};

/// All of them, the usual one first.
pub const FORMS: [Form; 6] = [ENV, SHELL, DOCKER, JSON, YAML, GITHUB_ENV];

/// The form of this name.
pub fn named(name: &str) -> Option<Form> {
    FORMS.into_iter().find(|form| form.name == name)
}

/// Why a variable cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// The name is none of a shell: letters, digits and `_`, not beginning with a digit.
    Name,
    /// A shell, or the system for what it starts, runs what is in a variable of this name.
    Runs,
    /// A shell has its own value under this name, whatever it is given.
    Shells,
    /// GitHub lets no step set a variable of this name.
    GitHubs,
    /// The value has a NUL, which no environment can hold.
    Nul,
    /// The value has a line break, and each variable is one line.
    LineBreak,
    /// The line is longer than its reader takes.
    TooLong,
}

/// Variables by which a shell, or the loader of programs, finds what it runs: a file that sets one runs something although it
/// only sets it. `LD_…` and `DYLD_…` are, too.
const RUN: [&str; 9] = [
    "PROMPT_COMMAND",
    "PS0",
    "PS1",
    "PS2",
    "PS4",
    "PATH",
    "IFS",
    "MAILPATH",
    "FPATH",
];

/// What a shell sets itself, or lets nobody set (bash(1), "Shell Variables"; dash: `OPTIND`). `BASH…` are, too.
const OF_SHELLS: [&str; 18] = [
    "_",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "LINENO",
    "OPTIND",
    "OPTERR",
    "POSIXLY_CORRECT",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SRANDOM",
    "UID",
];

/// The longest line that docker reads, in bytes: the buffer of Go's `bufio.Scanner`, with the line's end.
const DOCKER_LINE: usize = 64 * 1024 - 1;

/// What tells the end of a value in the file of `GITHUB_ENV`; a number makes it one that no value has.
const DELIMITER: &str = "END_OF_VALUE";

fn by_nobody(_: &str) -> Vec<&'static str> {
    Vec::new()
}

fn by_a_shell(variable: &Variable) -> Option<Unwritable> {
    let name = variable.name.as_str();
    // Looked at, not taken out.
    let value = variable.value.expose();
    let is_loader_s = name.starts_with("LD_") || name.starts_with("DYLD_");
    // A shell expands it to the name of a file that it sources; many programs call their environment so.
    let is_sourced = name == "ENV" && !value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !dotenv::is_name(name) {
        Some(Unwritable::Name)
    } else if RUN.contains(&name) || is_loader_s || is_sourced || name == "BASH_ENV" {
        Some(Unwritable::Runs)
    } else if OF_SHELLS.contains(&name) || name.starts_with("BASH") {
        Some(Unwritable::Shells)
    } else {
        value.contains('\0').then_some(Unwritable::Nul)
    }
}

fn by_docker(variable: &Variable) -> Option<Unwritable> {
    // Looked at, not taken out.
    let value = variable.value.expose();
    if !dotenv::is_name(&variable.name) {
        Some(Unwritable::Name)
    } else if value.contains('\0') {
        Some(Unwritable::Nul)
    } else if value.contains('\n') || value.ends_with('\r') {
        Some(Unwritable::LineBreak)
    } else {
        let length = variable.name.len() + 1 + value.len();
        (length >= DOCKER_LINE).then_some(Unwritable::TooLong)
    }
}

/// The names that GitHub keeps to itself: <https://docs.github.com/actions/reference/workflows-and-actions/variables>.
fn by_github(variable: &Variable) -> Option<Unwritable> {
    let name = variable.name.to_ascii_uppercase();
    if !dotenv::is_name(&name) {
        Some(Unwritable::Name)
    } else if name.starts_with("GITHUB_") || name.starts_with("RUNNER_") || name == "NODE_OPTIONS" {
        Some(Unwritable::GitHubs)
    } else {
        // Looked at, not taken out.
        let has_nul = variable.value.expose().contains('\0');
        has_nul.then_some(Unwritable::Nul)
    }
}

/// Single quotes, and each single quote of the value outside of them behind a backslash: nothing else has a meaning.
fn write_exports(variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        for part in ["export ", &variable.name, "='"] {
            text.push_str(part);
        }
        // Exposed because the file is to hold it in clear.
        for (at, part) in variable.value.expose().split('\'').enumerate() {
            text.push_str(if at > 0 { r"'\''" } else { "" });
            text.push_str(part);
        }
        text.push_str("'\n");
    }
    text
}

/// Names in quotes, too: `ON` and `NULL` are none in YAML.
fn write_yaml(variables: &[Variable]) -> SecretText {
    if variables.is_empty() {
        return SecretText::new("{}\n".to_owned());
    }
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        text.push_str(json::quoted(&variable.name).expose());
        text.push_str(": ");
        // Exposed because the file is to hold it in clear.
        text.push_str(json::quoted(variable.value.expose()).expose());
        text.push_str("\n");
    }
    text
}

/// `NAME<<DELIMITER`, the value, and the delimiter on a line of its own.
fn write_github_env(variables: &[Variable]) -> SecretText {
    // Looked at, not taken out.
    let is_in = |delimiter: &str| variables.iter().any(|it| it.value.expose().contains(delimiter));
    let numbered = |number: u64| format!("{DELIMITER}_{number}");
    let delimiter = (1..).map(numbered).find(|it| !is_in(it)).unwrap_or_default();
    let mut text = SecretText::with_capacity(256);
    for variable in variables {
        // Exposed because the file is to hold it in clear.
        let value = variable.value.expose();
        let parts = [
            &variable.name,
            "<<",
            &delimiter,
            "\n",
            value,
            "\n",
            &delimiter,
            "\n",
        ];
        for part in parts {
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, value: &str) -> Variable {
        Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        }
    }

    #[test]
    fn what_a_reader_could_not_take_is_refused() {
        let long = "x".repeat(64 * 1024);
        for (form, name, value, why) in [
            (ENV, "1A", "x", Some(Unwritable::Name)),
            (ENV, "A\nB", "x", Some(Unwritable::Name)),
            (SHELL, "$(x)", "x", Some(Unwritable::Name)),
            (ENV, "N", "a\0b", Some(Unwritable::Nul)),
            (ENV, "_a1", "`x`\n", None),
            (ENV, "PROMPT_COMMAND", "x", Some(Unwritable::Runs)),
            (SHELL, "LD_PRELOAD", "x", Some(Unwritable::Runs)),
            (ENV, "ENV", "production", None),
            (ENV, "ENV", "$(x)", Some(Unwritable::Runs)),
            (ENV, "ENV", "/tmp/x", Some(Unwritable::Runs)),
            (ENV, "UID", "0", Some(Unwritable::Shells)),
            (ENV, "BASHOPTS", "x", Some(Unwritable::Shells)),
            (DOCKER, "PATH", "/opt/bin", None),
            (DOCKER, "A", "x\ny", Some(Unwritable::LineBreak)),
            (DOCKER, "A", "x\r", Some(Unwritable::LineBreak)),
            (DOCKER, "A", "x\ry", None),
            (DOCKER, "A", &long, Some(Unwritable::TooLong)),
            (GITHUB_ENV, "GITHUB_SHA", "x", Some(Unwritable::GitHubs)),
            (GITHUB_ENV, "Node_Options", "x", Some(Unwritable::GitHubs)),
            (GITHUB_ENV, "A", "x\ny", None),
            (JSON, "1 A", "a\0b", None),
            (YAML, "1 A", "a\0b", None),
        ] {
            assert_eq!((form.refuse)(&variable(name, value)), why, "{} {name}", form.name);
        }
    }

    #[test]
    fn no_value_ends_itself() {
        let text = write_github_env(&[
            variable("A", "END_OF_VALUE_1"),
            variable("B", "x\nEND_OF_VALUE_2\n"),
        ]);
        assert!(
            text.expose()
                .starts_with("A<<END_OF_VALUE_3\nEND_OF_VALUE_1\nEND_OF_VALUE_3\n")
        );
    }

    #[test]
    fn names_are_found_again() {
        for form in FORMS {
            assert_eq!(named(form.name), Some(form));
        }
        assert_eq!(named("gitlab"), None);
    }
}
