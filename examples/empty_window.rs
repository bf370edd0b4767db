//! For measurements: the least that a window of this renderer is. Sizes, times and memory are told as multiples of it
//! (docs/release.md).

use dioxus::prelude::*;

fn main() {
    LaunchBuilder::custom(|root, contexts, configs| dioxus_desktop::launch::launch(root, contexts, configs))
        .launch(|| rsx! { h1 { "Nothing" } });
}
