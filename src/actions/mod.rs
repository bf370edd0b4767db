//! What happens on an event of the user: run a service, write its progress and result into the state.
//!
//! Services run on the runtime's own threads; only signals are written here, and no signal guard is held across an
//! await. What the outside world is (how to connect, where the clipboard is) is handed in by the composition root.

mod emergency;
mod lifecycle;
mod place;
mod sheet;
mod tokens;
mod verify;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use dioxus::prelude::*;

use crate::domain::{Message, ProjectId, Step};
use crate::messages;
use crate::secret::SecretText;
use crate::service::{Context, Place, ServiceError};
use crate::state::{AppState, Operation, ToastKind};

/// How long a notice stays.
const TOAST_SECONDS: u64 = 6;

/// A connection to an API.
pub struct Opened {
    /// For the services.
    pub context: Context,
    /// "Local workspace", or the server's host.
    pub origin: String,
    /// The project to open first.
    pub project: Option<ProjectId>,
    /// Kept as long as the connection is used.
    pub keep: Box<dyn Any>,
}

/// Connects; called again on every retry.
pub type Connect = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Opened, Message>>>>>;

/// The system's clipboard.
pub trait Clipboard {
    /// Puts a text into the clipboard.
    ///
    /// # Errors
    /// Why it was not copied, and what to do.
    fn copy(&self, text: &SecretText) -> Result<(), Message>;

    /// The text in the clipboard.
    ///
    /// # Errors
    /// Why it cannot be had, and what to do.
    fn paste(&self) -> Result<SecretText, Message>;
}

/// All actions of a window; a handle.
#[derive(Clone)]
pub struct Actions {
    state: AppState,
    connect: Connect,
    clipboard: Rc<dyn Clipboard>,
    session: Signal<Option<Session>>,
}

#[derive(Clone)]
struct Session {
    context: Arc<Context>,
    project: Option<ProjectId>,
    _keep: Rc<dyn Any>,
}

impl Actions {
    /// Actions on these stores; call in the root component, whose scope runs them.
    pub fn make(state: AppState, connect: Connect, clipboard: Rc<dyn Clipboard>) -> Self {
        Self {
            state,
            connect,
            clipboard,
            session: Signal::new(None),
        }
    }

    fn context(&self) -> Option<Arc<Context>> {
        self.session
            .peek()
            .as_ref()
            .map(|session| Arc::clone(&session.context))
    }

    /// Context and place, once both are there.
    fn here(&self) -> Option<(Arc<Context>, Place)> {
        let project = self.state.place.project.peek().as_ref()?.id.clone();
        let environment = self.state.place.environment.peek().clone()?;
        Some((self.context()?, Place { project, environment }))
    }

    /// Whether the window still shows this place.
    fn is_here(&self, place: &Place) -> bool {
        self.here().is_some_and(|(_, here)| here == *place)
    }

    fn toast(&self, kind: ToastKind, text: impl Into<String>) {
        let toasts = self.state.toasts;
        let id = toasts.push(kind, text);
        spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(TOAST_SECONDS)).await;
            toasts.dismiss(id);
        });
    }
}

/// Runs a service on the runtime's threads, so that the window stays responsive and closing a dialog stops nothing.
async fn off_ui<T: Send + 'static>(
    work: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::spawn(work).await.unwrap_or(Err(ServiceError::Stopped))
}

/// Runs a service, writes each step into `operation`, and its failure too.
async fn operate<T, F, W>(mut operation: Signal<Operation>, work: W) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ServiceError>> + Send + 'static,
    W: FnOnce(Box<dyn Fn(Step) + Send + Sync>) -> F,
{
    let (tell, mut steps) = tokio::sync::mpsc::unbounded_channel();
    operation.set(Operation::Running(Step::Check));
    // A window that is gone does not need to be told.
    let progress = Box::new(move |step| {
        tell.send(step).unwrap_or_default();
    });
    let mut work = tokio::spawn(work(progress));
    let result = loop {
        tokio::select! {
            Some(step) = steps.recv() => operation.set(Operation::Running(step)),
            done = &mut work => break done.unwrap_or(Err(ServiceError::Stopped)),
        }
    };
    match result {
        Ok(value) => {
            operation.set(Operation::Idle);
            Some(value)
        }
        Err(error) => {
            tracing::warn!(%error, "an operation failed");
            operation.set(Operation::Failed(messages::service(&error)));
            None
        }
    }
}
