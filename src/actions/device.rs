//! This machine as a device: look, link, unlink; and the user's other devices.

use std::future::Future;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Session, beside};
use crate::state::{Load, OwnDevice, Section};
use model::{News, Problem};
use protocol::{Listed, RemoteStatus, UserDevice};
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
                device.set(damage.map_or(OwnDevice::None, OwnDevice::Damaged));
                if *actions.state.section.peek() == Section::Settings {
                    actions.fetch_own_devices(&context).await;
                }
                return;
            };
            if let Some(account) = actions.account() {
                let id = own.id.clone();
                let work = async move { Ok(account.is_command_lines(&id).await) };
                let Some(its) = actions.fetch(|it| it.is_session(&context), work).await else {
                    return;
                };
                borrowed.set(its.unwrap_or(false));
            }
            match actions.fetch_own_devices(&context).await {
                Some(Ok(listed)) => {
                    let state = devices::state_of(&own, &listed);
                    device.set(state.map_or_else(OwnDevice::Failed, OwnDevice::Linked));
                }
                Some(Err(error)) => device.set(OwnDevice::Failed(error)),
                None => {}
            }
        });
    }

    /// Fetches the user's own devices and shows them; `None` if nobody wants them any more.
    async fn fetch_own_devices(&self, context: &Arc<Context>) -> Option<Result<Listed<UserDevice>, Problem>> {
        let (asked, mut own) = (Arc::clone(context), self.state.access.own);
        let work = async move { devices::own(&asked).await };
        let listed = self.fetch(|it| it.is_session(context), work).await?;
        match &listed {
            Ok(listed) => own.set(Load::Ready(listed.clone())),
            Err(error) if self.expired_by(error, None) => return None,
            Err(error) => own.set(Load::Failed(error.clone())),
        }
        Some(listed)
    }

    /// Revokes another device of the user's own.
    pub(super) fn revoke_device(&self, device: UserDevice) {
        let id = device.device.id.clone();
        let name = device.device.label().to_owned();
        self.with_devices(
            move |context| async move { devices::revoke(&context, &id).await },
            News::DeviceRevoked { name },
        );
    }

    /// Deletes the record of a revoked device of the user's own.
    pub(super) fn delete_device(&self, device: UserDevice) {
        let id = device.device.id.clone();
        let name = device.device.label().to_owned();
        self.with_devices(
            move |context| async move { devices::delete(&context, &id).await },
            News::DeviceDeleted { name },
        );
    }

    /// Does something to the user's devices from the open dialog, and tells it once the server has said that it is so. A
    /// failure stays in the dialog.
    fn with_devices<F>(&self, work: impl FnOnce(Arc<Context>) -> F + 'static, news: News)
    where
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let (actions, dialog) = (self.clone(), self.state.dialog);
        let Some(context) = self.context() else { return };
        if dialog.operation.peek().is_running() {
            return;
        }
        spawn(async move {
            let done = actions
                .operate(dialog.operation, move |_tell| work(context))
                .await;
            if done.is_some() {
                dialog.close();
                actions.tell(news);
            }
            actions.look_at_device();
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
