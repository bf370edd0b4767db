//! The findings, the most urgent first, each with the button that leads to its remedy.

use dioxus::prelude::*;

use crate::state::{AppState, Audited, is_found};
use crate::ui::components::seen;
use crate::ui::elements::{Badge, Button, ButtonKind, Icon, StateBlock, Tone};
use crate::ui::intent::{AuditIntent, PlaceIntent, use_send};
use model::{AuditFact, AuditFinding, TokenHealth};
use text::audit::{kind, kind_in_words, remedy_in_words, what};
use text::grouped;

/// The most that are rendered; search and kinds reach the others.
const MOST: usize = 200;

/// Those that are wanted.
#[component]
pub(super) fn Findings(shown: ReadSignal<Option<Audited>>) -> Element {
    let store = use_context::<AppState>().audit;
    let wanted = use_memo(move || {
        let (of_kind, search) = (*store.kind.read(), store.search.read().trim().to_lowercase());
        let shown = shown.read();
        let all = shown.iter().flat_map(|it| &it.audit.findings);
        let fits = all.filter(|it| of_kind.is_none_or(|kind_of| kind(&it.fact) == kind_of));
        let fits = fits.filter(|it| is_found(it, &what(&it.fact), &search));
        let mut count = 0_usize;
        let mut first = Vec::new();
        for finding in fits {
            count += 1;
            if first.len() < MOST {
                first.push(finding.clone());
            }
        }
        (count, first)
    });
    let several = shown.read().as_ref().is_some_and(|it| it.audit.projects > 1);
    let (count, findings) = &*wanted.read();
    let more = count.saturating_sub(findings.len());
    rsx! {
        p { class: "spoken", role: "status", "{text::plural(*count, \"finding\")}" }
        if findings.is_empty() {
            StateBlock {
                icon: Icon::Search,
                title: "No finding matches",
                text: "Search looks at what is said, and at names of projects and environments.",
            }
        } else {
            ul { class: "run-list", role: "list", "aria-label": "Findings, the most urgent first",
                for (index , finding) in findings.iter().cloned().enumerate() {
                    Line { key: "{index}", finding, several }
                }
            }
        }
        if more > 0 {
            p { class: "active-more", "{grouped(more)} more. Choose a kind or search to see them." }
        }
    }
}

#[component]
fn Line(finding: AuditFinding, several: bool) -> Element {
    let send = use_send();
    let place = if several {
        seen(&text::place(&finding.project_name, &finding.environment))
    } else {
        seen(text::environment(&finding.environment))
    };
    let said = seen(&what(&finding.fact));
    let remedy = remedy_in_words(&finding.fact);
    let (project, environment) = (finding.project.clone(), finding.environment_id.clone());
    let fact = &finding.fact;
    let badge = kind_in_words(kind(fact)).to_owned();
    // The name is what somebody looks for.
    let (name, rest) = match fact {
        AuditFact::Token { name, .. } => (
            seen(name),
            said.strip_prefix(&seen(name)).unwrap_or(&said).to_owned(),
        ),
        _ => (String::new(), said.clone()),
    };
    rsx! {
        li { class: "run-line finding",
            div { class: "run-words",
                p { class: "finding-words selectable",
                    strong { bdi { "{name}" } }
                    "{rest}"
                }
                button {
                    r#type: "button",
                    class: "finding-place cut",
                    title: "Go to {place}",
                    onclick: move |_| {
                        send.call(PlaceIntent::OpenPlace(project.clone(), environment.clone()).into());
                    },
                    "{place}"
                }
            }
            Badge { tone: tone(fact), text: badge }
            Button {
                kind: ButtonKind::Plain,
                label: remedy,
                spoken: "{remedy.trim_end_matches('…')}: {said}, in {place}",
                onclick: move |()| send.call(AuditIntent::Mend(finding.clone()).into()),
            }
        }
    }
}

fn tone(fact: &AuditFact) -> Tone {
    match fact {
        AuditFact::Token {
            health: TokenHealth::NotShared | TokenHealth::Expired,
            ..
        }
        | AuditFact::KeyOfNobody
        | AuditFact::StillSealed(_) => Tone::Danger,
        AuditFact::OldKey(_) => Tone::Neutral,
        AuditFact::Token { .. } | AuditFact::MayHaveKept(_) | AuditFact::DisclosedSigner(_) => Tone::Warn,
    }
}
