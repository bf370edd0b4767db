//! Failures as a command or the window's start ends with them: an exit code and a pair of sentences.

use model::{CallError, MachineError, Problem, RequestError};
use process_env::NotTextError;
use protocol::NameError;
use text::Message;

/// Failed.
pub const FAILED: u8 = 1;
/// Wrong use: the command line, a name, a file, an address.
pub const WRONG_USE: u8 = 2;
/// Refused by the server.
pub const REFUSED: u8 = 3;
/// The server could not be reached.
pub const UNREACHABLE: u8 = 4;
/// Issued or revoked, but the environment key was not shared; or the key is new, and not everything is under it.
pub const NOT_SHARED: u8 = 5;
/// The server's certificate cannot be trusted, or this machine's clock is wrong.
pub const NOT_TRUSTED: u8 = 6;

/// A command that failed: its exit code, and what to tell.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What happened, what to do.
    pub message: Message,
    /// Whether only admins may do it, so that it helps to name them.
    pub for_admins: bool,
}

impl Failure {
    /// A failure with a code and a pair of sentences.
    pub fn new(code: u8, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            code,
            message: Message::new(what, next),
            for_admins: false,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            code: code(&problem),
            message: text::explain(&problem),
            for_admins: problem == Problem::NotAnAdmin,
        }
    }
}

impl From<NotTextError> for Failure {
    fn from(error: NotTextError) -> Self {
        Problem::from(MachineError::NotText { variable: error.name }).into()
    }
}

impl From<NameError> for Failure {
    fn from(error: NameError) -> Self {
        Problem::from(error).into()
    }
}

fn code(problem: &Problem) -> u8 {
    match problem {
        Problem::UnknownProject { .. }
        | Problem::UnknownEnvironment { .. }
        | Problem::Request(RequestError::Unknown(_))
        | Problem::Manifest(_)
        | Problem::Find(_)
        | Problem::Name(_)
        | Problem::Seed(_)
        | Problem::Address(_)
        | Problem::Leak(_)
        | Problem::Destination(_)
        | Problem::NoSession { .. }
        | Problem::Machine(MachineError::NotText { .. } | MachineError::NoDataFolder) => WRONG_USE,
        Problem::Call(CallError::UnsendableToken | CallError::UnsendableId) => WRONG_USE,
        Problem::RenewalUnfinished(_) => NOT_SHARED,
        Problem::Uncertain(_) => UNREACHABLE,
        Problem::Call(CallError::Untrusted(_)) => NOT_TRUSTED,
        Problem::Call(error) if error.is_network() => UNREACHABLE,
        Problem::Call(CallError::Malformed(_) | CallError::TooLarge { .. }) => FAILED,
        Problem::Call(_) | Problem::NotAnAdmin | Problem::ActivityNotShown => REFUSED,
        _ => FAILED,
    }
}
