//! To where the values of tokens were sent: kept beside the journal by deploy token, so that new ones can be sent there again.
//! No secret is in it, and nothing depends on it but what is said and proposed.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::journal::{Journal, Kept};
use model::{Destination, Handed};
use protocol::{DeployTokenId, Moment};

const HANDED: Kept = Kept {
    file: "token-destinations.json",
    lock: "token-destinations.lock",
};
/// So many tokens of a server at most: those to whom something was sent longest ago are forgotten.
const MOST: usize = 20_000;
/// So many destinations of a token at most.
const MOST_OF_ONE: usize = 20;

/// The content of the file, by server and token.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    handed: BTreeMap<String, Tokens>,
}

type Tokens = BTreeMap<DeployTokenId, Vec<Noted>>;

#[derive(Debug, Deserialize, Serialize)]
struct Noted {
    destination: String,
    sent_at: String,
}

/// To where the values of each token were sent, of the server in use. What cannot be read was never sent, as far as it is
/// known here.
pub fn handed(context: &Context) -> BTreeMap<DeployTokenId, Vec<Handed>> {
    let Some(journal) = &context.journal else {
        return BTreeMap::new();
    };
    let mut document: Document = HANDED.read(journal.folder()).unwrap_or_else(|error| {
        tracing::warn!(%error, "to where tokens were sent cannot be read");
        Document::default()
    });
    let tokens = document.handed.remove(journal.scope()).unwrap_or_default();
    tokens
        .into_iter()
        .map(|(token, all)| (token, all.iter().filter_map(read).collect()))
        .collect()
}

/// One of a kind that this release does not know is left out.
fn read(noted: &Noted) -> Option<Handed> {
    Some(Handed {
        destination: Destination::parse(&noted.destination).ok()?,
        at: Moment::parse(&noted.sent_at)?,
    })
}

/// Notes that a token's values were sent there. That it cannot be noted is no reason to stop: it is then not proposed later.
pub fn note_handed(context: &Context, token: &DeployTokenId, destination: &Destination) {
    let Some(journal) = context.journal.as_ref().filter(|_| !token.as_str().is_empty()) else {
        return;
    };
    let text = destination.to_string();
    let noted = change(journal, |tokens| {
        let all = tokens.entry(token.clone()).or_default();
        all.retain(|it| it.destination != text);
        all.push(Noted {
            destination: text.clone(),
            sent_at: Moment::now().to_wire(),
        });
        let surplus = all.len().saturating_sub(MOST_OF_ONE);
        all.drain(..surplus);
        forget_oldest(tokens);
    });
    if let Err(error) = noted {
        tracing::warn!(%error, "to where a token was sent cannot be noted");
    }
}

/// Forgets it of a token that is gone.
pub(super) fn forget(context: &Context, token: &DeployTokenId) {
    let Some(journal) = &context.journal else {
        return;
    };
    if !handed(context).contains_key(token) {
        return;
    }
    let forgotten = change(journal, |tokens| {
        tokens.remove(token);
    });
    if let Err(error) = forgotten {
        tracing::warn!(%error, "to where a deleted token was sent is still noted");
    }
}

fn change(journal: &Journal, change: impl FnOnce(&mut Tokens)) -> io::Result<()> {
    HANDED.change(journal.folder(), |document: &mut Document| {
        change(document.handed.entry(journal.scope().to_owned()).or_default());
    })
}

fn forget_oldest(tokens: &mut Tokens) {
    let last = |all: &[Noted]| all.last().map(|it| it.sent_at.clone());
    while tokens.len() > MOST {
        let oldest = tokens.iter().min_by_key(|(_, all)| last(all));
        let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
            return;
        };
        tokens.remove(&oldest);
    }
}
