//! What `find` found where, as SARIF.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::find_report::{described, word};
use super::sarif::{self, Rule};
use model::Leaked;
use service::revocation::{Search, Sighting, Source};

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
pub(super) fn log(search: &Search) -> Value {
    let not_looked_at: Vec<String> = search
        .unlisted
        .iter()
        .map(|it| text::emergency::unlisted(it).what)
        .collect();
    let results = search.sightings.iter().map(result).collect();
    sarif::log(&RULES.map(rule), results, &not_looked_at)
}

fn rule(what: Leaked) -> Rule {
    let what_it_is = text::emergency::leaked(what);
    Rule {
        id: word(what),
        says: format!("Here is {what_it_is}."),
        help: "Revoke its token, or rotate it, and take it out.",
        level: level(what),
    }
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
