//! `.env`: values written so that the usual dotenv readers and a shell get them back unchanged.

use protocol::secret::SecretText;
use protocol::variable::Variable;

/// What a shell acts on within double quotes.
const ACTED_ON: [char; 4] = ['"', '\\', '$', '`'];

/// A line for each variable in order; of equal names the last one counts, as it does for a runner.
pub fn write(variables: &[Variable]) -> SecretText {
    // Values are exposed because the file is to hold them in clear.
    let room = variables
        .iter()
        .map(|it| it.name.len() + 2 * it.value.expose().len() + 4)
        .sum();
    let mut text = SecretText::with_capacity(room);
    for variable in variables {
        text.push_str(&variable.name);
        text.push_str("=");
        push_value(&mut text, variable.value.expose());
        text.push_str("\n");
    }
    text
}

/// Bare where nothing is special, because several CI systems take quotes literally; in single quotes, in which a shell and
/// most readers change nothing; with a single quote in the value in double quotes, with everything escaped that a shell
/// would act on.
fn push_value(text: &mut SecretText, value: &str) {
    if value.chars().all(is_bare) {
        text.push_str(value);
    } else if !value.contains('\'') {
        for part in ["'", value, "'"] {
            text.push_str(part);
        }
    } else {
        text.push_str("\"");
        for part in value.split_inclusive(ACTED_ON) {
            let plain = part.trim_end_matches(ACTED_ON);
            text.push_str(plain);
            if plain.len() < part.len() {
                text.push_str("\\");
                text.push_str(&part[plain.len()..]);
            }
        }
        text.push_str("\"");
    }
}

pub(super) fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c)
}

/// The variables of a text in which every line is blank, a comment, or an assignment as [`write`] makes it, also after
/// `export`; `None` if it is anything else.
pub fn read(text: &str) -> Option<Vec<Variable>> {
    let mut variables = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else {
            let (name, after) = rest.strip_prefix("export ").unwrap_or(rest).split_once('=')?;
            if !is_name(name) {
                return None;
            }
            let (value, after) = read_value(after)?;
            variables.push(Variable {
                name: name.to_owned(),
                value,
            });
            let (blank, after) = after.split_once('\n').unwrap_or((after, ""));
            let blank = blank.trim();
            if !blank.is_empty() && !blank.starts_with('#') {
                return None;
            }
            rest = after;
        }
        rest = rest.trim_start();
    }
    Some(variables)
}

/// A value, and what comes after it.
fn read_value(text: &str) -> Option<(SecretText, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, after) = quoted.split_once('\'')?;
        return Some((SecretText::new(value.to_owned()), after));
    }
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !is_bare(c)).unwrap_or(text.len());
        return Some((SecretText::new(text[..end].to_owned()), &text[end..]));
    };
    let mut value = SecretText::with_capacity(quoted.len());
    let mut rest = quoted;
    loop {
        let at = rest.find(['"', '\\'])?;
        value.push_str(&rest[..at]);
        if rest[at..].starts_with('"') {
            return Some((value, &rest[at + 1..]));
        }
        let escaped = rest[at + 1..].chars().next()?;
        let end = at + 1 + escaped.len_utf8();
        let kept = if ACTED_ON.contains(&escaped) { at + 1 } else { at };
        value.push_str(&rest[kept..end]);
        rest = &rest[end..];
    }
}

/// Whether a shell takes it for the name of a variable: letters, digits and `_`, not beginning with a digit.
pub(super) fn is_name(name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(part)
}

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
        if !is_name(name) {
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
    fn what_is_not_only_assignments_is_not_read() {
        for text in [
            "{\"A\": 1}",
            "A: 1",
            "run -e A=1",
            "A=1 B=2",
            "A='1",
            "A=\"1\\",
            "1A=1",
            "A=$B",
            "A",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        let read = read("# why\n\nexport A='b c' # so\r\n  B=\"it's \\n\"\n").unwrap();
        let pairs: Vec<_> = read
            .iter()
            .map(|it| (it.name.as_str(), it.value.expose()))
            .collect();
        assert_eq!(pairs, [("A", "b c"), ("B", "it's \\n")]);
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
