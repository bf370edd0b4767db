//! The items that write what is listed into a file.

use dioxus::prelude::*;

use crate::ui::elements::{Icon, MenuItem};
use crate::ui::intent::{TokenIntent, use_send};
use model::ExportForm;
use protocol::DeployTokenId;

/// One for each form.
#[component]
pub(super) fn Exports(ids: Vec<DeployTokenId>, close: Callback<()>) -> Element {
    let send = use_send();
    let (csv, json) = (ids.clone(), ids);
    let disabled = csv.is_empty();
    let export = use_callback(move |(form, ids): (ExportForm, Vec<DeployTokenId>)| {
        close.call(());
        send.call(TokenIntent::Export(form, ids).into());
    });
    rsx! {
        MenuItem {
            icon: Icon::ArrowDown,
            label: "Export as CSV",
            disabled,
            onselect: move |()| export.call((ExportForm::Csv, csv.clone())),
        }
        MenuItem {
            icon: Icon::ArrowDown,
            label: "Export as JSON",
            disabled,
            onselect: move |()| export.call((ExportForm::Json, json.clone())),
        }
    }
}
