//! The inbox of an organisation (docs/protocol.md 18). Which events the hosted service puts there is not known, so here it is
//! always empty.

use serde_json::{Value, json};

use super::Call;
use super::paging::Paging;
use crate::answer::{Answer, Refusal, Reply};
use crate::checks;
use crate::store::users::User;

/// `GET .../notifications/inbox`
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let (organization, _) = call.member()?;
    if call
        .input
        .query("status")
        .is_some_and(|status| !matches!(status, "unread" | "all"))
    {
        return Err(Refusal::invalid("status", &checks::selected("status")));
    }
    let (entries, meta) = Paging::of(call.input)?.cut(call.input, Vec::<Value>::new());
    Reply::ok(&json!({
        "data": {
            "scope": "organization_inbox",
            "organization": { "id": organization.id, "name": organization.name },
            "entries": entries,
            "meta": {
                "per_page": meta.per_page,
                "next_page_url": meta.next_page_url,
                "prev_page_url": meta.prev_page_url,
                "has_more": meta.has_more,
                "unread_count": 0,
            },
        },
    }))
}

/// `GET .../notifications/inbox/unread-count`
pub(super) fn unread_count(call: &Call<'_, User>) -> Answer {
    call.member()?;
    Reply::ok(&json!({ "data": { "unread_count": 0 } }))
}

/// `POST .../notifications/inbox/read`
pub(super) fn read_all(call: &Call<'_, User>) -> Answer {
    unread_count(call)
}

/// `POST .../notifications/inbox/{entry}/read`: there is no entry that it could be.
pub(super) fn read_one(call: &Call<'_, User>) -> Answer {
    call.member()?;
    Err(Refusal::not_found("Notification\\Models\\Notification"))
}
