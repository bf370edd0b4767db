//! Key access: who holds the open environment's key, who waits for a key, and waiting oneself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dioxus::prelude::*;

use super::{Actions, Again, Tell};
use crate::intent::AccessIntent;
use crate::state::{Dialog, Holders, KeyState, Load, Operation, change};
use model::{Holder, HolderKind, News, Problem, Standing};
use protocol::{DeployTokenId, KeyRequest, OrganizationId, RequestId};
use service::access::{access, disclosed_signers};
use service::{Context, Fulfilled, KeyAccess, Place};

/// How often it is looked whether a missing key was shared meanwhile.
const WAITING: Duration = Duration::from_secs(4);

impl Actions {
    pub(super) fn on_access(&self, intent: AccessIntent) {
        match intent {
            AccessIntent::AskToLink => self.ask_to_link(),
            AccessIntent::LinkDevice { name } => self.link_device(name),
            AccessIntent::UnlinkDevice => self.unlink_device(),
            AccessIntent::RevokeDevice(device) => self.revoke_device(device),
            AccessIntent::DeleteDevice(device) => self.delete_device(device),
            AccessIntent::Fulfil(requests) => self.fulfil(requests),
            AccessIntent::Export(form, holders) => self.export_holders(form, &holders),
            AccessIntent::LookWhoAsks => self.look_who_asks(),
            AccessIntent::Reshare => self.reshare(),
            AccessIntent::RenewKey => self.renew_key(),
            AccessIntent::TakeWayOut(way) => self.take_way_out(way),
        }
    }

    /// Finds out what this device can do with the environment's key. While it waits for the key, it is looked again and
    /// again, by one task for the window.
    pub(super) fn look_at_key(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        spawn(async move { actions.look_at_key_of(context, place).await });
    }

    async fn look_at_key_of(&self, context: Arc<Context>, place: Place) {
        let (here, organization) = (place.clone(), self.organization());
        let work = async move { key_state(&context, organization.as_ref(), &place).await };
        let Some(state) = self.fetch(|it| it.is_here(&here), work).await else {
            return;
        };
        match state {
            Ok((state, tokens)) => {
                self.state.tokens.note_sealed(tokens);
                self.show_key(state);
            }
            Err(error) => {
                self.expired_by(&error, None);
                // No answer says nothing about the key.
                let is_known = !matches!(
                    &*self.state.place.key.peek(),
                    KeyState::Loading | KeyState::Failed(_)
                );
                if !(is_known && error.may_pass()) {
                    self.show_key(KeyState::Failed(error));
                }
            }
        }
    }

    /// Shows what this device can do with the key of the open environment, and waits for it where it is to come.
    fn show_key(&self, state: KeyState) {
        let waits = matches!(state, KeyState::Pending { .. });
        change(self.state.place.key, state);
        self.go_on_mending();
        if waits {
            self.wait_for_key();
        }
    }

    /// Looks again until the open environment's key is there, or nothing waits any more.
    fn wait_for_key(&self) {
        let (actions, mut waiting) = (self.clone(), self.asked.waiting);
        if *waiting.peek() {
            return;
        }
        waiting.set(true);
        spawn(async move {
            while matches!(&*actions.state.place.key.peek(), KeyState::Pending { .. }) {
                tokio::time::sleep(WAITING).await;
                let Some((context, place)) = actions.here() else {
                    break;
                };
                if !matches!(&*actions.state.place.key.peek(), KeyState::Pending { .. }) {
                    break;
                }
                let environment = place.name().clone();
                actions.look_at_key_of(context, place.clone()).await;
                let held = matches!(&*actions.state.place.key.peek(), KeyState::Held { .. });
                if held && actions.is_here(&place) {
                    actions.tell(News::KeyIsHere { environment });
                    actions.refresh();
                    actions.look_at_holders();
                }
            }
            waiting.set(false);
        });
    }

    /// Fetches who holds the key of the open environment.
    pub(super) fn look_at_holders(&self) {
        let actions = self.clone();
        let Some(((context, place), organization)) = self.here().zip(self.organization()) else {
            return;
        };
        spawn(async move {
            let (here, mut holders) = (place.clone(), actions.state.access.holders);
            let work = async move {
                let found = access(&context, &organization, &place).await?;
                let disclosed = disclosed_signers(&context, &place).await;
                let (may_have_kept, made_at) = (found.may_have_kept(), found.made_at);
                let able = found.holders.clone();
                let own = state_of(found.own, || helpers(able));
                let (key, tokens) = own.unwrap_or_else(|error| (KeyState::Failed(error), None));
                let found = Holders {
                    list: found.holders,
                    disclosed,
                    is_told: found.is_told,
                    tokens_are_hidden: !found.tokens_are_listed,
                    may_have_kept,
                    made_at,
                };
                Ok((found, key, tokens))
            };
            match actions.fetch(|it| it.is_here(&here), work).await {
                Some(Ok((mut found, key, tokens))) => {
                    actions.state.tokens.note_sealed(tokens);
                    actions.state.tokens.uses.peek().tell_holders(&mut found.list);
                    holders.set(Load::Ready(found));
                    actions.show_key(key);
                }
                Some(Err(error)) if actions.expired_by(&error, None) => {}
                Some(Err(error)) => holders.set(Load::Failed(error)),
                None => {}
            }
        });
    }

    /// Fetches who waits for a key that this device can share.
    pub(super) fn look_for_requests(&self) {
        let actions = self.clone();
        let Some(context) = self.context() else { return };
        spawn(async move { actions.fetch_requests(context).await });
    }

