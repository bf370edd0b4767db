//! Work that would hold up the thread that polls.

use model::Problem;
use protocol::secret::wiping_the_stack;

/// Work that costs CPU leaves the thread that polls. It is the work with keys, so what it leaves on its stack is overwritten.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(|| wiping_the_stack(work))
        .await
        .map_err(|_| Problem::Stopped)
}
