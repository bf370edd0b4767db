//! What somebody should look at in every environment, as far as it was looked into.

use dioxus::prelude::*;

use super::{Latest, begin, restore};
use model::{Audit, AuditFinding, AuditStep, Problem};
use protocol::Moment;

/// An audit, and when it was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// What was found so far.
    pub audit: Audit,
    /// As of when.
    pub at: Moment,
}

/// What was found everywhere, and which part of it is shown.
#[derive(Clone, Copy, PartialEq)]
pub struct AuditStore {
    /// What is known: whole, or as far as it came.
    pub found: Signal<Option<Audited>>,
    /// The look that is under way.
    pub under_way: Signal<Option<Audited>>,
    /// Why the last look came to no end.
    pub failed: Signal<Option<Problem>>,
    /// Only findings of this kind.
    pub kind: Signal<Option<&'static str>>,
    /// Only findings with this in their words or place.
    pub search: Signal<String>,
    /// The finding whose remedy is asked for when its place is open.
    pub wanted: Signal<Option<AuditFinding>>,
    /// Counts looks, so that what comes late for an earlier one is not shown.
    pub looks: Latest,
}

impl AuditStore {
    pub(super) fn make() -> Self {
        Self {
            found: begin(),
            under_way: begin(),
            failed: begin(),
            kind: begin(),
            search: begin(),
            wanted: begin(),
            looks: Latest::make(),
        }
    }

    /// Forgets all of it.
    pub fn reset(self) {
        let Self {
            found,
            under_way,
            failed,
            kind,
            search,
            wanted,
            looks,
        } = self;
        looks.begin();
        restore(found);
        restore(under_way);
        restore(failed);
        restore(kind);
        restore(search);
        restore(wanted);
    }

    /// Whether a look is under way.
    pub fn is_running(&self) -> bool {
        self.under_way.peek().is_some()
    }

    /// Takes in how far the look is.
    pub fn note(mut self, steps: impl IntoIterator<Item = AuditStep>) {
        if let Some(audited) = &mut *self.under_way.write() {
            for step in steps {
                match step {
                    AuditStep::Begun(audit) => audited.audit = audit,
                    AuditStep::Project(part) => audited.audit.add(part),
                }
            }
        }
    }

    /// Ends the look that is under way: it has seen all, or has failed, or was stopped, which is no failure. What a part of it
    /// has found stays where nothing whole was known before.
    pub fn end(mut self, ended: Result<(), Option<Problem>>) {
        if !self.is_running() {
            return;
        }
        self.looks.begin();
        let was_whole = matches!(&*self.found.peek(), Some(known) if known.audit.is_whole());
        let audited = self.under_way.write().take();
        let is_part = |it: &Audited| it.audit.done > 0 && !was_whole;
        if let Some(audited) = audited.filter(|it| ended.is_ok() || is_part(it)) {
            self.found.set(Some(audited));
        }
        self.failed.set(ended.err().flatten());
    }

    /// What is shown: what was known before, until a look that is under way has all; without that, as far as the look is.
    pub fn shown(&self) -> Option<Audited> {
        let whole = self.found.read().clone().filter(|it| it.audit.is_whole());
        whole
            .or_else(|| self.under_way.read().clone())
            .or_else(|| self.found.read().clone())
    }
}

/// Whether a finding has this in its words, its project or its environment.
pub fn is_found(finding: &AuditFinding, words: &str, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(words) || has(&finding.project_name) || has(finding.environment.as_str())
}
