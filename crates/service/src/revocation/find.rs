//! Which token a leaked block belongs to: by the public key of its seed, and by the end of its CI token.

use super::Leak;
use super::proof;
use super::survey::Survey;
use crate::Context;
use model::{LeakMatch, Problem, Unlisted};
use protocol::TokenKey;

/// What was found, and where could not be looked.
#[derive(Debug)]
pub struct Search {
    /// The surest first.
    pub found: Vec<LeakMatch>,
    /// What could not be looked at.
    pub gaps: Vec<Unlisted>,
}

/// Looks through everything that the user can see, active or not. Nothing that leaked is sent anywhere; [`still_works`]
/// does that.
///
/// # Errors
/// As [`super::survey()`].
pub async fn find(context: &Context, leak: &Leak) -> Result<Search, Problem> {
    let Survey {
        active, ended, gaps, ..
    } = super::survey(context).await?;
    let key = leak.public_key();
    let mut found: Vec<LeakMatch> = active
        .into_iter()
        .chain(ended)
        .filter_map(|exposed| {
            let token = &exposed.token;
            let by_seed = matches!((&token.key, &key), (TokenKey::Usable(own), Some(key)) if own == key);
            let by_suffix = token
                .ci_token_suffix
                .as_deref()
                .is_some_and(|it| leak.ends_in(it));
            (by_seed || by_suffix).then_some(LeakMatch {
                exposed,
                by_seed,
                by_suffix,
            })
        })
        .collect();
    found.sort_by_key(|it| (!it.by_seed, !it.by_suffix, !it.exposed.token.is_active()));
    // A suffix is short: where the seed names a token, another one that only ends alike is not meant.
    if found
        .first()
        .is_some_and(|first| first.by_seed && first.by_suffix)
    {
        found.retain(|it| it.by_seed);
    }
    Ok(Search { found, gaps })
}

/// Whether the server still accepts the leaked CI token; `None` if none leaked.
///
/// # Errors
/// API errors: then it is not known.
pub async fn still_works(context: &Context, leak: &Leak) -> Result<Option<bool>, Problem> {
    match &leak.ci_token {
        Some(token) => Ok(Some(!proof::is_refused(context, token).await?)),
        None => Ok(None),
    }
}
