//! The entries of the activity, for people to read.

use super::PER_PAGE;
use crate::Context;
use model::{ActivityFilter, Problem};
use protocol::{ActivityEntry, ActivityPage, ProjectId};

/// So many pages are looked through at most for the entries that are wanted.
const MOST_PAGES: u32 = 10;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// The entries that fit, newest first.
    pub entries: Vec<ActivityEntry>,
    /// How many entries could not be read; whether they fit is not known.
    pub unreadable: usize,
    /// Whether there may be more that fit, further back.
    pub has_more: bool,
}

/// The newest `limit` entries of a project that fit; a thousand entries are looked through at most.
///
/// # Errors
/// [`Problem::ActivityNotShown`] where it may not be read, by this person or on this plan; API errors.
pub async fn activity(
    context: &Context,
    project: &ProjectId,
    filter: &ActivityFilter,
    limit: usize,
) -> Result<Activity, Problem> {
    let mut found = Activity::default();
    for page in 1..=MOST_PAGES {
        let read = activity_page(context, project, page).await?;
        found.unreadable += read.unreadable;
        let is_new = |entry: &ActivityEntry| {
            // An entry may come twice, because new ones move it to the next page.
            entry.id.is_none() || found.entries.iter().all(|known| known.id != entry.id)
        };
        let fitting: Vec<_> = read
            .entries
            .into_iter()
            .filter(|entry| filter.fits(entry) && is_new(entry))
            .collect();
        found.entries.extend(fitting);
        found.has_more = read.has_more || found.entries.len() > limit;
        if !read.has_more || found.entries.len() >= limit {
            break;
        }
    }
    found.entries.truncate(limit);
    Ok(found)
}

/// One page of a hundred entries, counted from 1.
///
/// # Errors
/// As [`activity`].
pub async fn activity_page(
    context: &Context,
    project: &ProjectId,
    page: u32,
) -> Result<ActivityPage, Problem> {
    let read = context.client.activity(project, page, PER_PAGE).await?;
    read.ok_or(Problem::ActivityNotShown)
}
