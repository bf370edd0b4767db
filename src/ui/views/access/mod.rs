//! Who holds the key of the open environment, and who should not.

mod export;
mod failed;
mod note;
mod notices;
mod row;
mod table;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Holders, KeyState, Load, Section};
use crate::ui::components::{DeviceNotice, PageTop};
use crate::ui::elements::{Button, ButtonKind, Icon, IconButton};
use crate::ui::intent::{PlaceIntent, use_send};
use export::ExportMenu;
use failed::{Failed, NotAllowed};
use note::Note;
use notices::{Disclosed, Flawed, MayHaveKept, Waiting};
use table::{HolderSkeleton, HolderTables};

/// The page.
#[component]
pub fn AccessView() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let exporting = use_signal(|| false);
    let held = matches!(&*state.place.key.read(), KeyState::Held { .. });
    let membership = state.place.membership.read();
    let may_share = !membership.as_ref().is_some_and(|it| it.is_without_sharing());
    let title = if !may_share {
        "Sharing keys is for developers and admins"
    } else if held {
        "Seal the key again for every active device and token"
    } else {
        "Only a device that holds the key can re-share it"
    };
    rsx! {
        main { class: "main", "aria-labelledby": "page-title",
            PageTop { title: "Access",
                IconButton {
                    icon: Icon::Refresh,
                    name: "Refresh",
                    onclick: move |()| send.call(PlaceIntent::Show(Section::Access).into()),
                }
                // In a narrow window its place is below the list.
                span { class: "renew-above", RenewKey { title } }
                Button {
                    kind: ButtonKind::Primary,
                    icon: Icon::Key,
                    label: text::RESHARE_KEY,
                    short: "Re-share",
                    title,
                    disabled: !held || !may_share,
                    onclick: move |()| state.dialog.show(Dialog::Reshare),
                }
            }
            Content { exporting }
            div { class: "access-renew",
                p { class: "access-note", "Whoever a token or device leaked to still has the key that it had." }
                RenewKey { title }
            }
        }
        ExportMenu { open: exporting }
    }
}

/// Opens the question whether to make the key anew. Who may not list the tokens would lock their runners out.
#[component]
fn RenewKey(title: &'static str) -> Element {
    let state = use_context::<AppState>();
    let held = matches!(&*state.place.key.read(), KeyState::Held { .. });
    let lists_tokens =
        matches!(&*state.access.holders.read(), Load::Ready(holders) if !holders.tokens_are_hidden);
    let may = held && lists_tokens;
    rsx! {
        Button {
            label: "{text::renewal::RENEW_KEY}…",
            title: if may { "Make a new key, with every variable under it" } else { title },
            disabled: !may,
            onclick: move |()| state.dialog.show(Dialog::RenewKey),
        }
    }
}

#[component]
fn Content(exporting: Signal<bool>) -> Element {
    let state = use_context::<AppState>();
    match &*state.access.holders.read() {
        Load::Loading => rsx! {
            HolderSkeleton {}
        },
        Load::Failed(problem) if problem.is_not_allowed() => rsx! {
            NotAllowed {}
        },
        Load::Failed(problem) => rsx! {
            Failed { message: text::explain(problem) }
        },
        Load::Ready(Holders {
            list,
            disclosed,
            is_told,
            tokens_are_hidden,
            may_have_kept,
            made_at,
        }) => rsx! {
            div { class: "notices",
                DeviceNotice {}
                Waiting {}
                Flawed { list: list.clone() }
                Disclosed { disclosed: disclosed.clone() }
                MayHaveKept { names: may_have_kept.clone() }
            }
            HolderTables { list: list.clone(), exporting }
            Note { is_told: *is_told, tokens_are_hidden: *tokens_are_hidden, made_at: *made_at }
        },
    }
}
