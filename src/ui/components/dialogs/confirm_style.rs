//! How each kind of question looks and speaks.

use crate::state::ConfirmKind;
use crate::ui::elements::{ButtonKind, Icon, Tone};
use model::Step;

/// How a kind of question looks and speaks.
pub(super) struct ConfirmStyle {
    pub(super) icon: Icon,
    pub(super) tone: Tone,
    pub(super) button: ButtonKind,
    pub(super) verb: &'static str,
    pub(super) doing: &'static str,
    pub(super) plan: &'static [Step],
}

pub(super) fn style_of(kind: ConfirmKind) -> ConfirmStyle {
    const SEAL: Step = Step::Seal { recipients: 0 };
    match kind {
        ConfirmKind::Rotate => ConfirmStyle {
            icon: Icon::Rotate,
            tone: Tone::Warn,
            button: ButtonKind::Primary,
            verb: "Rotate",
            doing: "Rotating",
            plan: &[Step::Check, Step::Mint, Step::Register, Step::ReadBack],
        },
        ConfirmKind::Replace => ConfirmStyle {
            icon: Icon::UpDown,
            tone: Tone::Neutral,
            button: ButtonKind::Primary,
            verb: "Replace",
            doing: "Replacing",
            plan: &[Step::Check, Step::Mint, Step::Register, Step::ReadBack],
        },
        ConfirmKind::Finish => ConfirmStyle {
            icon: Icon::Ban,
            tone: Tone::Danger,
            button: ButtonKind::Danger,
            verb: "Finish replacing",
            doing: "Revoking the old",
            plan: &[Step::Check, Step::Revoke, SEAL, Step::Publish],
        },
        ConfirmKind::Revoke => ConfirmStyle {
            icon: Icon::Ban,
            tone: Tone::Danger,
            button: ButtonKind::Danger,
            verb: "Revoke",
            doing: "Revoking",
            plan: &[Step::Check, Step::Revoke, SEAL, Step::Publish],
        },
        ConfirmKind::Delete => ConfirmStyle {
            icon: Icon::Trash,
            tone: Tone::Danger,
            button: ButtonKind::Danger,
            verb: "Delete",
            doing: "Deleting",
            plan: &[Step::Check],
        },
    }
}
