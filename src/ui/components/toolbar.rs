//! Search, filter and refresh above the table.

use dioxus::prelude::*;

use super::{OpenMany, Review, Shown};
use crate::state::{AppState, Load, StatusFilter};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Icon, IconButton, SearchField, Segment, Segmented};
use crate::ui::intent::{PlaceIntent, use_send};
use text::grouped;

/// The tools of the token table.
#[component]
pub fn Toolbar() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let Review(mut review) = use_context::<Review>();
    let send = use_send();
    let (mut search, mut filter, mut chip) = (tokens.search, tokens.filter, tokens.chip);
    let counts = tokens.counts();
    let known = matches!(&*tokens.entries.read(), Load::Ready(_));
    let refreshing = *tokens.refreshing.read();
    let Shown(shown) = use_context::<Shown>();
    let many = use_context::<OpenMany>();
    let segment = |value, label: &str, count: Option<usize>| Segment {
        value,
        label: label.to_owned(),
        count: count.filter(|_| known).map(grouped),
    };
    let mut segments = vec![
        segment(Some(StatusFilter::Active), "Active", Some(counts.active)),
        segment(Some(StatusFilter::Revoked), "Revoked", Some(counts.revoked)),
        segment(Some(StatusFilter::All), "All", None),
    ];
    let reviews = *review.read();
    if reviews {
        segments.push(segment(None, "Need attention", Some(shown.read().len())));
    }
    rsx! {
        div { class: "toolbar",
            SearchField {
                id: "search",
                label: "Search tokens",
                placeholder: "Search name, id, fingerprint",
                value: search,
                oninput: move |text| search.set(text),
            }
            Segmented {
                label: "Show",
                segments,
                // What needs attention is a choice of its own.
                value: (!reviews).then(|| *filter.read()),
                onchange: move |chosen: Option<StatusFilter>| {
                    if let Some(chosen) = chosen {
                        review.set(false);
                        if chosen == StatusFilter::Revoked {
                            chip.set(None);
                        }
                        filter.set(chosen);
                    }
                },
            }
            div { class: "toolbar-end",
                if search.read().trim().is_empty() && tokens.chip.read().is_none() {
                    Updated {}
                } else {
                    span { class: "updated", role: "status", {matches(shown.read().len())} }
                }
                IconButton {
                    icon: Icon::Refresh,
                    name: if refreshing { "Refreshing" } else { "Refresh" },
                    title: if refreshing { "Refreshing" } else { "Refresh (R)" },
                    busy: refreshing,
                    onclick: move |()| send.call(PlaceIntent::Refresh.into()),
                }
                IconButton {
                    icon: Icon::Dots,
                    name: "More for what is shown",
                    title: "Export, and more for what is shown",
                    expanded: many.is_for_shown(),
                    onclick: move |()| many.for_shown(),
                }
            }
        }
    }
}

/// How old the list is that is shown. Where it is not the newest one, the notice says so.
#[component]
fn Updated() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let clock = use_clock();
    let at = *tokens.listed_at.read();
    let Some(at) = at.filter(|_| !tokens.is_stale()) else {
        return rsx! {};
    };
    rsx! {
        span { class: "updated", title: clock.exact(at), "Updated {clock.past(at)}" }
    }
}

fn matches(count: usize) -> String {
    let noun = if count == 1 { "match" } else { "matches" };
    format!("{} {noun}", grouped(count))
}
