//! Commands to paste that store the values in a CI system. The values are on their standard input: an argument could be
//! seen by everybody on the machine. Each line of a command begins with a space, which keeps it out of the history of most
//! shells.

use super::{Format, Subject, dotenv};
use crate::issuance::{CI_TOKEN_VARIABLE, SEED_VARIABLE};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// Ends a value. A line that has a value cannot be the same: CI tokens and seeds are longer.
const END: &str = "END";

/// Secrets of an environment of a repository.
pub(super) const GITHUB: Format = Format {
    name: "github",
    label: "GitHub",
    reader: "For a shell in the folder of the repository, with gh signed in.",
    ending: "-github.sh",
    write: |subject, variables| {
        let environment = word(&subject.environment);
        write(variables, |name| {
            format!("gh secret set {name} --env {environment}")
        })
    },
    read: |text| read(text, "gh secret set "),
    usage: Some(github_workflow),
};

/// Variables of a project: masked, which needs them raw, because a CI token has a `|`.
pub(super) const GITLAB: Format = Format {
    name: "gitlab",
    label: "GitLab",
    reader: "For a shell in the folder of the project, with glab signed in.",
    ending: "-gitlab.sh",
    write: |subject, variables| {
        let (verb, scope) = (gitlab_verb(subject.is_known), word(&subject.environment));
        write(variables, |name| {
            format!("glab variable {verb} {name} --masked --protected --raw --scope {scope}")
        })
    },
    read: |text| {
        let verbs = [false, true].map(gitlab_verb);
        verbs
            .iter()
            .find_map(|verb| read(text, &format!("glab variable {verb} ")))
    },
    usage: Some(gitlab_job),
};

/// `set` is refused for a variable that is there, `update` for one that is not.
fn gitlab_verb(is_known: bool) -> &'static str {
    if is_known { "update" } else { "set" }
}

/// A word of a shell.
fn word(text: &str) -> String {
    if !text.is_empty() && text.chars().all(dotenv::is_bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn write(variables: &[Variable], command: impl Fn(&str) -> String) -> SecretText {
    let mut text = SecretText::with_capacity(512);
    for variable in variables {
        let command = command(&variable.name);
        // Exposed to be written where the user wants it in clear.
        let value = variable.value.expose();
        for part in [" ", &command, " <<'", END, "'\n", value, "\n", END, "\n"] {
            text.push_str(part);
        }
    }
    text
}

fn read(text: &str, command: &str) -> Option<Vec<Variable>> {
    let mut variables = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, _) = line.trim_start().strip_prefix(command)?.split_once(' ')?;
        let value = lines.next()?;
        if lines.next() != Some(END) {
            return None;
        }
        variables.push(Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        });
    }
    Some(variables).filter(|it| !it.is_empty())
}

fn github_workflow(subject: &Subject) -> String {
    let name = super::json::quoted(&subject.environment);
    // Exposed because it is the name of an environment.
    let mut lines = format!("environment: {}\nenv:\n", name.expose());
    for name in names() {
        lines.push_str(&format!("  {name}: ${{{{ secrets.{name} }}}}\n"));
    }
    lines
}

fn gitlab_job(subject: &Subject) -> String {
    let name = super::json::quoted(&subject.environment);
    // Exposed because it is the name of an environment.
    format!("environment:\n  name: {}\n", name.expose())
}

/// A runner needs both, whichever of them is new.
fn names() -> [&'static str; 2] {
    [CI_TOKEN_VARIABLE, SEED_VARIABLE]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        for (text, written) in [
            ("production", "production"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
        ] {
            assert_eq!(word(text), written);
        }
    }
}
