//! What the journal alone knows of operations that were not ended, and of sheets that were closed. No server is asked.

use std::sync::Arc;

use super::entry::{Entry, EntryId, EntryPlace, Work};
use super::{Journal, lock};
use crate::Place;
use model::{About, ClosedSheet, Problem, Unfinished, Values};
use protocol::{TokenEntry, TokenKey};

impl Journal {
    /// The operations that were interrupted, or whose secrets were shown without anybody having closed their sheet, oldest
    /// first. Replacements that wait for the user are none.
    pub fn interrupted(&self) -> Vec<Unfinished> {
        let mut all: Vec<_> = self.free().filter_map(|id| self.unfinished(&id)).collect();
        all.sort_by_key(|it| it.about.as_ref().map(|about| about.started));
        all
    }

    fn unfinished(&self, id: &EntryId) -> Option<Unfinished> {
        let Ok(entry) = self.read(id) else {
            return Some(Unfinished {
                about: None,
                token: None,
                values: Values::NotShown,
            });
        };
        let entry = entry?;
        let until = self.until(&entry);
        let entry = if self.is_over(&entry) {
            entry.expired()?
        } else {
            entry
        };
        let is_handed_over = entry.replacement().is_some_and(|it| it.handed_over().is_some());
        if entry.closed || is_handed_over || entry.is_ended_renewal() {
            return None;
        }
        let (token, values) = match (&entry.work, until) {
            (Work::Unclaimed(it), _) => (it.token.token.clone(), Values::Gone),
            (_, Some(until)) => (
                entry.issue().and_then(|it| it.token.clone()),
                Values::Until(until),
            ),
            (_, None) => (None, Values::NotShown),
        };
        Some(Unfinished {
            about: Some(About::from(&entry)),
            token,
            values,
        })
    }

    /// The closed sheets of this server that can be shown again, the newest first.
    pub fn closed_sheets(&self) -> Vec<ClosedSheet> {
        let mut found: Vec<_> = self
            .free()
            .filter_map(|id| self.read(&id).ok().flatten())
            .filter(|it| it.closed && it.place.scope == self.scope && !self.is_over(it))
            .collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.started));
        found.iter().filter_map(|it| self.closed_sheet(it)).collect()
    }

    fn closed_sheet(&self, entry: &Entry) -> Option<ClosedSheet> {
        let issue = entry.issue()?;
        Some(ClosedSheet {
            entry: entry.id.to_string(),
            token: issue.token.clone()?,
            name: issue.asked.name.clone(),
            until: self.until(entry)?,
        })
    }

    /// Forgets the secrets of a closed sheet now.
    ///
    /// # Errors
    /// [`Problem::Busy`] while they are shown, [`Problem::Journal`].
    pub fn forget_closed(self: &Arc<Self>, id: &str) -> Result<(), Problem> {
        let Some(id) = EntryId::parse(id) else {
            return Ok(());
        };
        match self.take(&id)? {
            Some(entry) if entry.entry().closed => Ok(entry.close()?),
            Some(_) | None => Ok(()),
        }
    }

    /// Forgets that the secrets of a token of a place may be nobody's, where its list says that it has others by now, or is
    /// not active any more.
    pub fn settle(self: &Arc<Self>, place: &Place, listed: &[TokenEntry]) {
        let here = EntryPlace::of(&self.scope, place);
        for id in self.free() {
            let Ok(Some(entry)) = self.read(&id) else {
                continue;
            };
            if entry.place.is_same(&here) && is_settled(&entry, listed) {
                match self.take(&id) {
                    Ok(Some(entry)) => drop(entry.close()),
                    Ok(None) => {}
                    Err(error) => tracing::info!(%error, "what is settled stays in the journal for now"),
                }
            }
        }
    }

    /// The entries that nobody works on.
    fn free(&self) -> impl Iterator<Item = EntryId> {
        let ids = self.ids().unwrap_or_default().into_iter();
        ids.filter(|id| matches!(lock::is_held(&self.folder, id), Ok(false)))
    }
}

/// Whether a list says that the secrets of an entry are of no use to anybody.
fn is_settled(entry: &Entry, listed: &[TokenEntry]) -> bool {
    let (token, key) = match &entry.work {
        Work::Unclaimed(it) => (it.token.token.as_ref(), it.token.key),
        Work::Issue(issue) if entry.closed => (issue.token.as_ref(), issue.key),
        _ => return false,
    };
    let mut tokens = listed.iter().filter_map(TokenEntry::token);
    tokens.find(|it| Some(&it.id) == token).is_some_and(|it| {
        let has_another_key = matches!(&it.key, TokenKey::Usable(other) if *other != key);
        !it.may_be_active() || has_another_key
    })
}
