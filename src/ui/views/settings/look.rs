//! How the window looks and behaves: its colours, whether it asks again by itself, and notifications.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Segment, Segmented};
use crate::ui::intent::{ProgramIntent, use_send};
use model::{Preferences, Theme};

#[component]
pub(super) fn LookCard() -> Element {
    let settings = use_context::<AppState>().settings;
    let chosen = *settings.chosen.read();
    let send = use_send();
    let prefer = move |chosen: Preferences| send.call(ProgramIntent::Prefer(chosen).into());
    let themes = Theme::ALL.map(|theme| segment(theme, word(theme)));
    rsx! {
        section { class: "settings-card", "aria-labelledby": "look",
            h2 { id: "look", "Window" }
            div { class: "choice",
                p { "Colours" }
                Segmented {
                    label: "Colours",
                    segments: themes.to_vec(),
                    value: chosen.theme,
                    onchange: move |theme| prefer(Preferences { theme, ..chosen }),
                }
            }
            div { class: "choice",
                p {
                    "Refresh"
                    span { class: "fact-more", "By itself: every minute while you can see it, more often while something is waited for." }
                }
                Segmented {
                    label: "Refresh",
                    segments: vec![segment(true, "By itself"), segment(false, "When I ask")],
                    value: chosen.refreshes,
                    onchange: move |refreshes| prefer(Preferences { refreshes, ..chosen }),
                }
            }
            if *settings.can_notify.read() {
                div { class: "choice",
                    p {
                        "Notifications"
                        span { class: "fact-more",
                            "Of the system: a token of the open environment ends in 14, 7 or 1 days, somebody waits for a key, and, while you are elsewhere, a replacement's time has come or a revocation has gone through. They name tokens and devices; nothing secret is in them."
                        }
                    }
                    Segmented {
                        label: "Notifications",
                        segments: vec![segment(true, "On"), segment(false, "Off")],
                        value: chosen.notifies,
                        onchange: move |notifies| prefer(Preferences { notifies, ..chosen }),
                    }
                }
            }
        }
    }
}

fn word(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
        Theme::Contrast => "High contrast",
    }
}

pub(super) fn segment<T>(value: T, label: &str) -> Segment<T> {
    Segment {
        value,
        label: label.to_owned(),
        count: None,
    }
}
