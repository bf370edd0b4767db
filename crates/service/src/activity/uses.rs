//! When runners last fetched: the newest `deploy` of each token in the activity, read from its newest page back.

use std::collections::{HashMap, HashSet};

use super::PER_PAGE;
use super::own_checks::{OwnChecks, Read};
use crate::Context;
use model::activity::MOMENT;
use model::{TokenUse, Uses};
use protocol::{
    ActivityAuthor, ActivityEntry, ActivityKind, ActivityPage, DeployToken, DeployTokenId, Moment, NotKnown,
    Occurrence, ProjectId, TokenEntry,
};

/// So many pages are read back at most: a server may allow sixty calls a minute for everything.
const MOST_PAGES: u32 = 3;

/// When runners last fetched with the tokens of a list, all of one project. It is read back until every active token is
/// accounted for, or for three pages of a hundred entries. *Never* is said only where the activity reaches back to the
/// token's creation, and everything in it could be read; our own checks count for nothing (docs/protocol.md G30).
///
/// What cannot be had is not known, with the reason; nothing else depends on it.
pub async fn last_uses(context: &Context, project: &ProjectId, entries: &[TokenEntry]) -> Uses {
    let tokens: Vec<&DeployToken> = entries.iter().filter_map(TokenEntry::token).collect();
    if tokens.is_empty() {
        return Uses::default();
    }
    let mut seen = Seen::new(own_checks(context).await);
    for page in 1..=MOST_PAGES {
        match context.client.activity(project, page, PER_PAGE).await {
            Ok(Some(read)) => seen.add(read),
            Ok(None) => return Uses::not_known(NotKnown::NotAllowed),
            Err(error) => {
                tracing::warn!(%error, "the activity of a project could not be read");
                seen.ended = Some(NotKnown::NotReached);
            }
        }
        let active = tokens.iter().filter(|token| token.may_be_active());
        let is_enough = active.clone().all(|token| seen.accounts_for(token));
        if seen.ended.is_some() || seen.is_whole || is_enough {
            break;
        }
    }
    let found = tokens
        .into_iter()
        .map(|token| (token.id.clone(), seen.of(&token.id, token.created)));
    Uses::new(found.collect())
}

/// When runners last fetched with tokens of which no more is known than their ids, by the newest page of the activity alone.
pub(crate) async fn newest_uses(context: &Context, project: &ProjectId, tokens: &[DeployTokenId]) -> Uses {
    let mut seen = Seen::new(own_checks(context).await);
    match context.client.activity(project, 1, PER_PAGE).await {
        Ok(Some(read)) => seen.add(read),
        Ok(None) => return Uses::not_known(NotKnown::NotAllowed),
        Err(error) => {
            tracing::warn!(%error, "the activity of a project could not be read");
            return Uses::not_known(NotKnown::NotReached);
        }
    }
    let made = Occurrence::NotKnown(NotKnown::NotTold);
    let found = tokens.iter().map(|id| (id.clone(), seen.of(id, made)));
    Uses::new(found.collect())
}

async fn own_checks(context: &Context) -> Read {
    match OwnChecks::of(context) {
        Some(own) => own.read().await,
        None => Read::default(),
    }
}

/// What was read so far.
struct Seen {
    own: Read,
    /// The fetches of each token; those whose time cannot be read, too.
    fetches: HashMap<DeployTokenId, Fetches>,
    /// An entry may come twice, because new ones move it to the next page.
    entries: HashSet<String>,
    /// The oldest time that was read.
    back_to: Option<Moment>,
    /// There was no further page.
    is_whole: bool,
    /// Something in it could not be read, or was done by a runner that is not named.
    has_gaps: bool,
    /// Why no more was read, where that was not by choice.
    ended: Option<NotKnown>,
}

#[derive(Default)]
struct Fetches {
    at: Vec<Moment>,
    undated: usize,
}

impl Seen {
    fn new(own: Read) -> Self {
        Self {
            own,
            fetches: HashMap::new(),
            entries: HashSet::new(),
            back_to: None,
            is_whole: false,
            has_gaps: false,
            ended: None,
        }
    }

    fn add(&mut self, page: ActivityPage) {
        self.has_gaps |= page.unreadable > 0;
        self.is_whole = !page.has_more;
        for entry in page.entries {
            let is_new = entry.id.clone().is_none_or(|id| self.entries.insert(id));
            if is_new {
                self.note(entry);
            }
        }
    }

    fn note(&mut self, entry: ActivityEntry) {
        if let Some(at) = entry.at.known() {
            self.back_to = Some(self.back_to.map_or(at, |known| known.min(at)));
        }
        match (entry.kind, entry.author) {
            (ActivityKind::Fetched, ActivityAuthor::Token { id, .. }) => {
                let fetches = self.fetches.entry(id).or_default();
                match entry.at.known() {
                    Some(at) => fetches.at.push(at),
                    None => fetches.undated += 1,
                }
            }
            // The runner of a token that is deleted.
            (ActivityKind::Fetched, ActivityAuthor::System) => {}
            (ActivityKind::Fetched, _) => self.has_gaps = true,
            _ => {}
        }
    }

    /// Whether nothing more has to be read for a token.
    fn accounts_for(&self, token: &DeployToken) -> bool {
        let used = self.of(&token.id, token.created).last;
        used.known().is_some() || self.reaches_back_to(token.created)
    }

    /// Whether everything since then was seen. The end of the activity alone says nothing: a server may forget what is old,
    /// or have begun to write it down later. A token whose creation is in it, or after its oldest entry, is in it as a whole.
    fn reaches_back_to(&self, created: Occurrence) -> bool {
        let (Some(created), Some(back_to)) = (created.known(), self.back_to) else {
            return false;
        };
        back_to < created || (self.is_whole && back_to <= created.plus_seconds(MOMENT))
    }

    /// What was seen of a token that was created then.
    fn of(&self, token: &DeployTokenId, created: Occurrence) -> TokenUse {
        let none = Fetches::default();
        let fetches = self.fetches.get(token).unwrap_or(&none);
        let by_ci = self.own.leave_out(token, &fetches.at);
        let reaches_back = self.reaches_back_to(created);
        let last = match by_ci.iter().max() {
            _ if fetches.undated > 0 => Occurrence::NotKnown(NotKnown::Unreadable),
            Some(at) => Occurrence::At(*at),
            None if reaches_back && self.has_gaps => Occurrence::NotKnown(NotKnown::Unreadable),
            None if reaches_back => Occurrence::Never,
            None => Occurrence::NotKnown(self.ended.unwrap_or(NotKnown::TooFarBack)),
        };
        TokenUse {
            last,
            fetches: by_ci.len() + fetches.undated,
            are_all: reaches_back && !self.has_gaps,
        }
    }
}
