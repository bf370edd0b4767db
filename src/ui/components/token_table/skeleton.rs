//! The table before its data is there: rows of the true height.

use dioxus::prelude::*;

use super::TableHead;
use super::columns::{Look, cell, columns};
use super::widths::widths;
use model::TokenColumn;

/// How much wider than usual name and status are in each row, in CSS pixels, so that the bones look like names.
const SHAPES: [(u32, u32); 6] = [(36, 0), (16, 0), (50, 32), (28, 0), (0, 0), (42, 22)];
/// Width of an id below its name, in CSS pixels.
const ID: u32 = 138;

/// A table of bones.
#[component]
pub fn TokenTableSkeleton() -> Element {
    rsx! {
        p { class: "spoken", role: "status", "Loading the deploy tokens" }
        table { class: "tokens", style: widths(), "aria-hidden": "true", "data-skeleton": "true",
            TableHead {}
            tbody {
                for (index , (name , status)) in SHAPES.into_iter().enumerate() {
                    tr { key: "{index}", class: "token",
                        td { class: "col-pick" }
                        for (column , look) in columns() {
                            {cell(column, look, bones(column, look, name, status))}
                        }
                        td { class: "col-actions" }
                    }
                }
            }
        }
    }
}

fn bones(column: TokenColumn, look: Look, name: u32, status: u32) -> Element {
    let width = look.bone;
    match column {
        TokenColumn::Name => rsx! {
            div { class: "token-name", Bone { width: width + name } }
            div { class: "token-id", Bone { width: ID } }
        },
        TokenColumn::Status => rsx! {
            Bone { width: width + status }
        },
        _ => rsx! {
            Bone { width }
        },
    }
}

#[component]
fn Bone(width: u32) -> Element {
    rsx! {
        span { class: "bone", style: "width: {width}px" }
    }
}
