//! Work that would hold up the thread that polls.

use model::Problem;

/// Work that costs CPU leaves the thread that polls.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::Stopped)
}
