//! What the dialog calls it, and what it does.

use crate::state::BulkKind;
use crate::ui::elements::{ButtonKind, Icon, Tone};
use text::plural;

/// How a kind looks and is called.
pub(super) struct Style {
    pub(super) verb: &'static str,
    /// What they are when it is done.
    pub(super) done: &'static str,
    pub(super) icon: Icon,
    pub(super) tone: Tone,
    pub(super) button: ButtonKind,
    /// What happens, and what stops working.
    pub(super) consequence: &'static str,
    /// Of those that are chosen and left out.
    pub(super) others: &'static str,
}

pub(super) fn style(kind: BulkKind) -> Style {
    const REVOKED: &str = "revoked already";
    match kind {
        BulkKind::Revoke => Style {
            verb: "Revoke",
            done: "revoked",
            icon: Icon::Ban,
            tone: Tone::Danger,
            button: ButtonKind::Danger,
            consequence: "Runners with them stop at once. What they already fetched stays known to them. This cannot be undone.",
            others: REVOKED,
        },
        BulkKind::Rotate => Style {
            verb: "Rotate",
            done: "rotated",
            icon: Icon::Rotate,
            tone: Tone::Warn,
            button: ButtonKind::Danger,
            consequence: "Each gets new values, which are sent to where its former ones were sent from this machine, and are shown nowhere. The old ones stop working at once.",
            others: REVOKED,
        },
        BulkKind::Replace => Style {
            verb: "Replace",
            done: "replaced",
            icon: Icon::UpDown,
            tone: Tone::Neutral,
            button: ButtonKind::Primary,
            consequence: "Each gets a successor, whose values are sent to where the former ones were sent from this machine, and are shown nowhere. The old ones work until you finish each replacement.",
            others: REVOKED,
        },
        BulkKind::Delete => Style {
            verb: "Delete",
            done: "deleted",
            icon: Icon::Trash,
            tone: Tone::Danger,
            button: ButtonKind::Danger,
            consequence: "Their records go away for everybody. No runner stops: they are revoked already. This cannot be undone.",
            others: "still active, and must be revoked first",
        },
    }
}

/// What is typed to confirm.
pub(super) fn wanted(kind: BulkKind, count: usize) -> String {
    format!("{} {}", style(kind).verb.to_lowercase(), plural(count, "token"))
}

/// Whether that was typed; a comma within a number does not matter.
pub(super) fn is_confirmed(typed: &str, kind: BulkKind, count: usize) -> bool {
    let plain = |text: &str| text.trim().to_lowercase().replace(',', "");
    plain(typed) == plain(&wanted(kind, count))
}
