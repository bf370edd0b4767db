//! One JSON object, a member for each variable.

use std::collections::BTreeMap;

use super::Format;
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// As secret managers keep several values in one secret.
pub(super) const JSON: Format = Format {
    name: "json",
    label: "JSON",
    reader: "For scripts and secret managers: one object, a member for each variable.",
    ending: ".json",
    write: |_, variables| write(variables),
    read,
    usage: None,
};

pub(super) fn write(variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(256);
    text.push_str("{");
    for (at, variable) in variables.iter().enumerate() {
        text.push_str(if at == 0 { "\n  " } else { ",\n  " });
        for part in [quoted(&variable.name).expose(), ": "] {
            text.push_str(part);
        }
        // Exposed to be written where the user wants it in clear.
        text.push_str(quoted(variable.value.expose()).expose());
    }
    text.push_str("\n}\n");
    text
}

/// A JSON string, which is one of YAML in double quotes as well.
pub(super) fn quoted(value: &str) -> SecretText {
    let mut text = SecretText::with_capacity(value.len().saturating_mul(2));
    text.push_str("\"");
    let mut buffer = [0; 4];
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            // No character of YAML is among them.
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push_str(c.encode_utf8(&mut buffer)),
        }
    }
    text.push_str("\"");
    text
}

fn read(text: &str) -> Option<Vec<Variable>> {
    let members: BTreeMap<String, SecretText> = serde_json::from_str(text).ok()?;
    let variables = members.into_iter().map(|(name, value)| Variable { name, value });
    Some(variables.collect())
}
