//! The tokens of the open environment, and how they are searched, filtered and sorted.

use std::collections::{BTreeMap, BTreeSet};

use dioxus::prelude::*;

use super::{Load, TokenChip, TokenHealth, begin, change, health, restore};
use model::{ClosedSheet, Handed, Problem, Replacement, TokenColumn, Uses};
use protocol::{DeployToken, DeployTokenId, Lifetime, Moment, TokenEntry, TokenStatus};

/// Which tokens are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// Only active ones.
    #[default]
    Active,
    /// Only those that are not active.
    Revoked,
    /// All.
    All,
}

/// Column and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// One that sorts.
    pub column: TokenColumn,
    /// From high to low.
    pub descending: bool,
}

/// What was used last stands first.
impl Default for Sort {
    fn default() -> Self {
        Self {
            column: TokenColumn::LastUsed,
            descending: true,
        }
    }
}

/// How many tokens there are, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are active, or may be.
    pub active: usize,
    /// Revoked ones.
    pub revoked: usize,
    /// Entries without an id.
    pub malformed: usize,
}

/// Whom an environment's key is sealed for, as it was seen when these tokens were listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    tokens: BTreeSet<DeployTokenId>,
    /// The tokens that were listed before; `None` where no list was there yet. Of later ones it says nothing.
    among: Option<BTreeSet<DeployTokenId>>,
}

/// The tokens and the way they are shown.
#[derive(Clone, Copy, PartialEq)]
pub struct TokensStore {
    /// All entries of the environment, in the server's order.
    pub entries: Signal<Load<Vec<TokenEntry>>>,
    /// When runners last fetched, and how often, as the activity told it last.
    pub uses: Signal<Uses>,
    /// The tokens that are being replaced from this machine.
    pub replacements: Signal<Vec<Replacement>>,
    /// When the token that a successor replaces will be revoked, where the user has chosen a time.
    pub due: Signal<Vec<(DeployTokenId, Moment)>>,
    /// Whom the environment's key is sealed for, where that is told.
    pub sealed: Signal<Option<Sealed>>,
    /// Set while a list is shown that could not be refreshed: why, what to do.
    pub stale: Signal<Option<Problem>>,
    /// When the list that is shown was fetched.
    pub listed_at: Signal<Option<Moment>>,
    /// By how many seconds the server's clock was ahead of this machine's then, where it says so.
    pub clock_ahead: Signal<Option<i64>>,
    /// A refresh is under way that somebody has asked for.
    pub refreshing: Signal<bool>,
    /// The search text.
    pub search: Signal<String>,
    /// The status filter.
    pub filter: Signal<StatusFilter>,
    /// What those have in common that are shown, beside their status.
    pub chip: Signal<Option<TokenChip>>,
    /// The order.
    pub sort: Signal<Sort>,
    /// The token that was just made or changed, to be pointed out.
    pub highlighted: Signal<Option<DeployTokenId>>,
    /// To where the values of each were sent from this machine.
    pub handed: Signal<BTreeMap<DeployTokenId, Vec<Handed>>>,
    /// The tokens whose values were not handed over, as far as the journal knows.
    pub unclaimed: Signal<BTreeSet<DeployTokenId>>,
    /// The sheets that were closed and can be shown again, the newest first.
    pub closed: Signal<Vec<ClosedSheet>>,
    /// For how long a CI token is asked to work, unless another time is chosen: the last choice.
    pub lifetime: Signal<Lifetime>,
}

impl TokensStore {
    pub(super) fn make() -> Self {
        Self {
            entries: begin(),
            uses: begin(),
            replacements: begin(),
            due: begin(),
            sealed: begin(),
            stale: begin(),
            listed_at: begin(),
            clock_ahead: begin(),
            refreshing: begin(),
            search: begin(),
            filter: begin(),
            chip: begin(),
            sort: begin(),
            highlighted: begin(),
            handed: begin(),
            unclaimed: begin(),
            closed: begin(),
            lifetime: begin(),
        }
    }

    /// Forgets the tokens, and how they were shown.
    pub fn reset(self) {
        let Self {
            entries,
            uses,
            replacements,
            due,
            sealed,
            stale,
            listed_at,
            clock_ahead,
            refreshing,
            search,
            filter,
            chip,
            sort,
            highlighted,
            handed,
            unclaimed,
            closed,
            // The user's, not a server's.
            lifetime: _,
        } = self;
        restore(entries);
        restore(uses);
        restore(replacements);
        restore(due);
        restore(sealed);
        restore(stale);
        restore(listed_at);
        restore(clock_ahead);
        restore(refreshing);
        restore(search);
        restore(handed);
        restore(unclaimed);
        restore(closed);
        restore(filter);
        restore(chip);
        restore(sort);
        restore(highlighted);
    }

