//! The dialogs that ask before something happens, and the lists to choose from.

mod bulk;
mod checklist;
mod confirm;
mod confirm_style;
mod consequence;
mod create;
mod device;
mod end_device;
mod grace;
mod interrupted;
mod keys;
mod lifetime;
mod palette;
mod progress;
mod reader;
mod renew_key;
mod requests;
mod reshare;
mod revoke_chosen;
mod send_again;
mod session;
mod show_again;
mod way_out;
mod which;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};
use crate::ui::components::details::DetailsDialog;
use crate::ui::elements::{Button, ButtonKind, DialogActions};

use bulk::BulkDialog;
use checklist::ChecklistDialog;
pub use confirm::ConfirmDialog;
pub use create::CreateDialog;
pub use device::{CommandLineDeviceDialog, LinkDialog, UnlinkDialog};
use end_device::EndDeviceDialog;
use grace::WhenToRevoke;
pub use interrupted::InterruptedDialog;
pub use keys::KeysDialog;
use lifetime::EndChoice;
pub use palette::PaletteDialog;
use progress::{Failure, Progress, Sharing};
pub use reader::ReaderDialog;
pub use renew_key::{RenewKeyDialog, RenewedDialog};
pub use requests::RequestsDialog;
use reshare::ReshareDialog;
use revoke_chosen::RevokeChosenDialog;
use send_again::SendAgain;
pub use session::{ExpiredDialog, SignOutDialog};
use show_again::ShowAgainDialog;
use way_out::WayOutDialog;

/// The dialog that is open, if any.
#[component]
pub fn Dialogs() -> Element {
    let dialog = use_context::<AppState>().dialog;
    let open = dialog.open.read().clone();
    match open {
        Dialog::Closed => rsx! {},
        Dialog::Create => rsx! {
            CreateDialog {}
        },
        Dialog::Details(token) => rsx! {
            DetailsDialog { token }
        },
        Dialog::Confirm(confirm) => rsx! {
            ConfirmDialog { key: "{confirm.kind:?}", confirm }
        },
        Dialog::Bulk(kind) => rsx! {
            BulkDialog { key: "{kind:?}", kind }
        },
        Dialog::RevokeChosen => rsx! {
            RevokeChosenDialog {}
        },
        Dialog::Keys => rsx! {
            KeysDialog {}
        },
        Dialog::ShowAgain(sheet) => rsx! {
            ShowAgainDialog { sheet }
        },
        Dialog::Checklist(id) => rsx! {
            ChecklistDialog { id }
        },
        Dialog::Interrupted => rsx! {
            InterruptedDialog {}
        },
        Dialog::Palette => rsx! {
            PaletteDialog {}
        },
        Dialog::RenewKey => rsx! {
            RenewKeyDialog {}
        },
        Dialog::Renewed(renewed) => rsx! {
            RenewedDialog { renewed: *renewed }
        },
        Dialog::Reshare => rsx! {
            ReshareDialog {}
        },
        Dialog::LinkDevice { name } => rsx! {
            LinkDialog { proposed: name }
        },
        Dialog::UnlinkDevice => rsx! {
            UnlinkDialog {}
        },
        Dialog::EndDevice(device) => rsx! {
            EndDeviceDialog { device }
        },
        Dialog::UseCommandLineDevice => rsx! {
            CommandLineDeviceDialog {}
        },
        Dialog::Reader(document) => rsx! {
            ReaderDialog { key: "{document:?}", document }
        },
        Dialog::Requests => rsx! {
            RequestsDialog {}
        },
        Dialog::WayOut(way) => rsx! {
            WayOutDialog { key: "{way:?}", way }
        },
        Dialog::SignOut { failed } => rsx! {
            SignOutDialog { failed }
        },
    }
}

/// "Cancel", and the action, which shows that it runs; one that ends something unless it says otherwise.
#[component]
fn RunningActions(
    #[props(default = ButtonKind::Danger)] kind: ButtonKind,
    label: String,
    running: bool,
    onclick: EventHandler<()>,
) -> Element {
    let dialog = use_context::<AppState>().dialog;
    rsx! {
        DialogActions {
            Button {
                label: "Cancel",
                autofocus: true,
                disabled: running,
                onclick: move |()| dialog.close(),
            }
            Button {
                kind,
                label,
                busy: running,
                onclick: move |()| onclick.call(()),
            }
        }
    }
}
