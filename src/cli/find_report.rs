//! What `find` found, for people and as JSON (docs/json.md).

use serde::Serialize;

use super::output;
use crate::failure::Failure;
use model::{LeakMatch, Leaked, PlacedToken, Problem};
use protocol::unseen::shown;
use service::revocation::{Search, Sighting};

#[derive(Serialize)]
struct SearchJson<'a> {
    /// The tokens that what leaked fits, each once.
    found: Vec<FoundJson<'a>>,
    /// Everything that leaked, and where.
    sightings: Vec<SightingJson<'a>>,
    /// Of those that fit no token: whether the server accepts one of them; `null` where it was not asked about all of them.
    ci_token_accepted: Option<bool>,
}

#[derive(Serialize)]
struct FoundJson<'a> {
    id: &'a str,
    name: &'a str,
    status: &'a str,
    project: &'a str,
    project_id: &'a str,
    environment: &'a str,
    by_seed: bool,
    by_ci_token_suffix: bool,
}

#[derive(Serialize)]
struct SightingJson<'a> {
    /// The file; a commit and a file of it, with a colon between; `null` for standard input.
    source: Option<String>,
    /// The same in two members.
    commit: Option<&'a str>,
    file: Option<&'a str>,
    line: usize,
    what: &'static str,
    /// The ids of the tokens that it fits.
    tokens: Vec<&'a str>,
    /// `null` where the server was not asked.
    accepted: Option<bool>,
}

/// Prints one JSON object.
pub(super) fn print_json(search: &Search) -> Result<(), Failure> {
    let tokens = search.tokens();
    output::json(&SearchJson {
        found: tokens.iter().map(token_json).collect(),
        sightings: search.sightings.iter().map(sighting_json).collect(),
        ci_token_accepted: match search.problem() {
            Some(Problem::NobodysLeak { works, .. }) => works,
            _ => None,
        },
    })
}

/// Prints where what stands, and what can be done with the tokens that it fits.
pub(super) fn print(search: &Search) -> Result<(), Failure> {
    let tokens = search.tokens();
    let places = search.sightings.iter().map(sighting_text);
    output::result(&places.chain(tokens.iter().map(token_text)).collect::<String>())
}

/// What something that leaked is called where programs read it.
pub(super) fn word(what: Leaked) -> &'static str {
    match what {
        Leaked::CiToken => "ci-token",
        Leaked::WrappedCiToken => "ci-token-wrapped",
        Leaked::CutCiToken => "ci-token-cut",
        Leaked::MaskedCiToken => "ci-token-masked",
        Leaked::Seed => "seed",
        Leaked::CutSeed => "seed-cut",
        Leaked::MaskedSeed => "seed-masked",
    }
}

/// What something is, and whose.
pub(super) fn described(it: &Sighting) -> String {
    let whose = match (it.matches.first(), it.works) {
        (Some(first), _) => format!("of {}", first.placed.token.name),
        (None, Some(true)) => "of a token that you cannot see; the server accepts it".to_owned(),
        (None, Some(false)) => "the server refuses it".to_owned(),
        (None, None) => "not known whose".to_owned(),
    };
    format!("{}, {whose}", text::emergency::leaked(it.what))
}

fn token_json(it: &LeakMatch) -> FoundJson<'_> {
    FoundJson {
        id: it.placed.token.id.as_str(),
        name: &it.placed.token.name,
        status: text::status(&it.placed.token),
        project: &it.placed.project_name,
        project_id: it.placed.project.as_str(),
        environment: it.placed.environment.name.as_str(),
        by_seed: it.by_seed,
        by_ci_token_suffix: it.by_suffix,
    }
}

fn sighting_json(it: &Sighting) -> SightingJson<'_> {
    SightingJson {
        source: it.source.as_ref().map(ToString::to_string),
        commit: it.source.as_ref().and_then(|it| it.commit.as_deref()),
        file: it.source.as_ref().map(|it| it.file.as_str()),
        line: it.line,
        what: word(it.what),
        tokens: it.matches.iter().map(|it| it.placed.token.id.as_str()).collect(),
        accepted: it.works,
    }
}

/// Where something stands, what it is, and whose.
fn sighting_text(it: &Sighting) -> String {
    let place = match &it.source {
        Some(source) => format!("{}:{}", shown(&source.to_string()), it.line),
        None => format!("line {}", it.line),
    };
    format!("{place}: {}\n", described(it))
}

fn token_text(it: &LeakMatch) -> String {
    let PlacedToken {
        project,
        project_name,
        environment,
        token,
    } = &it.placed;
    let how = match (it.by_seed, it.by_suffix) {
        (true, true) => "its seed and its CI token fit",
        (true, false) => "its seed fits",
        (false, _) => "its CI token ends alike",
    };
    let place = text::place(project_name, &environment.name);
    let head = format!(
        "{} ({}) in {place}: {}, {how}\n",
        output::strong_result(&token.name),
        token.id,
        text::status(token)
    );
    if token.may_be_active() {
        let told = [environment.name.as_str(), environment.id.as_str()];
        let env = told.into_iter().find(|it| !it.is_empty());
        let env = env.map_or(String::new(), |env| format!(" --env {env}"));
        format!(
            "{head}  deploy-tokens --project {project} revoke{env} {}\n",
            token.id
        )
    } else {
        head
    }
}