    /// Whether the server shows the tokens to admins alone, and the user is none.
    pub fn are_hidden(&self) -> bool {
        matches!(&*self.entries.read(), Load::Failed(Problem::NotAnAdmin))
    }

    /// Whether the newest list could not be had, which is said where it would stand.
    pub fn is_stale(&self) -> bool {
        self.stale.read().is_some() || matches!(&*self.entries.read(), Load::Failed(_))
    }

    /// Takes over whom the key is sealed for.
    pub fn note_sealed(self, tokens: Option<BTreeSet<DeployTokenId>>) {
        let among = self.listed();
        change(self.sealed, tokens.map(|tokens| Sealed { tokens, among }));
    }

    /// A list has come: says whether whom the key is sealed for has to be looked at again, because of a token that is new.
    pub fn note_listed(mut self) -> bool {
        let Some(listed) = self.listed() else {
            return false;
        };
        let is_first = matches!(&*self.sealed.peek(), Some(sealed) if sealed.among.is_none());
        if is_first && let Some(sealed) = &mut *self.sealed.write() {
            sealed.among = Some(listed);
            return false;
        }
        let sealed = self.sealed.peek();
        let among = sealed.as_ref().and_then(|it| it.among.as_ref());
        among.is_some_and(|among| !listed.is_subset(among))
    }

    fn listed(&self) -> Option<BTreeSet<DeployTokenId>> {
        match &*self.entries.peek() {
            Load::Ready(entries) => {
                let tokens = entries.iter().filter_map(TokenEntry::token);
                Some(tokens.map(|it| it.id.clone()).collect())
            }
            _ => None,
        }
    }

    /// Whether the environment's key is known not to be sealed for a token that may be active: its runner decrypts nothing.
    pub fn lacks_key(&self, token: &DeployToken) -> bool {
        let sealed = self.sealed.read();
        let is_left_out = |it: &Sealed| {
            let was_listed = it.among.as_ref().is_some_and(|among| among.contains(&token.id));
            was_listed && !it.tokens.contains(&token.id)
        };
        token.may_be_active() && sealed.as_ref().is_some_and(is_left_out)
    }

    /// Whether a token is on the list of the open environment.
    pub fn is_listed(&self, id: &DeployTokenId) -> bool {
        match &*self.entries.read() {
            Load::Ready(entries) => entries
                .iter()
                .filter_map(TokenEntry::token)
                .any(|it| it.id == *id),
            _ => false,
        }
    }

