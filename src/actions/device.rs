//! This machine as a device: look, link, unlink.

use model::News;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Session, beside};
use crate::state::OwnDevice;
use protocol::RemoteStatus;
use service::{Context, devices};

impl Actions {
    /// Asks the server about this machine's device. One that was revoked elsewhere is said.
    pub(super) fn look_at_device(&self) {
        let (actions, mut device) = (self.clone(), self.state.access.device);
        let mut borrowed = self.state.access.borrowed;
        let Some(context) = self.context() else { return };
        spawn(async move {
            let Some(own) = context.device.clone() else {
                let damage = match actions.account() {
                    Some(account) => beside(async move { account.device().await }).await.err(),
                    None => None,
                };
                if !actions.is_session(&context) {
                    return;
                }
                let damage = damage.filter(|error| !error.is_without_keychain());
                return device.set(damage.map_or(OwnDevice::None, OwnDevice::Damaged));
            };
            if let Some(account) = actions.account() {
                let id = own.id.clone();
                let work = async move { Ok(account.is_command_lines(&id).await) };
                let Some(its) = actions.fetch(|it| it.is_session(&context), work).await else {
                    return;
                };
                borrowed.set(its.unwrap_or(false));
            }
            let asked = Arc::clone(&context);
            let work = async move { devices::status(&asked, &own).await };
            match actions.fetch(|it| it.is_session(&context), work).await {
                Some(Ok(state)) => device.set(OwnDevice::Linked(state)),
                Some(Err(error)) if actions.expired_by(&error, None) => {}
                Some(Err(error)) => device.set(OwnDevice::Failed(error)),
                None => {}
            }
        });
    }

    /// Links this machine under a name.
    pub(super) fn link_device(&self, name: String) {
        let actions = self.clone();
        let (Some(account), Some(context)) = (self.account(), self.context()) else {
            return;
        };
        let dialog = self.state.dialog;
        if dialog.operation.peek().is_running() {
            return;
        }
        spawn(async move {
            let work = move |_tell| async move {
                let platform = devices::platform();
                let linked = devices::link(&context, &account.devices(), &name, &platform).await?;
                Ok(Context::clone(&context).with_device(Some(linked)))
            };
            if let Some(context) = actions.operate(dialog.operation, work).await {
                dialog.close();
                actions.use_context(context);
                actions.tell(News::Linked);
            }
        });
    }

    /// Ends this machine's device: revokes it and forgets its keys. One that the server has ended, or that the command line
    /// has too, is only forgotten here.
    pub(super) fn unlink_device(&self) {
        let actions = self.clone();
        let (Some(account), Some(context)) = (self.account(), self.context()) else {
            return;
        };
        let (dialog, store) = (self.state.dialog, self.state.access);
        let Some(own) = context.device.clone() else { return };
        if dialog.operation.peek().is_running() {
            return;
        }
        let ended =
            matches!(&*store.device.peek(), OwnDevice::Linked(it) if it.remote != RemoteStatus::Active);
        spawn(async move {
            let asked = Arc::clone(&context);
            let work = move |_tell| async move {
                if ended || account.is_command_lines(&own.id).await {
                    devices::forget(&account.devices(), &own.id).await
                } else {
                    devices::unlink(&asked, &account.devices(), &own.id).await
                }
            };
            if actions.operate(dialog.operation, work).await.is_some() {
                dialog.close();
                actions.use_context(Context::clone(&context).with_device(None));
                actions.tell(News::Unlinked);
            }
        });
    }

    /// Goes on with another context of the same session.
    fn use_context(&self, context: Context) {
        let session = self.session.peek().clone();
        if let Some(session) = session {
            self.set_session(Some(Session {
                context: Arc::new(context),
                ..session
            }));
        }
        self.look_at_device();
        self.look_for_requests();
        self.refresh_all();
    }
}
