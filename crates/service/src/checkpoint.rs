//! The step boundaries of every operation, named, so that tests can end the process at each of them.
//!
//! In debug builds, and in builds with the feature `test-hooks`, a process whose environment has
//! `DEPLOY_TOKENS_KILL_AT=create.registered` kills itself with SIGKILL when it gets there; `revoke.revoked#2` means the
//! second time. In releases nothing of this is left.

/// An operation that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A new token.
    Create,
    /// New secrets.
    Rotate,
    /// A successor for a token that works on meanwhile.
    Replace,
    /// The end of the token that was replaced.
    Finish,
    /// The end of one token or of several.
    Revoke,
    /// The end of many tokens in several environments.
    Emergency,
    /// Sealing again.
    Reshare,
    /// A new environment key.
    RenewKey,
    /// Finishing what was interrupted.
    Resume,
}

/// A boundary between two steps: everything before it is done, nothing after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// No other window or command works in this place.
    Locked,
    /// The checks before any write have passed.
    Checked,
    /// The key pair exists in memory.
    Minted,
    /// What is intended is on the disk under another name.
    IntentStaged,
    /// What is intended is in the journal; next is the request.
    Intended,
    /// The server has answered with the secrets; they are in memory only.
    Registered,
    /// The secrets are on the disk under another name.
    ReceiptStaged,
    /// The secrets are in the journal.
    Received,
    /// One token is ended.
    Revoked,
    /// That is on the disk under another name.
    MarkStaged,
    /// That is in the journal.
    Marked,
    /// The key was read again, and has what went along with the registration.
    ReadBack,
    /// Devices and tokens were listed for sealing.
    Listed,
    /// The key is sealed; next is the request.
    Sealed,
    /// The server has the sealed key.
    Published,
    /// That is on the disk under another name.
    ShareStaged,
    /// That is in the journal.
    Shared,
    /// The user has the secrets.
    Delivered,
    /// A replacement without its secrets is on the disk under another name.
    ReleaseStaged,
    /// The secrets are out of the journal; the replacement waits there for the old token's end.
    Released,
    /// The server was asked whether the old token is refused.
    Proved,
    /// The journal has forgotten the operation.
    Closed,
    /// The server was asked what became of an interrupted operation.
    Located,
    /// All variables are open, in memory.
    Opened,
    /// The variables are on the server under the new key.
    Uploaded,
}

impl Operation {
    /// As in the name of a step.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Rotate => "rotate",
            Self::Replace => "replace",
            Self::Finish => "finish",
            Self::Revoke => "revoke",
            Self::Emergency => "emergency",
            Self::Reshare => "reshare",
            Self::RenewKey => "renew-key",
            Self::Resume => "resume",
        }
    }
}

impl Checkpoint {
    /// As in the name of a step.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Checked => "checked",
            Self::Minted => "minted",
            Self::IntentStaged => "intent-staged",
            Self::Intended => "intended",
            Self::Registered => "registered",
            Self::ReceiptStaged => "receipt-staged",
            Self::Received => "received",
            Self::Revoked => "revoked",
            Self::MarkStaged => "mark-staged",
            Self::Marked => "marked",
            Self::ReadBack => "read-back",
            Self::Listed => "listed",
            Self::Sealed => "sealed",
            Self::Published => "published",
            Self::ShareStaged => "share-staged",
            Self::Shared => "shared",
            Self::Delivered => "handed-over",
            Self::ReleaseStaged => "release-staged",
            Self::Released => "released",
            Self::Proved => "proved",
            Self::Closed => "closed",
            Self::Located => "located",
            Self::Opened => "opened",
            Self::Uploaded => "uploaded",
        }
    }
}

/// The steps of create and of rotate, in order: where what went along with the registration is not all that is missing, the
/// key is published for everybody instead of only read again.
const ISSUE: &[Checkpoint] = &[
    Checkpoint::Locked,
    Checkpoint::Checked,
    Checkpoint::Minted,
    Checkpoint::IntentStaged,
    Checkpoint::Intended,
    Checkpoint::Registered,
    Checkpoint::ReceiptStaged,
    Checkpoint::Received,
    Checkpoint::ReadBack,
    Checkpoint::Listed,
    Checkpoint::Sealed,
    Checkpoint::Published,
    Checkpoint::ShareStaged,
    Checkpoint::Shared,
    Checkpoint::Delivered,
    Checkpoint::Closed,
];