    /// The names of those tokens.
    pub fn lacking_key(&self) -> Vec<String> {
        match &*self.entries.read() {
            Load::Ready(entries) => {
                let tokens = entries.iter().filter_map(TokenEntry::token);
                tokens
                    .filter(|it| self.lacks_key(it))
                    .map(|it| it.name.clone())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// How it stands with a token at this moment, in the one fact that somebody may have to act on.
    pub fn health_of(&self, token: &DeployToken, now: Moment) -> TokenHealth {
        if self.lacks_key(token) {
            TokenHealth::NotShared
        } else if token.may_be_active() && self.unclaimed.read().contains(&token.id) {
            TokenHealth::NotHandedOver
        } else if self.is_being_replaced(token) {
            TokenHealth::BeingReplaced
        } else {
            health(token, now)
        }
    }

    /// The closed sheet of a token that can be shown again at this moment.
    pub fn closed_sheet(&self, token: &DeployToken, now: Moment) -> Option<ClosedSheet> {
        let closed = self.closed.read();
        let is_its = |it: &&ClosedSheet| it.token == token.id && it.until > now && token.may_be_active();
        closed.iter().find(is_its).cloned()
    }

    /// Shows a token as revoked, as soon as the server has said that it is: the list with the moment comes later.
    pub fn show_revoked(mut self, id: &DeployTokenId) {
        if let Load::Ready(entries) = &mut *self.entries.write() {
            for entry in entries {
                match entry {
                    TokenEntry::Token(token) if token.id == *id && token.may_be_active() => {
                        token.status = TokenStatus::Revoked { at: None };
                    }
                    TokenEntry::Token(_) | TokenEntry::Malformed(_) => {}
                }
            }
        }
    }

    /// Whether a token is being replaced.
    pub fn is_being_replaced(&self, token: &DeployToken) -> bool {
        let replacements = self.replacements.read();
        token.may_be_active() && replacements.iter().any(|it| it.old == token.id)
    }

    /// How many there are, by status; zero while loading.
    pub fn counts(&self) -> Counts {
        match &*self.entries.read() {
            Load::Ready(entries) => count(entries),
            _ => Counts::default(),
        }
    }
}

/// Counts entries by status.
pub fn count(entries: &[TokenEntry]) -> Counts {
    let mut counts = Counts::default();
    for entry in entries {
        match entry {
            TokenEntry::Token(token) if token.may_be_active() => counts.active += 1,
            TokenEntry::Token(_) => counts.revoked += 1,
            TokenEntry::Malformed(_) => counts.malformed += 1,
        }
    }
    counts
}

/// The entries to show, by their place in the list, so that none of thousands is copied for a key that is pressed: searched
/// by name, id and fingerprint, filtered and sorted. Malformed entries are always shown, at the end.
///
/// By status what has to be acted on comes first, as `health` says it of a token.
pub fn visible(
    entries: &[TokenEntry],
    search: &str,
    filter: StatusFilter,
    sort: Sort,
    health: impl Fn(&DeployToken) -> TokenHealth,
) -> Vec<usize> {
    let wanted = search.trim().to_lowercase();
    let token = |at: &usize| entries.get(*at).and_then(TokenEntry::token);
    let mut shown: Vec<usize> = (0..entries.len())
        .filter(|at| matches(&entries[*at], &wanted, filter))
        .collect();
    let by_status = sort.column == TokenColumn::Status;
    let column = if by_status { TokenColumn::Name } else { sort.column };
    let descending = sort.descending && !by_status;
    shown.sort_by(|a, b| match (token(a), token(b)) {
        (Some(a), Some(b)) => column.compare(a, b, descending),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    if by_status {
        let turned = |order: i64| if sort.descending { -order } else { order };
        // Stable: of equally urgent ones the names stay in order.
        shown.sort_by_cached_key(|at| token(at).map_or(i64::MAX, |it| turned(health(it).urgency())));
    }
    shown
}

fn matches(entry: &TokenEntry, wanted: &str, filter: StatusFilter) -> bool {
    let TokenEntry::Token(token) = entry else {
        return true;
    };
    let by_status = match filter {
        StatusFilter::Active => token.may_be_active(),
        StatusFilter::Revoked => !token.may_be_active(),
        StatusFilter::All => true,
    };
    by_status && (wanted.is_empty() || found_in(token, wanted))
}

fn found_in(token: &DeployToken, wanted: &str) -> bool {
    let digits: String = wanted.chars().filter(|c| !c.is_whitespace()).collect();
    // A fingerprint is a hash: with thousands of tokens it is worth making only for what can be the start of one.
    let by_fingerprint = || {
        digits.chars().all(|c| c.is_ascii_hexdigit())
            && token
                .fingerprint()
                .is_some_and(|print| print.to_hex().starts_with(&digits))
    };
    token.name.to_lowercase().contains(wanted)
        || token.id.as_str().to_lowercase().contains(wanted)
        || by_fingerprint()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::health::health;
    use crate::state::health::tests::{now, token};
    use protocol::{PublicKey, UnreadEntry};

    #[test]
    fn visible_searches_filters_sorts_and_keeps_the_malformed() {
        let mut revoked = token("old", Some(100), None);
        revoked.status = TokenStatus::Revoked { at: None };
        let broken = TokenEntry::Malformed(UnreadEntry {
            position: 1,
            name: None,
            missing: "id",
        });
        let entries = vec![
            broken.clone(),
            TokenEntry::Token(token("bb", None, None)),
            TokenEntry::Token(token("aaa", Some(3), Some(9))),
            TokenEntry::Token(revoked.clone()),
            TokenEntry::Token(token("cccc", Some(1), Some(3))),
        ];
        let names = |search: &str, filter, column, descending| -> Vec<String> {
            visible(&entries, search, filter, Sort { column, descending }, |it| {
                health(it, now())
            })
            .iter()
            .map(|at| {
                entries[*at]
                    .token()
                    .map_or("?".to_owned(), |token| token.name.clone())
            })
            .collect()
        };
        assert_eq!(
            names("", StatusFilter::Active, TokenColumn::LastUsed, true),
            ["cccc", "aaa", "bb", "?"]
        );
        assert_eq!(
            names("", StatusFilter::Active, TokenColumn::Expires, false),
            ["cccc", "aaa", "bb", "?"]
        );
        assert_eq!(
            names("", StatusFilter::All, TokenColumn::Name, false),
            ["aaa", "bb", "cccc", "old", "?"]
        );
        assert_eq!(
            names("TOK_OLD", StatusFilter::Revoked, TokenColumn::Name, false),
            ["old", "?"]
        );
        let print = PublicKey::from_bytes([3; 32]).fingerprint().short();
        assert_eq!(
            names(&print, StatusFilter::Active, TokenColumn::Name, false),
            ["aaa", "?"]
        );
        let counts = count(&entries);
        assert_eq!((counts.active, counts.revoked, counts.malformed), (3, 1, 1));
    }
}
