//! A Secret manifest of Kubernetes.

use super::json::quoted;
use super::{Format, Subject};
use protocol::secret::SecretText;
use protocol::variable::Variable;

/// The longest name of a label of DNS, which such a name is made of.
const LONGEST: usize = 63;

/// In `stringData`, which is not base64, so that it can be read before it is applied.
pub(super) const KUBERNETES: Format = Format {
    name: "kubernetes",
    label: "Kubernetes",
    reader: "For kubectl apply --server-side -f FILE: a Secret.",
    ending: ".yaml",
    write: |subject, variables| manifest(&secret_name(&subject.environment), variables),
    read,
    usage: Some(usage),
};

/// A Secret of this name, which is one of Kubernetes.
pub fn manifest(name: &str, variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(512);
    text.push_str("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
    text.push_str(name);
    text.push_str("\ntype: Opaque\nstringData:");
    if variables.is_empty() {
        text.push_str(" {}");
    }
    text.push_str("\n");
    for variable in variables {
        for part in ["  ", &variable.name, ": "] {
            text.push_str(part);
        }
        // Exposed to be written where the user wants it in clear.
        text.push_str(quoted(variable.value.expose()).expose());
        text.push_str("\n");
    }
    text
}

/// `ghostable-`, and of an environment's name what may be in one of Kubernetes.
pub fn secret_name(environment: &str) -> String {
    let part = |c: char| {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() { c } else { '-' }
    };
    let name: String = "ghostable-"
        .chars()
        .chain(environment.chars().map(part))
        .take(LONGEST)
        .collect();
    name.trim_end_matches('-').to_owned()
}

fn usage(subject: &Subject) -> String {
    let name = secret_name(&subject.environment);
    format!("envFrom:\n  - secretRef:\n      name: {name}\n")
}

fn read(text: &str) -> Option<Vec<Variable>> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("stringData:"));
    match lines.next()? {
        "stringData: {}" => return Some(Vec::new()),
        "stringData:" => {}
        _ => return None,
    }
    let read_line = |line: &str| {
        let (name, value) = line.strip_prefix("  ")?.split_once(": ")?;
        Some(Variable {
            name: name.to_owned(),
            value: serde_json::from_str(value).ok()?,
        })
    };
    lines.map(read_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_kubernetes() {
        for (environment, name) in [
            ("production", "ghostable-production"),
            ("Über Prod_2", "ghostable--ber-prod-2"),
            ("x-", "ghostable-x"),
            ("", "ghostable"),
        ] {
            assert_eq!(secret_name(environment), name);
        }
        assert_eq!(secret_name(&"e".repeat(100)).len(), LONGEST);
    }
}
