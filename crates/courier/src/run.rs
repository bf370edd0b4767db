//! One start of a tool, from its standard input to its end.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::masked::Mask;
use model::SendError;
use protocol::secret::SecretText;

/// So much of each stream is kept, in bytes; the rest is read and forgotten.
const MOST_KEPT: usize = 64 * 1024;
/// So many of the first and of the last lines are shown of what a tool says: some tell the cause first, some last.
const SHOWN_LINES: usize = 3;

/// Variables that may hold secrets of ours, which no tool is given.
const OURS: [&str; 3] = ["GHOSTABLE_TOKEN", "GHOSTABLE_CI_TOKEN", "GHOSTABLE_DEPLOY_SEED"];
/// What tools are asked for: no colours, and no questions.
const ASKED: [(&str, &str); 3] = [
    ("NO_COLOR", "1"),
    ("GH_PROMPT_DISABLED", "1"),
    ("GH_NO_UPDATE_NOTIFIER", "1"),
];

/// A start of a program.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Path,
    pub(crate) arguments: &'a [String],
    pub(crate) input: Option<&'a SecretText>,
    pub(crate) limit: Duration,
}

/// How it ended, and what it printed, masked.
pub(crate) struct Ended {
    pub(crate) is_well: bool,
    output: Vec<String>,
    errors: Vec<String>,
}

impl Ended {
    /// What it printed, a line each.
    pub(crate) fn printed(self) -> Vec<String> {
        self.output
    }

    /// Some lines of its errors, or of what it printed where it has told no error.
    pub(crate) fn words(&self) -> String {
        let told = if self.errors.is_empty() {
            &self.output
        } else {
            &self.errors
        };
        let last = told.len().saturating_sub(SHOWN_LINES);
        let is_shown = |at: usize| at < SHOWN_LINES || at >= last;
        let shown = told.iter().enumerate().filter(|(at, _)| is_shown(*at));
        shown.map(|(_, line)| line.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Run<'_> {
    /// Runs it. Dropping this ends it.
    pub(crate) async fn to_its_end(&self, mask: &Mask) -> Result<Ended, SendError> {
        let mut running = Running(self.spawn()?);
        let done = tokio::time::timeout(self.limit, self.follow(&mut running.0)).await;
        let (status, output, errors) = match done {
            Err(_) => {
                return Err(SendError::TimedOut {
                    program: self.program.to_owned(),
                    seconds: self.limit.as_secs(),
                });
            }
            Ok(Err(cause)) => return Err(self.not_started(cause)),
            Ok(Ok(ended)) => ended,
        };
        Ok(Ended {
            is_well: status.success(),
            output: mask.lines(&output),
            errors: mask.lines(&errors),
        })
    }

    fn spawn(&self) -> Result<Child, SendError> {
        let mut command = Command::new(self.program);
        command
            .args(self.arguments)
            .envs(ASKED)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for name in OURS {
            command.env_remove(name);
        }
        // A group of its own, so that what it starts ends with it.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn().map_err(|cause| self.not_started(cause))
    }

    fn not_started(&self, cause: std::io::Error) -> SendError {
        SendError::NotStarted {
            program: self.program.to_owned(),
            cause: cause.into(),
        }
    }

    async fn follow(&self, child: &mut Child) -> std::io::Result<(ExitStatus, Kept, Kept)> {
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async move {
            if let (Some(mut stdin), Some(input)) = (stdin, self.input) {
                // Exposed to be handed to the tool that the user has chosen. One that does not read it says why itself.
                drop(stdin.write_all(input.expose().as_bytes()).await);
                drop(stdin.shutdown().await);
            }
        };
        let ((), output, errors) = tokio::join!(write, keep(stdout), keep(stderr));
        Ok((child.wait().await?, output, errors))
    }
}

/// What was printed, as it was; wiped when it was masked.
type Kept = Zeroizing<Vec<u8>>;

/// Reads a stream to its end, and keeps its beginning.
async fn keep(stream: Option<impl AsyncRead + Unpin>) -> Kept {
    let mut kept = Zeroizing::new(Vec::with_capacity(MOST_KEPT));
    let Some(mut stream) = stream else {
        return kept;
    };
    let mut some = Zeroizing::new([0; 4096]);
    while let Ok(read @ 1..) = stream.read(some.as_mut_slice()).await {
        let room = MOST_KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(some.get(..read.min(room)).unwrap_or_default());
    }
    kept
}

/// A tool that runs; dropping it ends it, and what it has started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that was waited for has no number any more.
        #[cfg(unix)]
        if let Some(group) = group_of(&self.0) {
            // One that has just ended by itself needs no end.
            let _ended = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(unix)]
fn group_of(child: &Child) -> Option<rustix::process::Pid> {
    let id = i32::try_from(child.id()?).ok()?;
    rustix::process::Pid::from_raw(id)
}
