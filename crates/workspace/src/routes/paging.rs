//! Pages of lists: `page` from 1 on, `per_page` from 1 to 100, 20 where it is not said (docs/protocol.md 10, 17).

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use crate::answer::Refusal;
use crate::checks;
use crate::input::Input;
use protocol::wire::PageMeta;

const DEFAULT: i64 = 20;
const LARGEST: i64 = 100;
/// Far beyond every list, so that an offset is a number.
const LAST_PAGE: i64 = 1_000_000;

/// Which page is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paging {
    page: i64,
    pub(super) per_page: i64,
}

impl Paging {
    /// As the query says.
    ///
    /// # Errors
    /// 422 for what is no number, or not within its range.
    pub(super) fn of(input: &Input) -> Result<Self, Refusal> {
        Ok(Self {
            page: number(input, "page", 1, LAST_PAGE)?,
            per_page: number(input, "per_page", DEFAULT, LARGEST)?,
        })
    }

    /// How many entries come before the page.
    pub(super) fn offset(self) -> i64 {
        self.page.saturating_sub(1).saturating_mul(self.per_page)
    }

    /// The page out of what was found, which is one more entry if there are more.
    pub(super) fn cut<T>(self, input: &Input, mut found: Vec<T>) -> (Vec<T>, PageMeta) {
        let limit = usize::try_from(self.per_page).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let meta = PageMeta {
            per_page: self.per_page,
            next_page_url: has_more.then(|| input.page_url(self.page.saturating_add(1))),
            prev_page_url: (self.page > 1).then(|| input.page_url(self.page.saturating_sub(1))),
            has_more,
        };
        (found, meta)
    }
}

fn number(input: &Input, name: &str, unsaid: i64, largest: i64) -> Result<i64, Refusal> {
    let Some(text) = input.query(name) else {
        return Ok(unsaid);
    };
    let number = text.parse::<i64>().ok();
    number
        .filter(|number| (1..=largest).contains(number))
        .ok_or_else(|| Refusal::invalid(name, &checks::selected(name)))
}
