//! The list of tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use dioxus::prelude::*;

use super::Actions;
use crate::intent::TokenIntent;
use crate::state::{Dialog, Load, Ticket, change};
use model::{ClosedSheet, Handed, Membership, Problem, Replacement, Unfinished};
use protocol::{DeployTokenId, Lifetime, Role, TokenEntry};
use service::{Context, Place};

/// What only this machine knows about an environment.
struct Here {
    replacements: Vec<Replacement>,
    interrupted: Vec<Unfinished>,
    closed: Vec<ClosedSheet>,
    handed: BTreeMap<DeployTokenId, Vec<Handed>>,
}

async fn look(context: &Context, place: &Place) -> Result<(Vec<TokenEntry>, Here), Problem> {
    let entries = service::list(context, place).await?;
    let replacements = service::readable_replacements(context, place);
    let journal = context.journal.as_ref();
    let (mut interrupted, mut closed) = (Vec::new(), Vec::new());
    if let Some(journal) = journal {
        journal.settle(place, &entries);
        interrupted = journal.interrupted();
        closed = journal.closed_sheets();
    }
    Ok((
        entries,
        Here {
            replacements,
            interrupted,
            closed,
            handed: service::handed(context),
        },
    ))
}

impl Actions {
    pub(super) fn on_tokens(&self, intent: TokenIntent) {
        match intent {
            TokenIntent::ShowDetails(id) => self.show_details(id),
            TokenIntent::Create { name, lifetime } => self.create(&name, lifetime),
            TokenIntent::Rotate(token, lifetime) => self.rotate(&token, lifetime),
            TokenIntent::Replace(token, lifetime, grace) => self.replace(&token, lifetime, grace),
            TokenIntent::FinishReplacement(token) => self.finish_replacement(&token),
            TokenIntent::ForgetReplacement(id) => self.forget_replacement(id),
            TokenIntent::Revoke(token) => self.revoke(&token),
            TokenIntent::Delete(token) => self.delete(&token),
            TokenIntent::InBulk(kind, lifetime) => self.in_bulk(kind, lifetime),
            TokenIntent::Export(form, ids) => self.export(form, &ids),
            TokenIntent::ShowAgain(sheet) => self.show_again(sheet),
            TokenIntent::ForgetValues(sheet) => self.forget_values(sheet),
            TokenIntent::ShowInterrupted => self.show_interrupted(),
            TokenIntent::Resume { id, remedy } => self.resume(id, remedy),
        }
    }

    /// Opens what is known of a token, and fetches what that is beside the list: its activity, and whether it holds the key.
    pub(super) fn show_details(&self, token: DeployTokenId) {
        self.state.dialog.show(Dialog::Details(token));
        self.look_at_activity();
        self.look_at_holders();
    }

    /// Fetches the list again. What is shown stays until the new list is there; if it does not come, the old one is
    /// marked as stale.
    pub(super) fn refresh(&self) {
        if self.here().is_some() {
            let mut refreshing = self.state.tokens.refreshing;
            refreshing.set(true);
        }
        self.fetch_list();
    }

    /// The same without saying that it is under way, for what nobody has asked for.
    pub(super) fn fetch_list(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        self.note_asked();
        let ticket = self.asked.list.begin();
        spawn(async move {
            let (asked, here) = (Arc::clone(&context), place.clone());
            let mut tokens = actions.state.tokens;
            let work = async move { look(&asked, &place).await };
            let is_wanted = |it: &Self| it.asked.list.is(ticket) && it.is_here(&here);
            let Some(listed) = actions.fetch(is_wanted, work).await else {
                return;
            };
            change(tokens.refreshing, false);
            actions.note_answered(listed.is_ok());
            match listed {
                Ok((entries, only_here)) => {
                    let unclaimed = only_here.interrupted.iter().filter_map(|it| it.token.clone());
                    change(tokens.unclaimed, unclaimed.collect());
                    change(actions.state.place.interrupted, only_here.interrupted);
                    change(tokens.closed, only_here.closed);
                    change(tokens.replacements, only_here.replacements);
                    change(tokens.handed, only_here.handed);
                    actions.state.chosen.keep_listed(&entries);
                    let mut shown = entries.clone();
                    tokens.uses.peek().fill_in(&mut shown);
                    change(tokens.entries, Load::Ready(shown));
                    actions.remind_of_ends();
                    change(tokens.stale, None);
                    if tokens.note_listed() {
                        actions.look_at_key();
                    }
                    actions.go_on_mending();
                    actions.look_at_uses(&context, here, ticket, entries).await;
                }
                Err(error) => {
                    let mut remedy = actions.state.audit.wanted;
                    remedy.set(None);
                    actions.expired_by(&error, None);
                    if error == Problem::NotAnAdmin && actions.is_admin() {
                        actions.look_at_membership();
                    }
                    let message = error;
                    let shown = matches!(&*tokens.entries.peek(), Load::Ready(_));
                    if shown {
                        change(tokens.stale, Some(message));
                    } else {
                        tokens.entries.set(Load::Failed(message));
                    }
                }
            }
        });
    }

    /// Fetches when runners last fetched with the tokens that were just listed. The list is shown before, with what was known
    /// until now: the activity may be long, and its server busy.
    async fn look_at_uses(
        &self,
        context: &Arc<Context>,
        place: Place,
        ticket: Ticket,
        mut entries: Vec<TokenEntry>,
    ) {
        let tokens = self.state.tokens;
        let (asked, project, listed) = (Arc::clone(context), place.project.clone(), entries.clone());
        let work = async move { Ok(service::last_uses(&asked, &project, &listed).await) };
        let is_wanted = |it: &Self| it.asked.list.is(ticket) && it.is_here(&place);
        if let Some(Ok(uses)) = self.fetch(is_wanted, work).await {
            uses.fill_in(&mut entries);
            change(tokens.uses, uses);
            change(tokens.entries, Load::Ready(entries));
        }
    }

    /// From here on this lifetime is proposed, also after a restart.
    pub(super) fn remember_lifetime(&self, lifetime: Lifetime) {
        let mut proposed = self.state.tokens.lifetime;
        if *proposed.peek() != lifetime {
            proposed.set(lifetime);
            self.platform.remember_lifetime(lifetime);
        }
    }

    /// Fetches everything again that is shown.
    pub(super) fn refresh_all(&self) {
        // Who asks for it may be asked to sign in again.
        let mut declined = self.repeat.declined;
        declined.set(false);
        let mut elsewhere = self.state.place.elsewhere;
        elsewhere.write().clear();
        self.refresh();
        self.look_at_key();
        self.look_at_device();
        self.look_for_requests();
        self.look_at_page();
        // Who is no admin may have become one; that somebody is none any more shows when the list is refused.
        if !self.is_admin() {
            self.look_at_membership();
        }
    }

    /// Whether the user was an admin when that was last looked at.
    fn is_admin(&self) -> bool {
        let membership = self.state.place.membership.peek();
        let is_admin = |it: &Membership| it.role == Some(Role::Admin);
        membership.as_ref().is_some_and(is_admin)
    }
}
