//! Which tokens a leak is of: by the public keys of its seeds, and by the ends of its CI tokens.

use super::proof;
use super::survey::Survey;
use super::{Candidate, Leak, Source};
use crate::Context;
use model::{LeakMatch, Leaked, PlacedToken, Problem, Unlisted};
use protocol::secret::CiToken;
use protocol::{PublicKey, TokenKey};

/// The most CI tokens that fit no token and are asked about: each is a request.
const MOST_ASKED: usize = 10;

/// Something that leaked, and what is known of it.
#[derive(Debug)]
pub struct Sighting {
    /// What it was read from, if that has a name.
    pub source: Option<Source>,
    /// The line on which it stands, from one on.
    pub line: usize,
    pub what: Leaked,
    /// The tokens that it fits, the surest first.
    pub matches: Vec<LeakMatch>,
    /// Whether the server accepts it as a CI token; `None` where it was not asked.
    pub works: Option<bool>,
    /// The CI token, where all of it is there.
    pub ci_token: Option<CiToken>,
}

/// What was found, and where could not be looked.
#[derive(Debug)]
pub struct Search {
    /// Everything that leaked, in the order of its lines.
    pub sightings: Vec<Sighting>,
    /// What could not be looked at.
    pub unlisted: Vec<Unlisted>,
}

impl Search {
    /// The tokens that what leaked fits, each once, the surest first.
    pub fn tokens(&self) -> Vec<LeakMatch> {
        let mut found: Vec<LeakMatch> = Vec::new();
        for it in self.sightings.iter().flat_map(|it| &it.matches) {
            let id = &it.placed.token.id;
            match found.iter_mut().find(|known| known.placed.token.id == *id) {
                Some(known) => {
                    known.by_seed |= it.by_seed;
                    known.by_suffix |= it.by_suffix;
                }
                None => found.push(it.clone()),
            }
        }
        put_in_order(&mut found);
        // An end is short: where the seed names a token, another one that only ends alike is not meant.
        if found.first().is_some_and(|it| it.by_seed && it.by_suffix) {
            found.retain(|it| it.by_seed);
        }
        found
    }

    /// What is known of those that fit no token, as a problem; `None` where something fits.
    pub fn problem(&self) -> Option<Problem> {
        if self.sightings.iter().any(|it| !it.matches.is_empty()) {
            return None;
        }
        let tokens = || self.sightings.iter().filter(|it| it.what.is_ci_token());
        let works = if tokens().any(|it| it.works == Some(true)) {
            Some(true)
        } else if tokens().count() > 0 && tokens().all(|it| it.works == Some(false)) {
            Some(false)
        } else {
            None
        };
        let in_parts = self.sightings.iter().any(|it| !it.what.is_whole());
        Some(Problem::NobodysLeak { works, in_parts })
    }

    /// The leaked CI token of a token that fits it, to prove later that it is refused.
    pub fn ci_token_of(&self, it: &LeakMatch) -> Option<CiToken> {
        let is_of = |sighting: &&Sighting| {
            let mut ids = sighting.matches.iter().map(|it| &it.placed.token.id);
            ids.any(|id| *id == it.placed.token.id)
        };
        let own = self
            .sightings
            .iter()
            .filter(is_of)
            .find_map(|it| it.ci_token.clone());
        // A seed that fits says nothing of a CI token, unless there is one and the server shows no ends.
        let only = || {
            let mut all = self.sightings.iter().filter_map(|it| it.ci_token.clone());
            let first = all.next();
            first.filter(|_| it.has_the_ci_token() && all.next().is_none())
        };
        own.or_else(only)
    }
}

fn put_in_order(found: &mut [LeakMatch]) {
    found.sort_by_key(|it| (!it.by_seed, !it.by_suffix, !it.placed.token.may_be_active()));
}

/// Looks through everything that the user can see, active or not. Of what leaked nothing is sent but whole CI tokens that fit
/// no token: the server is asked whether it accepts them.
///
/// # Errors
/// As [`super::survey()`].
pub async fn find(context: &Context, leak: &Leak) -> Result<Search, Problem> {
    let Survey {
        active,
        ended,
        unlisted,
        ..
    } = super::survey(context).await?;
    let all: Vec<PlacedToken> = active.into_iter().chain(ended).collect();
    let sightings = leak.candidates().iter().filter_map(|it| look_up(it, &all));
    let mut sightings: Vec<(Sighting, Option<&CiToken>)> = sightings.collect();
    let unknown = sightings
        .iter_mut()
        .filter(|(sighting, _)| sighting.matches.is_empty());
    // One that stands in many places is asked about once.
    let mut asked: Vec<(&CiToken, bool)> = Vec::new();
    for (sighting, token) in unknown.filter_map(|(sighting, token)| token.map(|token| (sighting, token))) {
        let known = asked.iter().find(|(it, _)| it.ct_eq(token));
        sighting.works = match known {
            Some((_, works)) => Some(*works),
            None if asked.len() < MOST_ASKED => {
                let works = !proof::is_refused(context, token).await?;
                asked.push((token, works));
                Some(works)
            }
            None => None,
        };
    }
    Ok(Search {
        sightings: sightings.into_iter().map(|(sighting, _)| sighting).collect(),
        unlisted,
    })
}

/// The tokens that a candidate fits, and what of it may be asked about.
fn look_up<'a>(it: &'a Candidate, all: &[PlacedToken]) -> Option<(Sighting, Option<&'a CiToken>)> {
    let key = it.public_key();
    let mut matches: Vec<LeakMatch> = all
        .iter()
        .filter_map(|placed| fit(it, key.as_ref(), placed))
        .collect();
    put_in_order(&mut matches);
    if matches.is_empty() && it.is_chance() {
        return None;
    }
    let sighting = Sighting {
        source: it.source.clone(),
        line: it.line,
        what: it.what(),
        matches,
        works: None,
        ci_token: it.ci_token().cloned(),
    };
    Some((sighting, it.askable()))
}

fn fit(it: &Candidate, key: Option<&PublicKey>, placed: &PlacedToken) -> Option<LeakMatch> {
    let token = &placed.token;
    let by_seed = matches!((&token.key, key), (TokenKey::Usable(own), Some(key)) if own == key);
    let by_suffix = token
        .ci_token_suffix
        .as_deref()
        .is_some_and(|end| it.ends_in(end));
    (by_seed || by_suffix).then(|| LeakMatch {
        placed: placed.clone(),
        by_seed,
        by_suffix,
    })
}
