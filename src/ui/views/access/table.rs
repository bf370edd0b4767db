//! The devices and tokens that hold the key: searched, sorted, each group a table.

use dioxus::prelude::*;

use super::row::HolderRow;
use crate::state::{AppState, HolderColumn, shown_holders};
use crate::ui::elements::{Glyph, Icon, IconButton, SearchField, StateBlock};
use model::{Holder, HolderKind};
use text::grouped;

/// The most of a group that are rendered; search reaches the others.
const MOST: usize = 400;

/// The columns: what each is called, by what it sorts, and how the style sheet knows it.
const COLUMNS: [(&str, Option<HolderColumn>, &str); 5] = [
    ("Name", Some(HolderColumn::Name), "holder-name"),
    ("Holds the key", Some(HolderColumn::Standing), "holder-standing"),
    ("Since", Some(HolderColumn::Since), "holder-since"),
    ("Last seen", Some(HolderColumn::Seen), "holder-seen"),
    ("Fingerprint", None, "holder-print"),
];

/// The search field and the tables.
#[component]
pub(super) fn HolderTables(list: ReadSignal<Vec<Holder>>, exporting: Signal<bool>) -> Element {
    let mut exporting = exporting;
    let access = use_context::<AppState>().access;
    let mut search = access.search;
    let shown = use_memo(move || shown_holders(&list.read(), &search.read(), *access.sort.read()));
    let (devices, tokens): (Vec<Holder>, Vec<Holder>) = shown
        .read()
        .iter()
        .cloned()
        .partition(|it| matches!(it.kind, HolderKind::Device { .. }));
    let count = shown.read().len();
    rsx! {
        div { class: "holders-tools",
            SearchField {
                id: "search",
                label: "Search holders",
                placeholder: "Search name, id, fingerprint",
                value: search,
                oninput: move |text| search.set(text),
            }
            span { class: "updated", role: "status",
                if !search.read().trim().is_empty() {
                    if count == 1 { "1 match" } else { "{grouped(count)} matches" }
                }
            }
            span { class: "toolbar-end",
                IconButton {
                    icon: Icon::Dots,
                    name: "Export",
                    expanded: *exporting.read(),
                    onclick: move |()| exporting.set(true),
                }
            }
        }
        if count == 0 && !search.read().trim().is_empty() {
            StateBlock {
                icon: Icon::Search,
                title: "No device or token matches",
                text: "Search looks at names, ids, systems and the start of fingerprints.",
            }
        }
        Group { id: "devices", title: "Devices", list: devices }
        Group { id: "tokens", title: "Deploy tokens", list: tokens }
    }
}

#[component]
fn Group(id: &'static str, title: &'static str, list: Vec<Holder>) -> Element {
    if list.is_empty() {
        return rsx! {};
    }
    let more = list.len().saturating_sub(MOST);
    rsx! {
        section { class: "holders-group", "aria-labelledby": "holders-{id}",
            h2 { id: "holders-{id}", "{title}" }
            table { class: "holders", role: "table", "aria-labelledby": "holders-{id}",
                Head {}
                tbody { role: "rowgroup",
                    for (index , holder) in list.into_iter().take(MOST).enumerate() {
                        HolderRow { key: "{index}", holder }
                    }
                }
            }
            if more > 0 {
                p { class: "access-note", "{grouped(more)} more. Search to see them." }
            }
        }
    }
}

#[component]
fn Head() -> Element {
    let mut sort = use_context::<AppState>().access.sort;
    let current = *sort.read();
    rsx! {
        thead { role: "rowgroup",
            tr { role: "row",
                for (label , column , class) in COLUMNS {
                    th {
                        class,
                        role: "columnheader",
                        scope: "col",
                        "aria-sort": column.map(|it| match (it == current.column, current.descending) {
                            (false, _) => "none",
                            (true, true) => "descending",
                            (true, false) => "ascending",
                        }),
                        if let Some(column) = column {
                            button {
                                r#type: "button",
                                class: "sorter",
                                onclick: move |_| {
                                    let next = sort.peek().next(column);
                                    sort.set(next);
                                },
                                "{label}"
                                if column == current.column {
                                    Glyph { icon: if current.descending { Icon::ArrowDown } else { Icon::ArrowUp }, size: 12 }
                                }
                            }
                        } else {
                            "{label}"
                        }
                    }
                }
            }
        }
    }
}

/// The table before the holders are there: rows of about the true height.
#[component]
pub(super) fn HolderSkeleton() -> Element {
    rsx! {
        p { class: "spoken", role: "status", "Fetching who holds the key" }
        table { class: "holders", "aria-hidden": "true", "data-skeleton": "true",
            tbody {
                for index in 0..5 {
                    tr { key: "{index}", class: "holder",
                        th { class: "holder-name",
                            span { class: "bone", style: "width: {120 + index * 17 % 60}px" }
                        }
                        td { class: "holder-standing",
                            span { class: "bone", style: "width: 66px" }
                        }
                        td { class: "holder-since",
                            span { class: "bone", style: "width: 78px" }
                        }
                        td { class: "holder-seen",
                            span { class: "bone", style: "width: 70px" }
                        }
                        td { class: "holder-print",
                            span { class: "bone", style: "width: 64px" }
                        }
                    }
                }
            }
        }
    }
}
