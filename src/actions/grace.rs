//! The chosen end of a replaced token. It is kept by the runtime, not by the window: a window that is minimised or has lost
//! its page runs nothing, and the old token works until this is done. It ends with the session: nothing of one that was
//! left is held here.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use model::Problem;
use protocol::{DeployTokenId, Moment};
use service::{Context, Place, Replaced};

/// Seconds until the end of a grace time is tried again, at first; then twice as long each time.
const FIRST_PAUSE: u64 = 15;

/// The longest of these pauses.
const LONGEST_PAUSE: u64 = 5 * 60;

/// A replacement whose old token ends by itself. No connection is in it.
pub(super) struct Over {
    /// The server, as its journal calls it.
    pub(super) scope: Option<String>,
    pub(super) place: Place,
    pub(super) successor: DeployTokenId,
    pub(super) name: String,
}

/// How a connection's server is called in its journal.
pub(super) fn scope(context: &Context) -> Option<String> {
    context.journal.as_ref().map(|it| it.scope().to_owned())
}

/// The connection that the window has now, for what goes on without it. A handle; the whole program has one.
#[derive(Clone)]
pub struct Newest(Arc<watch::Sender<Option<Arc<Context>>>>);

impl Default for Newest {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Newest {
    pub(super) fn set(&self, context: Option<Arc<Context>>) {
        self.0.send_replace(context);
    }

    /// The window's connection, if it is one to the server of a replacement: the user may have signed in again.
    fn at(&self, over: &Over) -> Option<Arc<Context>> {
        let now = self.0.borrow().clone();
        now.filter(|now| scope(now) == over.scope)
    }

    /// Ends when that server is left.
    async fn left(&self, over: &Over) {
        let mut changes = self.0.subscribe();
        let is_left = |now: &Option<Arc<Context>>| now.as_ref().is_none_or(|now| scope(now) != over.scope);
        // The sender is here, so that it cannot be gone.
        drop(changes.wait_for(is_left).await);
    }
}

/// What a window is told about it.
pub(super) enum Told {
    /// It is done at this time.
    Due(Moment),
    /// It did not work yet, and is tried again.
    NotYet(Problem),
    /// It is done.
    Done(Box<Replaced>),
    /// It was finished or forgotten before.
    Nothing,
    /// It does not work, and is not tried again.
    GivenUp(Problem),
    /// The server was left before.
    Left,
}

/// Revokes the old token after so many seconds, if that is still to be done then and the server was not left, and tells how
/// it goes. A window that is gone is told nothing, and it is done all the same.
pub(super) fn begin(over: Arc<Over>, newest: Newest, seconds: u64) -> mpsc::UnboundedReceiver<Told> {
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let tell = |what| tell.send(what).unwrap_or_default();
        let (mut wait, mut pause) = (seconds, FIRST_PAUSE);
        loop {
            tell(Told::Due(
                Moment::now().plus_seconds(i64::try_from(wait).unwrap_or(i64::MAX)),
            ));
            tokio::select! {
                () = newest.left(&over) => return tell(Told::Left),
                () = passes(Duration::from_secs(wait)) => {}
            }
            let Some(context) = newest.at(&over) else {
                return tell(Told::Left);
            };
            match end(&over, context).await {
                Ok(Some(done)) => return tell(Told::Done(Box::new(done))),
                Ok(None) => return tell(Told::Nothing),
                Err(error) if !may_go_well(&error) => return tell(Told::GivenUp(error)),
                Err(error) => tell(Told::NotYet(error)),
            }
            wait = pause;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    });
    told
}

#[cfg(not(any(debug_assertions, feature = "test-hooks")))]
async fn passes(time: Duration) {
    tokio::time::sleep(time).await;
}

/// In debug builds a test says when the time has passed: once each time that it makes the file which
/// `DEPLOY_TOKENS_GRACE_PASSES` names.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
async fn passes(time: Duration) {
    let Some(file) = process_env::text("DEPLOY_TOKENS_GRACE_PASSES").ok().flatten() else {
        return tokio::time::sleep(time).await;
    };
    while std::fs::remove_file(&file).is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn end(over: &Over, context: Arc<Context>) -> Result<Option<Replaced>, Problem> {
    let all = service::replacements(&context, &over.place)?;
    if !all
        .iter()
        .any(|it| it.successor.as_ref() == Some(&over.successor))
    {
        return Ok(None);
    }
    let wanted = over.successor.as_str();
    let done = service::finish_replacement(&context, &over.place, wanted, None, &|_| {}).await;
    done.map(Some)
}

/// Whether the same may go well a little later.
fn may_go_well(error: &Problem) -> bool {
    matches!(error, Problem::Busy) || error.may_pass()
}