/// The steps of every operation, in order; those of one token repeat when several are revoked.
pub const STEPS: &[(Operation, &[Checkpoint])] = &[
    (Operation::Create, ISSUE),
    (Operation::Rotate, ISSUE),
    (
        Operation::Replace,
        &[
            Checkpoint::Locked,
            Checkpoint::Checked,
            Checkpoint::Minted,
            Checkpoint::IntentStaged,
            Checkpoint::Intended,
            Checkpoint::Registered,
            Checkpoint::ReceiptStaged,
            Checkpoint::Received,
            Checkpoint::ReadBack,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
            Checkpoint::ShareStaged,
            Checkpoint::Shared,
            Checkpoint::Delivered,
            Checkpoint::ReleaseStaged,
            Checkpoint::Released,
        ],
    ),
    (
        Operation::Finish,
        &[
            Checkpoint::Locked,
            Checkpoint::Checked,
            Checkpoint::Revoked,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
            Checkpoint::Proved,
            Checkpoint::Closed,
        ],
    ),
    (
        Operation::Revoke,
        &[
            Checkpoint::Locked,
            Checkpoint::Checked,
            Checkpoint::IntentStaged,
            Checkpoint::Intended,
            Checkpoint::Revoked,
            Checkpoint::MarkStaged,
            Checkpoint::Marked,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
            Checkpoint::Closed,
        ],
    ),
    (
        // The first two and the marks repeat for each environment, the end of a token for each token.
        Operation::Emergency,
        &[
            Checkpoint::IntentStaged,
            Checkpoint::Intended,
            Checkpoint::Revoked,
            Checkpoint::MarkStaged,
            Checkpoint::Marked,
            Checkpoint::Locked,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
            Checkpoint::Closed,
        ],
    ),
    (
        Operation::Reshare,
        &[
            Checkpoint::Locked,
            Checkpoint::Checked,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
        ],
    ),
    (
        Operation::RenewKey,
        &[
            Checkpoint::Locked,
            Checkpoint::Checked,
            Checkpoint::Opened,
            Checkpoint::Sealed,
            Checkpoint::IntentStaged,
            Checkpoint::Intended,
            Checkpoint::Published,
            Checkpoint::Uploaded,
            Checkpoint::Proved,
            Checkpoint::ReleaseStaged,
            Checkpoint::Released,
        ],
    ),
    (
        Operation::Resume,
        &[
            Checkpoint::Locked,
            Checkpoint::Located,
            Checkpoint::Registered,
            Checkpoint::ReceiptStaged,
            Checkpoint::Received,
            Checkpoint::Listed,
            Checkpoint::Sealed,
            Checkpoint::Published,
            Checkpoint::ShareStaged,
            Checkpoint::Shared,
            Checkpoint::Delivered,
            Checkpoint::Closed,
        ],
    ),
];

/// Called at each boundary.
#[cfg(not(any(debug_assertions, feature = "test-hooks")))]
#[inline]
pub fn reached(_: Operation, _: Checkpoint) {}

/// Called at each boundary; ends the process if it was asked to.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
pub fn reached(operation: Operation, point: Checkpoint) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static TIMES: AtomicUsize = AtomicUsize::new(0);

    debug_assert!(
        STEPS
            .iter()
            .any(|(listed, points)| *listed == operation && points.contains(&point)),
        "{}.{} is not in the list of steps",
        operation.name(),
        point.name(),
    );
    let Ok(Some(wanted)) = process_env::text("DEPLOY_TOKENS_KILL_AT") else {
        return;
    };
    let (name, time) = wanted.split_once('#').unwrap_or((&wanted, "1"));
    if name.split_once('.') != Some((operation.name(), point.name())) {
        return;
    }
    let time: usize = time.parse().unwrap_or(1);
    if TIMES.fetch_add(1, Ordering::SeqCst) + 1 == time {
        kill_myself();
    }
}

/// SIGKILL: no destructor runs, no buffer is written, as when the power goes.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
fn kill_myself() -> ! {
    let id = std::process::id().to_string();
    drop(std::process::Command::new("kill").args(["-9", &id]).status());
    // Where there is no such program.
    std::process::abort()
}
