//! Writing values so that the usual dotenv readers and a shell get them back unchanged.

use protocol::secret::SecretText;
use protocol::variable::Variable;

/// A dotenv file, a line for each variable in order; of equal names the last one counts, as it does for a runner.
pub fn write(variables: &[Variable]) -> SecretText {
    // Values are exposed because the file is to hold them in clear.
    let room = variables
        .iter()
        .map(|it| it.name.len() + 2 * it.value.expose().len() + 4)
        .sum();
    let mut text = String::with_capacity(room);
    for variable in variables {
        text.push_str(&variable.name);
        text.push('=');
        push_value(&mut text, variable.value.expose());
        text.push('\n');
    }
    SecretText::new(text)
}

/// Bare where nothing is special; in single quotes, in which a shell and most readers change nothing; with a single quote
/// in the value in double quotes, with everything escaped that a shell would act on.
fn push_value(text: &mut String, value: &str) {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if value.chars().all(bare) {
        text.push_str(value);
    } else if !value.contains('\'') {
        text.push('\'');
        text.push_str(value);
        text.push('\'');
    } else {
        text.push('"');
        for c in value.chars() {
            if ACTED_ON.contains(&c) {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
    }
}

/// What a shell acts on within double quotes.
const ACTED_ON: [char; 4] = ['"', '\\', '$', '`'];

/// Why a variable cannot be written so that a shell that sources the file sets it and does nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// The name is not one of a shell: letters, digits and `_`, not beginning with a digit.
    Name,
    /// The value has a NUL, which no environment can hold.
    Nul,
}

/// The first variable that cannot be written.
pub fn unwritable(variables: &[Variable]) -> Option<(&str, Unwritable)> {
    variables.iter().find_map(|variable| {
        let name = variable.name.as_str();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_name) {
            return Some((name, Unwritable::Name));
        }
        // Looked at, not taken out.
        let has_nul = variable.value.expose().contains('\0');
        has_nul.then_some((name, Unwritable::Nul))
    })
}

/// The names of values that a shell gets back unchanged and some other readers do not: those that need escapes, which
/// readers take in different ways, carriage returns, which some drop, and backslashes before a quote or another backslash.
pub fn disagreed(variables: &[Variable]) -> Vec<&str> {
    let is_disagreed = |variable: &&Variable| {
        // Looked at, not taken out.
        let value = variable.value.expose();
        let escaped = value.contains('\'') && value.contains(ACTED_ON);
        escaped || value.contains('\r') || value.contains("\\\\") || value.ends_with('\\')
    };
    variables
        .iter()
        .filter(is_disagreed)
        .map(|variable| variable.name.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_gets_the_plainest_form_that_keeps_it() {
        for (value, written) in [
            ("", ""),
            ("https://x.example/a?b=c", "'https://x.example/a?b=c'"),
            ("base64:abc/def+==", "base64:abc/def+=="),
            ("two words # no comment", "'two words # no comment'"),
            ("Grüße ${HOME}", "'Grüße ${HOME}'"),
            ("a\nb", "'a\nb'"),
            (r"C:\new\temp", r"'C:\new\temp'"),
            ("`touch x`", "'`touch x`'"),
            ("it's", "\"it's\""),
            (r#"it's $5 \ "x" `y`"#, r#""it's \$5 \\ \"x\" \`y\`""#),
        ] {
            assert_eq!(write(&[variable("V", value)]).expose(), format!("V={written}\n"));
        }
    }

    #[test]
    fn what_no_shell_could_set_is_named() {
        for name in ["", "1A", "a.b", "A B", "A=B", "$(x)", "A;B", "Ä", "A\nB"] {
            let all = [variable("FINE", "x"), variable(name, "x")];
            assert_eq!(unwritable(&all), Some((name, Unwritable::Name)), "{name:?}");
        }
        assert_eq!(unwritable(&[variable("N", "a\0b")]), Some(("N", Unwritable::Nul)));
        assert_eq!(unwritable(&[variable("_a1", "`x`\n")]), None);
    }

    #[test]
    fn what_readers_take_differently_is_named() {
        for (value, disagree) in [
            ("it's", false),
            ("it's $5", true),
            ("$5 `x` \"y\"", false),
            ("a\nb", false),
            ("a\r\nb", true),
            (r"C:\new", false),
            (r"\\share", true),
            (r"ends\", true),
        ] {
            assert_eq!(
                !disagreed(&[variable("V", value)]).is_empty(),
                disagree,
                "{value:?}"
            );
        }
    }

    fn variable(name: &str, value: &str) -> Variable {
        Variable {
            name: name.to_owned(),
            value: SecretText::new(value.to_owned()),
        }
    }

    /// The shells that source such files get each value back, and nothing in it runs.
    #[cfg(unix)]
    #[test]
    fn a_shell_gets_every_value_back_and_runs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let values = [
            "plain",
            "two words # no comment",
            "$HOME ${HOME} $(touch ran) `touch ran`",
            "it's $HOME $(touch ran) `touch ran` \"quoted\"",
            "' ; touch ran ; '",
            "\" ; touch ran ; \"",
            r"C:\new\temp\",
            r"\\server\share",
            "{\"a\": [1, \"b\"], \"it's\": null}",
            "-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n",
            "carriage\r\nreturn",
            "Grüße, 世界 \u{1f511}",
            "! !! ~ * ? [a] {b,c} < > | & ;",
            "\ttab and trailing space ",
            "",
        ];
        let all: Vec<_> = (0..)
            .zip(values)
            .map(|(at, value)| variable(&format!("V{at}"), value))
            .collect();
        assert_eq!(unwritable(&all), None);
        let file = folder.path().join("file.env");
        std::fs::write(&file, write(&all).expose()).unwrap();
        for shell in ["bash", "dash"] {
            for (at, value) in (0..).zip(values) {
                let script = format!(". {} && printf %s \"$V{at}\"", file.display());
                let said = std::process::Command::new(shell)
                    .args(["-c", &script])
                    .current_dir(folder.path())
                    .output()
                    .unwrap();
                assert_eq!(String::from_utf8_lossy(&said.stdout), value, "{shell}");
                assert!(
                    said.stderr.is_empty() && said.status.success(),
                    "{shell}: {value:?}"
                );
            }
            assert!(!folder.path().join("ran").exists(), "{shell} ran a value");
        }
    }
}
