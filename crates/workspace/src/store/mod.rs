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
pub(super) mod webhooks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::answer::Refusal;
use super::auth;
use super::delivery::Sender;
use super::hold::Hold;
use super::imprint::Generation;
use super::password::Hashing;
use super::throttle::Throttle;
use super::token_hash::TokenHash;
pub(super) use error::{Denial, StoreError, Thing};
use private_file::Disk;
pub(super) use sign_in::Sessions;

/// What the large bodies of all unfinished requests may take together: 128 MiB.
const BODIES_KIB: usize = 128 * 1024;

/// A handle on the database.
#[derive(Clone, Debug)]
pub(super) struct Store {
    database: Arc<Database>,
    /// Where passwords are checked.
    pub(super) hashing: Hashing,
    /// Told of everything that is written.
    writes: Arc<Notify>,
    /// Posts to audit webhooks.
    pub(super) sender: Sender,
    /// How many KiB of large bodies may be held at once.
    bodies: Arc<Semaphore>,
    /// What differs between workspaces.
    pub(super) rules: Rules,
    /// How many calls a minute are answered.
    pub(super) throttle: Throttle,
    /// The tokens of approved browser flows, which are given again until their tickets end.
    pub(super) sessions: Sessions,
}

/// The connection, and what it stands on. In this order: the connection is closed before the folder is let go of.
#[derive(Debug)]
struct Database {
    connection: Mutex<Connection>,
    state: State,
}

/// Whether anything can be changed.
#[derive(Debug)]
enum State {
    Open(Hold),
    /// The connection is to a copy in memory, because of this.
    ToLook(Disk),
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
    /// It may write what others count on: that is known outside of the database before it is answered.
    Write,
    /// It may write what nobody would miss: that something was read, how sending went, attempts to sign in.
    Note,
}

impl Store {
    /// Takes over an opened database.
    pub(super) fn new((connection, hold): (Connection, Hold), rules: Rules, throttle: Throttle) -> Self {
        Self::of(connection, State::Open(hold), rules, throttle)
    }

    /// Takes over a copy in memory, which changes nothing, because the disk does not take it.
    pub(super) fn to_look(connection: Connection, disk: Disk, rules: Rules, throttle: Throttle) -> Self {
        Self::of(connection, State::ToLook(disk), rules, throttle)
    }

    fn of(connection: Connection, state: State, rules: Rules, throttle: Throttle) -> Self {
        Self {
            throttle,
            sessions: Sessions::default(),
            database: Arc::new(Database {
                connection: Mutex::new(connection),
                state,
            }),
            writes: Arc::default(),
            sender: Sender::default(),
            hashing: Hashing::default(),
            bodies: Arc::new(Semaphore::new(BODIES_KIB)),
            rules,
        }
    }

    /// Whether what is written is kept, and not only looked at in a copy.
    pub(super) fn keeps(&self) -> bool {
        matches!(self.database.state, State::Open(_))
    }

    /// Whether a bearer token is anybody's.
    ///
    /// # Errors
    /// 401, or what else keeps its owner out.
    pub(super) async fn known(&self, bearer: Option<&TokenHash>) -> Result<(), Refusal> {
        let bearer = bearer.cloned();
        self.run(Access::Read, move |db| {
            auth::caller(db, bearer.as_ref()).map(drop)
        })
        .await
    }

    /// Waits until something was written since this was waited for last.
    pub(super) async fn written(&self) {
        self.writes.notified().await;
    }

    /// Waits until there is room for a body of so many bytes.
    ///
    /// # Errors
    /// 500, if the server ends meanwhile.
    pub(super) async fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let wanted = bytes.div_ceil(1024).min(BODIES_KIB);
        let wanted = u32::try_from(wanted).map_err(|_| Refusal::internal())?;
        let room = Arc::clone(&self.bodies).acquire_many_owned(wanted).await;
        room.map_err(|_| Refusal::internal())
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
        let (database, writes) = (Arc::clone(&self.database), Arc::clone(&self.writes));
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = lock(&database.connection);
            let behavior = match access {
                Access::Read => TransactionBehavior::Deferred,
                Access::Write | Access::Note => TransactionBehavior::Immediate,
            };
            let transaction = connection
                .transaction_with_behavior(behavior)
                .map_err(StoreError::from)?;
            let reply = work(&transaction)?;
            if access == Access::Write
                && let State::ToLook(disk) = &database.state
            {
                return Err(StoreError::NoRoom(disk.clone()).into());
            }
            let raised = match access {
                Access::Write => Some(schema::raise(&transaction).map_err(StoreError::from)?),
                Access::Read | Access::Note => None,
            };
            transaction.commit().map_err(StoreError::from)?;
            if let (Some(raised), State::Open(hold)) = (raised, &database.state) {
                note(hold, &raised);
            }
            if access != Access::Read {
                writes.notify_one();
            }
            Ok(reply)
        });
        done.await.unwrap_or_else(|_| Err(StoreError::CutOff.into()))
    }
}

/// What cannot be written down is on the disk all the same; only its loss would not be noticed.
fn note(hold: &Hold, raised: &Generation) {
    if let Err(error) = hold.note(raised, None) {
        tracing::warn!(%error, "a change cannot be noted outside of the database");
    }
}

/// A panic in another request rolled its transaction back; the connection is good.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
