//! Where what is shown comes from.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::clock::use_clock;
use crate::ui::components::TimeAgo;
use protocol::Moment;

/// From this age on a key is pointed out, in days.
const OLD: i64 = 365;

fn is_old(made: Moment, now: Moment) -> bool {
    now.days_since(made) > OLD
}

#[component]
pub(super) fn Note(is_told: bool, tokens_are_hidden: bool, made_at: Option<Moment>) -> Element {
    let clock = use_clock();
    let membership = use_context::<AppState>().place.membership;
    let may_share = !membership
        .read()
        .as_ref()
        .is_some_and(|it| it.is_without_sharing());
    rsx! {
        if tokens_are_hidden {
            p { class: "access-note",
                "Only admins of the organisation see its deploy tokens: those that hold the key are known by their ids."
                if may_share {
                    " When you share the key, what they have stays as it is."
                }
            }
        }
        if let Some(at) = made_at {
            p { class: "access-note",
                "The key was made "
                TimeAgo { at, absent: "" }
                if is_old(at, *clock.now.read()) {
                    ". Whoever had it since then may have kept it: renew it."
                } else {
                    "."
                }
            }
        }
        p { class: "access-note",
            if is_told {
                "Who holds the key is what the server tells: each share is listed with the key."
            } else {
                "Every time the key is shared, it is sealed for all active devices and tokens of this environment. The server shows nobody else's share: who holds it follows from who is listed."
            }
        }
    }
}
