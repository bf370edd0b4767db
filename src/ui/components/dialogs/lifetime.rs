//! For how long the CI token is to work.

use dioxus::prelude::*;

use crate::ui::clock::use_clock;
use crate::ui::elements::{Segment, Segmented, TextField};
use protocol::{Lifetime, LifetimeError};

const LABEL: &str = "Days until the CI token ends";

/// What was chosen; what is typed may be no lifetime.
pub(super) type Chosen = Signal<Result<Lifetime, LifetimeError>>;

/// The choice, and the day that it comes to.
#[component]
pub(super) fn EndChoice(mut chosen: Chosen) -> Element {
    let clock = use_clock();
    let is_offered = |it: &Result<Lifetime, _>| it.as_ref().is_ok_and(|it| Lifetime::OFFERED.contains(it));
    let mut on_a_day = use_signal(|| !is_offered(&chosen.peek()));
    let end_of = {
        let clock = clock.clone();
        move |lifetime: Lifetime| lifetime.end(*clock.now.read()).date(&clock.zone)
    };
    let last_day = move |lifetime: Lifetime| lifetime.last_day(*clock.now.peek(), &clock.zone);
    let mut day = use_signal({
        let last_day = last_day.clone();
        move || chosen.peek().clone().map_or(String::new(), last_day)
    });
    let zone = use_clock().zone;
    let segments = Lifetime::OFFERED.into_iter().map(|it| Segment {
        value: Some(it),
        label: it.days().to_string(),
        count: None,
    });
    let date = Segment {
        value: None,
        label: "A date".to_owned(),
        count: None,
    };
    let pressed = chosen.read().clone().ok().filter(|_| !*on_a_day.read());
    let ends = chosen.read().clone().ok().map(end_of);
    let wrong = chosen
        .read()
        .as_ref()
        .err()
        .map(|it| text::lifetime(it).to_string());
    rsx! {
        div { class: "field",
            span { class: "field-label", "aria-hidden": "true", "{LABEL}" }
            Segmented {
                label: LABEL,
                segments: segments.chain([date]).collect::<Vec<_>>(),
                value: pressed,
                onchange: move |picked: Option<Lifetime>| {
                    on_a_day.set(picked.is_none());
                    if let Some(lifetime) = picked {
                        chosen.set(Ok(lifetime));
                    } else if let Ok(lifetime) = *chosen.peek() {
                        day.set(last_day(lifetime));
                    }
                },
            }
            if *on_a_day.read() {
                TextField {
                    id: "last-day",
                    label: "Last day, as 2027-01-31",
                    value: day,
                    mono: true,
                    error: wrong,
                    oninput: move |typed: String| {
                        chosen.set(Lifetime::until(&typed, protocol::Moment::now(), &zone));
                        day.set(typed);
                    },
                }
            }
            if let Some(ends) = ends {
                p { class: "field-hint", "It ends on {ends}. Rotate or replace the token before then." }
            }
        }
    }
}
