//! When CI tokens end, as the server told it when it made them: it does not tell it a second time (docs/protocol.md 7.1,
//! 7.2). Kept beside the journal by deploy token and the last characters of its CI token; no secret is in it.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::journal::{Journal, Kept};
use protocol::{DeployToken, DeployTokenId, Moment, NotKnown, Occurrence, TokenEntry};

const ENDS: Kept = Kept {
    file: "token-ends.json",
    lock: "token-ends.lock",
};
/// So many tokens of a server at most: those that ended first are forgotten.
const MOST: usize = 20_000;

/// The content of the file: what was told, by server and token.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    ends: BTreeMap<String, Ends>,
}

type Ends = BTreeMap<DeployTokenId, Noted>;

#[derive(Debug, Deserialize, Serialize)]
struct Noted {
    suffix: String,
    ends_at: String,
}

/// Fills in the ends that the server does not tell and has told here once. What cannot be read is not known, which is said
/// of the tokens; nothing else depends on it.
pub(super) async fn fill_in(context: &Context, mut entries: Vec<TokenEntry>) -> Vec<TokenEntry> {
    let lacks_end = |entry: &TokenEntry| entry.token().is_some_and(|token| !token.end.is_known());
    let Some(journal) = context.journal.clone().filter(|_| entries.iter().any(lacks_end)) else {
        return entries;
    };
    let known = tokio::task::spawn_blocking(move || known(&journal)).await;
    let known = known.unwrap_or_default();
    for entry in &mut entries {
        if let TokenEntry::Token(token) = entry {
            token.end = end_of(token, &known);
        }
    }
    entries
}

fn known(journal: &Journal) -> Ends {
    let mut document: Document = ENDS.read(journal.folder()).unwrap_or_else(|error| {
        tracing::warn!(%error, "the ends of tokens cannot be read");
        Document::default()
    });
    document.ends.remove(journal.scope()).unwrap_or_default()
}

/// The end of a token: what the server tells, or else what it told here once, unless its CI token is another one since.
fn end_of(token: &DeployToken, known: &Ends) -> Occurrence {
    let noted = match known.get(&token.id) {
        Some(noted) if !token.end.is_known() => noted,
        _ => return token.end,
    };
    if token.ci_token_suffix.as_deref() != Some(noted.suffix.as_str()) {
        return Occurrence::NotKnown(NotKnown::ChangedElsewhere);
    }
    Moment::parse(&noted.ends_at).map_or(token.end, Occurrence::At)
}

/// Notes the end of a token that was just issued. That it cannot be noted is no reason to stop: it is then not known later.
pub(super) fn note(context: &Context, token: &DeployToken) {
    let (Some(end), Some(suffix)) = (token.end.known(), &token.ci_token_suffix) else {
        return;
    };
    let Some(journal) = context.journal.as_ref().filter(|_| !token.id.as_str().is_empty()) else {
        return;
    };
    let told = [(token.id.clone(), suffix.clone(), end)];
    if let Err(error) = note_ends(journal, told) {
        tracing::warn!(%error, "the end of a token cannot be noted");
    }
}

/// Notes when CI tokens end, beside this journal, by deploy token and the last characters of its CI token.
///
/// # Errors
/// What the system says of the file; they are then not known later.
pub fn note_ends(
    journal: &Journal,
    told: impl IntoIterator<Item = (DeployTokenId, String, Moment)>,
) -> io::Result<()> {
    ENDS.change(journal.folder(), |document: &mut Document| {
        let ends = document.ends.entry(journal.scope().to_owned()).or_default();
        for (token, suffix, end) in told {
            let ends_at = end.to_wire();
            ends.insert(token, Noted { suffix, ends_at });
        }
        forget_oldest(ends);
    })
}

fn forget_oldest(ends: &mut Ends) {
    while ends.len() > MOST {
        let oldest = ends.iter().min_by(|a, b| a.1.ends_at.cmp(&b.1.ends_at));
        let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
            return;
        };
        ends.remove(&oldest);
    }
}
