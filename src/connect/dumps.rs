//! What is in this process's memory stays there: no file is made of it when it crashes, no other program of the same
//! user reads it, and what is secret in it is not swapped out, as far as the system allows.

/// Switches core dumps off for this process and those that it starts, and on Linux takes it from debuggers and `/proc` of the
/// same user. What the system refuses is logged: a program without it is as safe as any other.
pub fn keep_out_of_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "core dumps stay as they are");
        }
    }
    #[cfg(target_os = "linux")]
    if !is_looked_into() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%error, "other programs of this user can read this one's memory");
        }
    }
}

/// Whether long-lived secrets are kept out of swap and hibernation images, in words: for what is told about this run.
pub fn told_of_locking() -> String {
    match protocol::secret::can_lock() {
        Ok(()) => "secrets are locked into memory".to_owned(),
        Err(error) => format!("secrets are not locked into memory and may be swapped out: {error}"),
    }
}

/// In debug builds `DEPLOY_TOKENS_MEMORY_IS_READ` lets a test of the same user read it.
#[cfg(all(target_os = "linux", any(debug_assertions, feature = "test-hooks")))]
fn is_looked_into() -> bool {
    process_env::name("DEPLOY_TOKENS_MEMORY_IS_READ").is_some()
}

#[cfg(all(target_os = "linux", not(any(debug_assertions, feature = "test-hooks"))))]
fn is_looked_into() -> bool {
    false
}
