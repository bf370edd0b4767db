//! The chosen end of a replaced token. It is kept by the runtime, not by the window: a window that is minimised or has lost
//! its page runs nothing, and the old token works until this is done.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use model::Problem;
use protocol::{DeployTokenId, Moment};
use service::{Context, Place, Replaced};

/// Seconds until the end of a grace time is tried again, at first; then twice as long each time.
const FIRST_PAUSE: u64 = 15;

/// The longest of these pauses.
const LONGEST_PAUSE: u64 = 5 * 60;

/// A replacement whose old token ends by itself.
pub(super) struct Over {
    pub(super) context: Arc<Context>,
    pub(super) place: Place,
    pub(super) successor: DeployTokenId,
    pub(super) name: String,
}

/// The connection that the window has now, for what goes on without it. A handle; the whole program has one.
#[derive(Clone, Default)]
pub struct Newest(Arc<Mutex<Option<Arc<Context>>>>);

impl Newest {
    pub(super) fn set(&self, context: Option<Arc<Context>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    /// The connection to the server of a replacement: the window's, if it is one to that server, because the user may have
    /// signed in again.
    fn at(&self, over: &Over) -> Arc<Context> {
        let scope = |context: &Context| context.journal.as_ref().map(|it| it.scope().to_owned());
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = now.filter(|now| scope(now) == scope(&over.context));
        now.unwrap_or_else(|| Arc::clone(&over.context))
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
}

/// Revokes the old token after so many seconds, if that is still to be done then, and tells how it goes. A window that is
/// gone is told nothing, and it is done all the same.
pub(super) fn begin(over: Arc<Over>, newest: Newest, seconds: u64) -> mpsc::UnboundedReceiver<Told> {
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let tell = |what| tell.send(what).unwrap_or_default();
        wait(seconds, &tell).await;
        let mut pause = FIRST_PAUSE;
        loop {
            match end(&over, &newest).await {
                Ok(Some(done)) => return tell(Told::Done(Box::new(done))),
                Ok(None) => return tell(Told::Nothing),
                Err(error) if !may_pass(&error) => return tell(Told::GivenUp(error)),
                Err(error) => tell(Told::NotYet(error)),
            }
            wait(pause, &tell).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    });
    told
}

async fn wait(seconds: u64, tell: impl Fn(Told)) {
    tell(Told::Due(
        Moment::now().plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)),
    ));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

async fn end(over: &Over, newest: &Newest) -> Result<Option<Replaced>, Problem> {
    let context = newest.at(over);
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
fn may_pass(error: &Problem) -> bool {
    let is_out = |status: u16| status == 429 || status >= 500;
    matches!(error, Problem::Busy)
        || error
            .call()
            .is_some_and(|error| error.is_network() || error.status().is_some_and(is_out))
}
