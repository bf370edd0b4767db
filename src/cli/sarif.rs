//! The form that tools for code take of what was found: SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A kind of what can be found.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) says: String,
    pub(super) help: &'static str,
    /// `error`, `warning` or `note`.
    pub(super) level: &'static str,
}

/// The log of one run: its rules, its results, each of which names one of the rules, and what could not be looked at.
pub(super) fn log(rules: &[Rule], mut results: Vec<Value>, not_looked_at: &[String]) -> Value {
    for result in &mut results {
        let at = rules.iter().position(|rule| result["ruleId"] == rule.id);
        if let (Some(at), Some(result)) = (at, result.as_object_mut()) {
            result.insert("ruleIndex".to_owned(), at.into());
        }
    }
    let told = |text: &String| json!({ "level": "error", "message": { "text": text } });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "deploy-tokens",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(described).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": not_looked_at.is_empty(),
                "toolExecutionNotifications": not_looked_at.iter().map(told).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.says },
        "help": { "text": rule.help },
        "defaultConfiguration": { "level": rule.level },
    })
}
