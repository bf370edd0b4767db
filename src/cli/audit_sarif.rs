//! What an audit has found, as SARIF. It is in no file: an environment of a project is where it is.

use serde_json::{Value, json};

use super::sarif::{self, Rule};
use model::{Audit, AuditFact, AuditFinding};
use text::audit::{KINDS, finding, kind};

/// The log of one audit; commands name the project where there are `several`.
pub(super) fn log(audit: &Audit, several: bool) -> Value {
    let rules = KINDS.map(|(id, says)| Rule {
        id,
        says: says.to_owned(),
        help: "Each result has the command that mends it.",
        level: level(id),
    });
    let not_looked_at: Vec<String> = audit
        .unlisted
        .iter()
        .map(|it| text::emergency::unlisted(it).what)
        .collect();
    let results = audit.findings.iter().map(|it| result(it, several)).collect();
    sarif::log(&rules, results, &not_looked_at)
}

/// What stops a runner, or lets in who should not be, is an error.
fn level(kind: &str) -> &'static str {
    match kind {
        "not-shared" | "expired" | "key-of-nobody" | "still-sealed" => "error",
        "unused" | "old-key" | "being-replaced" => "note",
        _ => "warning",
    }
}

fn result(found: &AuditFinding, several: bool) -> Value {
    let (kind, words) = (kind(&found.fact), finding(found, several));
    let token = match &found.fact {
        AuditFact::Token { id, .. } => Some(id.as_str()),
        _ => None,
    };
    let place = format!("{}/{}", found.project_name, found.environment);
    json!({
        "ruleId": kind,
        "level": level(kind),
        "message": { "text": format!("{}. To mend it: {}", words.what, words.next) },
        "locations": [{ "logicalLocations": [{
            "name": found.environment.as_str(),
            "fullyQualifiedName": place,
            "kind": "environment",
        }]}],
        // By which one night's result is known to be that of the night before.
        "partialFingerprints": { "finding/v1": format!(
            "{kind}:{}:{}:{}",
            found.project,
            found.environment_id,
            token.unwrap_or_default(),
        )},
        "properties": {
            "project": found.project.as_str(),
            "environment": found.environment.as_str(),
            "token": token,
            "command": words.next,
        },
    })
}
