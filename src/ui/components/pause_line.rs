//! That requests wait, because the server takes only so many in a time: nothing has failed.

use std::time::{Duration, Instant};

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Glyph, Icon};
use model::Pause;

const SECOND: Duration = Duration::from_secs(1);

/// The line, while something waits. How long is read out once, not each second.
#[component]
pub(super) fn PauseLine() -> Element {
    let pause = *use_context::<AppState>().session.pause.read();
    match pause {
        Some(pause) => rsx! {
            Counting { key: "{pause.until:?}", pause }
        },
        None => rsx! {},
    }
}

/// The seconds that are left, begun ones too; nothing when the time has come.
fn left(pause: Pause) -> Option<u64> {
    let left = pause.until.checked_duration_since(Instant::now())?;
    Some(left.as_secs().saturating_add(1))
}

#[component]
fn Counting(pause: Pause) -> Element {
    let mut now = use_signal(|| left(pause));
    let at_first = use_hook(|| left(pause));
    use_future(move || async move {
        while now.peek().is_some() {
            tokio::time::sleep(SECOND).await;
            now.set(left(pause));
        }
    });
    let (Some(seconds), Some(at_first)) = (*now.read(), at_first) else {
        return rsx! {};
    };
    let takes = text::pause(&pause);
    rsx! {
        div { class: "toast",
            Glyph { icon: Icon::Clock }
            p {
                span { class: "spoken", "{takes}; going on in {at_first} s" }
                span { "aria-hidden": "true", "{takes}; going on in {seconds} s" }
            }
        }
    }
}
