//! Create, rotate, revoke, delete, re-share.

use dioxus::prelude::*;

use super::{Actions, Tell};
use crate::state::{Dialog, Operation, RenewedKey};
use model::{Grace, NewToken, News, Problem, Step, WayOut};
use protocol::{DeployToken, Lifetime, TokenName};
use service::{MissingKey, Place};

impl Actions {
    /// Creates a token under a name as it was typed.
    pub(super) fn create(&self, name: &str, lifetime: Lifetime) {
        let mut operation = self.state.dialog.operation;
        match TokenName::parse(name) {
            Ok(name) => {
                self.remember_lifetime(lifetime);
                let new = NewToken {
                    name: name.as_str().to_owned(),
                    lifetime,
                };
                self.issue(Grace::Asked, move |context, place, tell| async move {
                    service::create(&context, &place, new, &tell).await
                });
            }
            Err(error) => operation.set(Operation::Failed(error.into())),
        }
    }

    /// Gives a token new secrets.
    pub(super) fn rotate(&self, token: &DeployToken, lifetime: Lifetime) {
        self.remember_lifetime(lifetime);
        let id = token.id.to_string();
        self.issue(Grace::Asked, move |context, place, tell| async move {
            service::rotate(&context, &place, &id, lifetime, &tell).await
        });
    }

    /// Ends a token.
    pub(super) fn revoke(&self, token: &DeployToken) {
        let id = token.id.to_string();
        self.in_dialog(
            move |context, place, tell| async move { service::revoke(&context, &place, &id, &tell).await },
            |actions, _, place, revoked| actions.tell_revoked(&place, revoked),
        );
    }

    pub(super) fn tell_revoked(&self, place: &Place, revoked: service::Revoked) {
        if self.is_here(place) {
            self.state.tokens.show_revoked(&revoked.token.id);
        }
        let name = revoked.token.name;
        self.tell(News::Revoked { name });
        self.tell_share(place, &revoked.share);
    }

    /// Points out that the key of a place was not sealed again after a revocation: above its tokens, if it is still shown.
    pub(super) fn tell_share(&self, place: &Place, share: &Result<usize, Problem>) {
        let Err(problem) = share.clone() else {
            return;
        };
        if self.is_here(place) {
            let mut unshared = self.state.place.unshared;
            unshared.set(Some(problem));
        } else {
            let environment = place.name().clone();
            self.tell(News::NotReshared { environment, problem });
        }
    }

    /// Deletes the record of a revoked token.
    pub(super) fn delete(&self, token: &DeployToken) {
        let id = token.id.to_string();
        self.in_dialog(
            move |context, place, _| async move { service::delete(&context, &place, &id).await },
            |actions, _, _, token| {
                actions.tell(News::Deleted { name: token.name });
            },
        );
    }

    /// Seals the key again for everybody: from its dialog, or from a notice that says why.
    pub(super) fn reshare(&self) {
        let (actions, dialog) = (self.clone(), self.state.dialog);
        let is_asked = *dialog.open.peek() == Dialog::Reshare;
        if is_asked && dialog.operation.peek().is_running() {
            return;
        }
        let Some((context, place)) = self.here() else {
            return;
        };
        spawn(async move {
            let operation = if is_asked {
                dialog.operation
            } else {
                Signal::new(Operation::Idle)
            };
            let at = place.clone();
            let work = move |tell: Tell| async move {
                service::reshare(&context, &place, MissingKey::Refuse, &tell).await
            };
            match actions.operate(operation, work).await {
                Some(recipients) => {
                    if is_asked {
                        dialog.close();
                    }
                    let here = actions.is_here(&at);
                    if here {
                        let mut unshared = actions.state.place.unshared;
                        unshared.set(None);
                    }
                    actions.tell(News::Reshared {
                        environment: (!here).then(|| at.name().clone()),
                        recipients,
                    });
                }
                // A failure stays in the dialog.
                None if is_asked => {}
                None => {
                    if let Operation::Failed(problem) = &*operation.peek() {
                        actions.tell(News::Trouble(problem.clone()));
                    }
                }
            }
            actions.refresh_all();
        });
    }

    /// Makes the key anew, tries as a runner what came of it, and shows both.
    pub(super) fn renew_key(&self) {
        self.in_dialog(
            move |context, place, tell| async move {
                let done = service::renew_key(&context, &place, None, &tell).await?;
                // The steps of the throw-away token are none of those that are shown.
                tell(Step::Prove);
                let proof = service::prove_as_runner(&context, &place, &|_| {}).await;
                let environment = place.name().clone();
                Ok(RenewedKey {
                    environment,
                    done,
                    proof,
                })
            },
            |actions, _, _, renewed| {
                actions.tell(News::KeyRenewed {
                    environment: renewed.environment.clone(),
                    variables: renewed.done.variables.len(),
                });
                let dialog = actions.state.dialog;
                dialog.show(Dialog::Renewed(Box::new(renewed)));
                actions.look_at_key();
                actions.look_at_holders();
            },
        );
    }

    /// Makes a key, or seals one anew, as the user has said yes to. A failure stays in the dialog.
    pub(super) fn take_way_out(&self, way: WayOut) {
        self.in_dialog(
            move |context, place, tell| async move {
                service::take_way_out(&context, &place, &way, &tell).await
            },
            |actions, _, place, recipients| {
                let here = actions.is_here(&place);
                if here {
                    let mut unshared = actions.state.place.unshared;
                    unshared.set(None);
                }
                actions.tell(News::Reshared {
                    environment: (!here).then(|| place.name().clone()),
                    recipients,
                });
                actions.look_at_key();
                actions.look_at_holders();
            },
        );
    }
}