    async fn fetch_requests(&self, context: Arc<Context>) {
        let (requests, lacking) = (self.state.access.requests, self.state.access.lacking);
        let asked = Arc::clone(&context);
        let work = async move { service::fulfillable(&asked).await };
        match self.fetch(|it| it.is_session(&context), work).await {
            None => {}
            Some(Ok(found)) => {
                change(requests, found.requests);
                self.remind_of_keys();
                change(lacking, found.lacking);
            }
            Some(Err(error)) => {
                tracing::info!(%error, "the requests for keys cannot be listed");
                self.expired_by(&error, None);
            }
        }
    }

    /// Fetches the devices that wait, by whose keys a person can tell that they are the right ones.
    fn look_who_asks(&self) {
        let (actions, asking) = (self.clone(), self.state.access.asking);
        let Some(context) = self.context() else { return };
        let mut requests = self.state.access.requests.peek().list.clone();
        requests.extend(self.state.access.lacking.peek().iter().cloned());
        spawn(async move {
            let asked = Arc::clone(&context);
            let work = async move { Ok(service::asking_devices(&asked, &requests).await) };
            if let Some(Ok(devices)) = actions.fetch(|it| it.is_session(&context), work).await {
                change(asking, devices);
            }
        });
    }

    /// Shares keys with those who wait.
    fn fulfil(&self, wanted: Vec<RequestId>) {
        let (actions, sharing) = (self.clone(), self.state.access.sharing);
        let Some(context) = self.context() else { return };
        if sharing.peek().is_running() {
            return;
        }
        let again = self.last_intent();
        let chosen: Vec<KeyRequest> = self
            .state
            .access
            .requests
            .peek()
            .list
            .iter()
            .filter(|request| wanted.contains(&request.id))
            .cloned()
            .collect();
        spawn(async move {
            let asked = Arc::clone(&context);
            let work = move |tell: Tell| async move { Ok(service::fulfil_all(&asked, &chosen, &tell).await) };
            if let Some(done) = actions.operate(sharing, work).await {
                actions.tell_fulfilled(done, again);
            }
            actions.fetch_requests(context).await;
            actions.look_at_holders();
            let dialog = actions.state.dialog;
            if actions.state.access.requests.peek().list.is_empty() && *dialog.open.peek() == Dialog::Requests
            {
                dialog.close();
            }
        });
    }

    fn tell_fulfilled(&self, done: Vec<Fulfilled>, again: Option<Again>) {
        let mut sharing = self.state.access.sharing;
        let shared: usize = done
            .iter()
            .filter(|it| it.outcome.is_ok())
            .map(|it| it.requests.len())
            .sum();
        if shared > 0 {
            self.tell(News::RequestsAnswered(shared));
        }
        let failed = done
            .into_iter()
            .find_map(|it| it.outcome.err().map(|error| (it.requests, error)));
        let Some((requests, error)) = failed else { return };
        if self.expired_by(&error, again) {
            return;
        }
        let environment = requests.into_iter().find_map(|request| request.environment_name);
        sharing.set(Operation::Failed(match environment {
            Some(environment) => Problem::In {
                environment,
                problem: Box::new(error),
            },
            None => error,
        }));
    }

    pub(super) fn organization(&self) -> Option<OrganizationId> {
        self.state
            .place
            .organization
            .peek()
            .as_ref()
            .map(|it| it.id.clone())
    }
}

/// The tokens that a key is sealed for, where that is told.
type SealedFor = Option<BTreeSet<DeployTokenId>>;

/// What this device can do with a key, and whom it is sealed for; the error is about the session or the network.
async fn key_state(
    context: &Context,
    organization: Option<&OrganizationId>,
    place: &Place,
) -> Result<(KeyState, SealedFor), Problem> {
    let own = service::key_access(context, place).await;
    let is_pending = own.as_ref().is_err_and(Problem::is_access_pending);
    let found = match organization.filter(|_| is_pending) {
        Some(organization) => access(context, organization, place).await.ok(),
        None => None,
    };
    state_of(own, || {
        found.map_or_else(Vec::new, |found| helpers(found.holders))
    })
}

fn state_of(
    own: Result<KeyAccess, Problem>,
    helpers: impl FnOnce() -> Vec<String>,
) -> Result<(KeyState, SealedFor), Problem> {
    let without = match own {
        Ok(KeyAccess {
            fingerprint,
            version,
            tokens,
        }) => return Ok((KeyState::Held { fingerprint, version }, tokens)),
        Err(Problem::NoKey) => KeyState::Missing,
        Err(Problem::NoDevice) => KeyState::NoDevice,
        Err(error) if error.is_not_allowed() => KeyState::NotAllowed,
        Err(error) if error.is_access_pending() => KeyState::Pending {
            message: error,
            helpers: helpers(),
        },
        Err(error) => return Err(error),
    };
    Ok((without, None))
}

/// The devices that hold the key, those first that were here last.
fn helpers(holders: Vec<Holder>) -> Vec<String> {
    let holds = |holder: &Holder| {
        holder.standing == Standing::Holds && matches!(holder.kind, HolderKind::Device { own: false, .. })
    };
    let mut able: Vec<Holder> = holders.into_iter().filter(holds).collect();
    able.sort_by_key(|holder| std::cmp::Reverse(holder.last_seen.known()));
    able.into_iter().map(|holder| holder.name).collect()
}
