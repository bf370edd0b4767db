//! The table before its data is there: rows of the true height.

use dioxus::prelude::*;

use super::TableHead;

/// Widths of name, id and status, so that the bones look like names.
const SHAPES: [(u32, u32, u32); 6] = [
    (104, 138, 66),
    (84, 138, 66),
    (118, 138, 98),
    (96, 138, 66),
    (68, 138, 66),
    (110, 138, 88),
];

/// A table of bones.
#[component]
pub fn TokenTableSkeleton() -> Element {
    rsx! {
        p { class: "spoken", role: "status", "Loading the deploy tokens" }
        table { class: "tokens", "aria-hidden": "true", "data-skeleton": "true",
            TableHead {}
            tbody {
                for (index , (name , id , status)) in SHAPES.into_iter().enumerate() {
                    tr { key: "{index}", class: "token",
                        th { class: "col-name",
                            div { class: "token-name", Bone { width: name } }
                            div { class: "token-id", Bone { width: id } }
                        }
                        td { class: "col-status", Bone { width: status } }
                        td { class: "col-used", Bone { width: 72 } }
                        td { class: "col-created", Bone { width: 78 } }
                        td { class: "col-expires", Bone { width: 70 } }
                        td { class: "col-print", Bone { width: 64 } }
                        td { class: "col-actions" }
                    }
                }
            }
        }
    }
}

#[component]
fn Bone(width: u32) -> Element {
    rsx! {
        span { class: "bone", style: "width: {width}px" }
    }
}
