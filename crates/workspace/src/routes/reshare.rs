//! Key re-share requests (docs/protocol.md 10). They are fulfilled by publishing, not by a call of their own.

use super::{BASE, Call};
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::store::directory;
use crate::store::reshare::{self, Filter};
use crate::store::users::User;
use protocol::wire::reshare::PageMeta;
use protocol::wire::{Data, DataWithMeta};

const DEFAULT_PAGE: i64 = 25;
const LARGEST_PAGE: i64 = 100;

/// `GET /organizations/{organization}/key-reshare-requests`
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let number = |name: &str| call.input.query(name).and_then(|text| text.parse::<i64>().ok());
    let page = number("page").unwrap_or(1).clamp(1, 1_000_000);
    let per_page = number("per_page").unwrap_or(DEFAULT_PAGE).clamp(1, LARGEST_PAGE);
    let text = |name: &str| call.input.query(name).map(str::to_owned);
    let filter = Filter {
        role: text("role"),
        status: text("status"),
        project_id: text("project_id"),
        environment_id: text("environment_id"),
        device_id: text("device_id"),
        offset: (page - 1) * per_page,
        limit: per_page,
    };
    let mut found = reshare::list(call.db, organization, call.who, &filter)?;
    let limit = usize::try_from(per_page).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let url = |page: i64| {
        format!("{BASE}/organizations/{organization}/key-reshare-requests?page={page}&per_page={per_page}")
    };
    let data: Vec<_> = found.iter().map(documents::request).collect();
    let meta = PageMeta {
        per_page,
        has_more,
        next_page_url: has_more.then(|| url(page + 1)),
        prev_page_url: (page > 1).then(|| url(page - 1)),
    };
    Reply::ok(&DataWithMeta { data, meta })
}

/// `GET /organizations/{organization}/key-reshare-requests/{request}`
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let request = reshare::find(call.db, organization, call.input.path("request"))?
        .ok_or_else(|| Refusal::not_found("Request"))?;
    Reply::ok(&Data {
        data: documents::request(&request),
    })
}
