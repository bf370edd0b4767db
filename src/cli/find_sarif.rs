//! What `find` found where, in the form that tools for code take: SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::find_report::{described, word};
use model::Leaked;
use service::revocation::{Sighting, Source};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What stays as it is in the path of an address (RFC 3986, 3.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What stands for standard input, which is no file.
const STANDARD_INPUT: &str = "stdin";

/// Everything that can be found, each a rule.
const RULES: [Leaked; 7] = [
    Leaked::CiToken,
    Leaked::WrappedCiToken,
    Leaked::CutCiToken,
    Leaked::MaskedCiToken,
    Leaked::Seed,
    Leaked::CutSeed,
    Leaked::MaskedSeed,
];

/// The log of one run.
pub(super) fn log(sightings: &[Sighting]) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "deploy-tokens",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.map(rule),
            }},
            "columnKind": "unicodeCodePoints",
            "results": sightings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(what: Leaked) -> Value {
    let what_it_is = text::emergency::leaked(what);
    json!({
        "id": word(what),
        "shortDescription": { "text": format!("Here is {what_it_is}.") },
        "help": { "text": "Revoke its token, or rotate it, and take it out." },
        "defaultConfiguration": { "level": level(what) },
    })
}

/// What is masked is as it should be.
fn level(what: Leaked) -> &'static str {
    match what {
        Leaked::CiToken | Leaked::WrappedCiToken | Leaked::Seed => "error",
        Leaked::CutCiToken | Leaked::CutSeed => "warning",
        Leaked::MaskedCiToken | Leaked::MaskedSeed => "note",
    }
}

fn result(it: &Sighting) -> Value {
    let commit = it.source.as_ref().and_then(|it| it.commit.as_deref());
    let tokens: Vec<&str> = it.matches.iter().map(|it| it.placed.token.id.as_str()).collect();
    let told = match commit {
        Some(commit) => format!("In commit {commit}: {}.", described(it)),
        None => format!("Here is {}.", described(it)),
    };
    json!({
        "ruleId": word(it.what),
        "ruleIndex": RULES.iter().position(|rule| *rule == it.what),
        "level": level(it.what),
        "message": { "text": told },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": address(it.source.as_ref()) },
            "region": { "startLine": it.line },
        }}],
        "properties": { "commit": commit, "tokens": tokens, "accepted": it.works },
    })
}

/// The address of a file: one from the root on, or as it was named.
fn address(source: Option<&Source>) -> String {
    let Some(source) = source else {
        return STANDARD_INPUT.to_owned();
    };
    let path = source.file.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let encoded = utf8_percent_encode(path, PATH);
    match path.starts_with('/') {
        true => format!("file://{encoded}"),
        false => encoded.to_string(),
    }
}
