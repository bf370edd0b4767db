//! What this program is: version, data folder, help, licences.

use dioxus::prelude::*;

use crate::build_info;
use crate::state::AppState;
use crate::ui::components::Fact;
use crate::ui::elements::{Button, ButtonKind, Icon, IconButton};
use crate::ui::intent::{ProgramIntent, use_send};
use model::{Document, PublicText};

#[component]
pub(super) fn AboutCard() -> Element {
    let about = use_context::<AppState>().about;
    let folder = about.folder.read().clone();
    let send = use_send();
    let named = build_info::summary();
    rsx! {
        section { class: "settings-card", "aria-labelledby": "about",
            h2 { id: "about", "About" }
            dl { class: "facts",
                Fact { name: "Version",
                    span { class: "print",
                        "{build_info::VERSION}"
                        IconButton {
                            icon: Icon::Copy,
                            name: "Copy version, commit and profile",
                            onclick: move |()| send.call(ProgramIntent::CopyText(PublicText::Version, named.to_owned()).into()),
                        }
                    }
                }
                if let Some(commit) = build_info::COMMIT {
                    Fact { name: "Commit", span { class: "mono", "{commit}" } }
                }
                Fact { name: "Build", "{build_info::PROFILE}" }
                if let Some(folder) = folder {
                    Fact { name: "Data folder",
                        div { class: "about-folder",
                            p { class: "mono", "{folder}" }
                            Button {
                                label: "Open folder",
                                onclick: move |()| send.call(ProgramIntent::OpenDataFolder.into()),
                            }
                        }
                    }
                }
                Fact { name: "Keys in memory",
                    match &*about.unlocked.read() {
                        None => rsx! { "locked: they do not get into the swap file" },
                        Some(why) => rsx! {
                            "not locked"
                            span { class: "fact-more", "The system does not allow it ({why}): they may get into the swap file." }
                        },
                    }
                }
                Fact { name: "Help",
                    div { class: "about-help",
                        for document in Document::HELP {
                            Button {
                                key: "{document.title()}",
                                kind: ButtonKind::Link,
                                label: document.title(),
                                onclick: move |()| send.call(ProgramIntent::Read(document).into()),
                            }
                        }
                    }
                }
            }
            p { "MIT or Apache-2.0, at your choice. What others have made and is inside is under licences of its own." }
            div { class: "settings-buttons",
                Button {
                    label: "Show licences",
                    onclick: move |()| send.call(ProgramIntent::Read(Document::Licences).into()),
                }
            }
        }
    }
}
