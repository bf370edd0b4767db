//! The workspace's state in SQLite: one connection a process, short transactions, times and ids as the API shows them.
//!
//! Work runs on blocking threads. A reader sees one state; a writer takes the write lock at its start, so that two
//! processes on one file queue up instead of failing.

pub(super) mod activity;
mod column;
pub(super) mod devices;
pub(super) mod directory;
mod error;
pub(super) mod history;
pub(super) mod keys;
pub(super) mod reshare;
pub(super) mod schema;
pub(super) mod sign_in;
pub(super) mod tokens;
pub(super) mod users;
pub(super) mod variables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Semaphore;

use super::throttle::Throttle;
pub(super) use error::{Denial, StoreError, Thing};
pub(super) use sign_in::Sessions;

/// Two, so that somebody who guesses does not keep everybody else out.
const PASSWORDS_AT_ONCE: usize = 2;

/// A handle on the database.
#[derive(Clone, Debug)]
pub(super) struct Store {
    connection: Arc<Mutex<Connection>>,
    /// How many passwords are hashed at once: each takes 19 MiB.
    pub(super) hashing: Arc<Semaphore>,
    /// What differs between workspaces.
    pub(super) rules: Rules,
    /// How many calls a minute are answered.
    pub(super) throttle: Throttle,
    /// The tokens of approved browser flows, which are given again until their tickets end.
    pub(super) sessions: Sessions,
}

/// What differs between workspaces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// More is checked than the hosted service checks.
    pub(super) strict: bool,
}

/// Whether a piece of work writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

impl Store {
    /// Takes over an opened database.
    pub(super) fn new(connection: Connection, rules: Rules, throttle: Throttle) -> Self {
        Self {
            throttle,
            sessions: Sessions::default(),
            connection: Arc::new(Mutex::new(connection)),
            hashing: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            rules,
        }
    }

    /// Runs work in one transaction on a blocking thread. Its effects are kept when it gives a reply, and are on the
    /// disk before that reply is sent.
    ///
    /// # Errors
    /// Those of the work, and [`StoreError::CutOff`] when it panicked.
    pub(super) async fn run<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        access: Access,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = lock(&connection);
            let behavior = match access {
                Access::Read => TransactionBehavior::Deferred,
                Access::Write => TransactionBehavior::Immediate,
            };
            let transaction = connection
                .transaction_with_behavior(behavior)
                .map_err(StoreError::from)?;
            let reply = work(&transaction)?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(reply)
        });
        done.await.unwrap_or_else(|_| Err(StoreError::CutOff.into()))
    }
}

/// A panic in another request rolled its transaction back; the connection is good.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
