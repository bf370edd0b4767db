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

fn push_value(text: &mut SecretText, value: &str) {
    match Quotes::of(value) {
        Quotes::None => text.push_str(value),
        Quotes::Single => {
            for part in ["'", value, "'"] {
                text.push_str(part);
            }
        }
        Quotes::Double => {
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
}

/// What is put around a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Nothing is special in it, and several CI systems take quotes literally.
    None,
    /// Within them a shell and most readers change nothing.
    Single,
    /// Where the value has a single quote, with everything escaped that a shell would act on; and where it has several lines
    /// and nothing to escape, because one reader ends what is in single quotes with its line.
    Double,
}

impl Quotes {
    fn of(value: &str) -> Self {
        if value.chars().all(is_bare) {
            Self::None
        } else if value.contains('\'') || (value.contains('\n') && !value.contains(ACTED_ON)) {
            Self::Double
        } else {
            Self::Single
        }
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

/// Who does not read a value as it is, of those who read dotenv files; a shell reads each. Found by trying them
/// (`tests/it/pulled.rs` tries them again): escapes, carriage returns, backslashes and references are taken in different ways.
pub fn who_misreads(value: &str) -> Vec<&'static str> {
    let quotes = Quotes::of(value);
    let is_escaped = quotes == Quotes::Double && value.contains(ACTED_ON);
    let has_return = value.contains('\r');
    // A backslash before the closing quote takes it for a part of the value, if another quote follows anywhere.
    let ends_open = quotes == Quotes::Single && value.ends_with('\\');
    let is_lines = value.contains(['\n', '\r']);
    let mut found = Vec::new();
    if is_escaped || has_return {
        found.push("Node");
    }
    if is_escaped || has_return || ends_open {
        found.extend(["npm's dotenv", "dotenvx"]);
    }
    let in_single = quotes == Quotes::Single && (value.contains("\\\\") || value.contains("${"));
    if has_return || ends_open || in_single || (is_escaped && value.contains(['$', '`'])) {
        found.push("python-dotenv");
    }
    if has_return || (quotes == Quotes::Single && is_lines) || (is_escaped && value.contains('`')) {
        found.push("phpdotenv");
    }
    found
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
            ("a\nb", "\"a\nb\""),
            ("{\n\"a\"\n}", "'{\n\"a\"\n}'"),
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
    fn what_readers_take_differently_is_named() {
        let script = ["Node", "npm's dotenv", "dotenvx"];
        for (value, who) in [
            ("it's", vec![]),
            ("$5 `x` \"y\"", vec![]),
            ("a\nb", vec![]),
            (r"C:\new", vec![]),
            ("it's \"x\"", script.to_vec()),
            (r"\\share", vec!["python-dotenv"]),
            ("${HOME}", vec!["python-dotenv"]),
            ("{\n\"a\": 1}", vec!["phpdotenv"]),
            ("a\r\nb", [&script[..], &["python-dotenv", "phpdotenv"]].concat()),
            (r"ends\", vec!["npm's dotenv", "dotenvx", "python-dotenv"]),
        ] {
            assert_eq!(who_misreads(value), who, "{value:?}");
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
