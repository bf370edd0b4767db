//! Looking through every environment for what somebody should act on, and going to where it is mended.

use std::rc::Rc;
use std::sync::Arc;

use dioxus::prelude::*;
use futures_util::future::{AbortHandle, Abortable};

use super::{Actions, Again, Tell, telling};
use crate::intent::AuditIntent;
use crate::state::{Audited, Confirm, ConfirmKind, Dialog, KeyState, Load, Section};
use model::{Audit, AuditFact, AuditFinding, AuditLimits, AuditStep, Problem, TokenHealth};
use protocol::{DeployToken, DeployTokenId, Environment, Moment, TokenEntry};

/// For so many seconds what was found counts as up to date when somebody comes back to the page.
const FRESH: i64 = 300;

impl Actions {
    pub(super) fn on_audit(&self, intent: AuditIntent) {
        match intent {
            AuditIntent::Look => self.look_through_everything(),
            AuditIntent::Stop => self.stop_looking(),
            AuditIntent::Mend(finding) => self.mend(finding),
        }
    }

    /// The page is shown: looks, unless what is known is all and of a moment ago.
    pub(super) fn look_through_what_is_old(&self) {
        let is_fresh = |it: &Audited| it.audit.is_whole() && it.at.plus_seconds(FRESH) > Moment::now();
        let known = self.state.audit.found.peek().as_ref().is_some_and(is_fresh);
        if !known {
            self.look_through_everything();
        }
    }

    /// Looks into every project, one look at a time. What it finds is shown as it comes.
    fn look_through_everything(&self) {
        let (actions, store) = (self.clone(), self.state.audit);
        let Some(context) = self.context().filter(|_| !store.is_running()) else {
            return;
        };
        let (mut under_way, mut failed) = (store.under_way, store.failed);
        let at = Moment::now();
        failed.set(None);
        under_way.set(Some(Audited {
            audit: Audit::default(),
            at,
        }));
        let look = store.looks.begin();
        let (handle, registration) = AbortHandle::new_pair();
        self.looking.replace(Some(handle));
        spawn(async move {
            let asked = Arc::clone(&context);
            let work = |tell: Tell<AuditStep>| async move {
                let audit = service::audit(&asked, AuditLimits::USUAL, at, &tell);
                let done = Abortable::new(audit, registration).await;
                done.unwrap_or(Err(Problem::Stopped))
            };
            let told = |steps: &mut Vec<AuditStep>| {
                if store.looks.is(look) {
                    store.note(steps.drain(..));
                }
            };
            let looked = telling(work, told).await;
            // It was stopped, or another server is open.
            if !store.looks.is(look) {
                return;
            }
            if let Err(error) = &looked {
                let again = actions.clone();
                let again: Again = Rc::new(move || again.look_through_everything());
                actions.expired_by(error, Some(again));
            }
            store.end(looked.map(drop).map_err(Some));
        });
    }

    /// Ends the look that is under way, with the requests that it has sent. What it has found stays, as a part.
    pub(super) fn stop_looking(&self) {
        if let Some(look) = self.looking.take() {
            look.abort();
        }
        self.state.audit.end(Err(None));
    }

    /// Opens the place of a finding, and asks there for its remedy.
    fn mend(&self, finding: AuditFinding) {
        let mut wanted = self.state.audit.wanted;
        if self.is_at(&finding) {
            self.show(Section::Tokens);
        } else {
            self.open_place(&finding.project, finding.environment_id.clone());
        }
        wanted.set(Some(finding));
        self.go_on_mending();
    }

    fn is_at(&self, finding: &AuditFinding) -> bool {
        self.here().is_some_and(|(_, here)| {
            here.project == finding.project && here.environment.id == finding.environment_id
        })
    }

    /// Somebody goes elsewhere: the remedy is not wanted any more.
    pub(super) fn forget_remedy(&self) {
        let mut wanted = self.state.audit.wanted;
        let is_elsewhere = wanted.peek().as_ref().is_some_and(|it| !self.is_at(it));
        if is_elsewhere {
            wanted.set(None);
        }
    }

    /// Asks for the wanted remedy as soon as its place is open, and what it takes is known there.
    pub(super) fn go_on_mending(&self) {
        let mut wanted = self.state.audit.wanted;
        let finding = wanted.peek().clone();
        let Some(finding) = finding.filter(|it| self.is_at(it)) else {
            return;
        };
        if finding.fact == AuditFact::KeyOfNobody {
            wanted.set(None);
            return self.show(Section::Access);
        }
        let is_loading = matches!(&*self.state.place.key.peek(), KeyState::Loading)
            || matches!(&*self.state.tokens.entries.peek(), Load::Loading);
        if is_loading {
            return;
        }
        wanted.set(None);
        let is_free =
            *self.state.dialog.open.peek() == Dialog::Closed && self.state.sheet.issuance.peek().is_none();
        if is_free {
            self.ask_for_remedy(&finding.fact);
        }
    }

    /// Opens the question before the remedy. Where this device cannot do it, the page says what is missing.
    fn ask_for_remedy(&self, fact: &AuditFact) {
        let dialog = self.state.dialog;
        let (holds, issues) = {
            let key = self.state.place.key.peek();
            (matches!(&*key, KeyState::Held { .. }), key.lets_issue())
        };
        match fact {
            AuditFact::Token { id, health, .. } => match (health, self.listed_token(id)) {
                (TokenHealth::NotShared, _) if holds => dialog.show(Dialog::Reshare),
                (_, None) | (TokenHealth::NotShared, _) => {}
                (TokenHealth::NotHandedOver | TokenHealth::Expired, Some(token)) if issues => {
                    self.confirm(ConfirmKind::Rotate, token);
                }
                (TokenHealth::Expiring(_), Some(token)) if issues => {
                    self.confirm(ConfirmKind::Replace, token);
                }
                (TokenHealth::Unused(_), Some(token)) => self.confirm(ConfirmKind::Revoke, token),
                (TokenHealth::Revoked, Some(token)) => self.confirm(ConfirmKind::Delete, token),
                (_, Some(token)) => self.show_details(token.id),
            },
            AuditFact::StillSealed(_) if holds => dialog.show(Dialog::Reshare),
            AuditFact::MayHaveKept(_) | AuditFact::DisclosedSigner(_) | AuditFact::OldKey(_) if holds => {
                dialog.show(Dialog::RenewKey);
            }
            AuditFact::StillSealed(_)
            | AuditFact::MayHaveKept(_)
            | AuditFact::DisclosedSigner(_)
            | AuditFact::OldKey(_)
            | AuditFact::KeyOfNobody => {}
        }
    }

    fn confirm(&self, kind: ConfirmKind, token: DeployToken) {
        let environment = self.state.place.environment.peek();
        let is_production = environment.as_ref().is_some_and(Environment::is_production);
        let question = Confirm::new(kind, token, is_production);
        self.state.dialog.show(Dialog::Confirm(question));
    }

    /// A token of the open environment's list.
    fn listed_token(&self, id: &DeployTokenId) -> Option<DeployToken> {
        match &*self.state.tokens.entries.peek() {
            Load::Ready(entries) => {
                let mut tokens = entries.iter().filter_map(TokenEntry::token);
                tokens.find(|it| it.id == *id).cloned()
            }
            _ => None,
        }
    }
}
