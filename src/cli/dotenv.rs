//! Writing values so that the usual dotenv readers and a shell get them back unchanged.

use crate::domain::variable::Variable;
use crate::secret::SecretText;

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

/// Bare where nothing is special, in single quotes where those keep everything as it is, else in double quotes with
/// escapes: readers agree least about those.
fn push_value(text: &mut String, value: &str) {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if value.chars().all(bare) {
        text.push_str(value);
    } else if !value.contains(['\'', '\\', '\n', '\r']) {
        text.push('\'');
        text.push_str(value);
        text.push('\'');
    } else {
        text.push('"');
        for c in value.chars() {
            match c {
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '"' | '\\' | '$' => text.extend(['\\', c]),
                other => text.push(other),
            }
        }
        text.push('"');
    }
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
            ("a\nb", "\"a\\nb\""),
            ("it's $5 \\ \"x\"", "\"it's \\$5 \\\\ \\\"x\\\"\""),
        ] {
            let variable = Variable {
                name: "V".to_owned(),
                value: SecretText::new(value.to_owned()),
            };
            assert_eq!(write(&[variable]).expose(), format!("V={written}\n"));
        }
    }
}
