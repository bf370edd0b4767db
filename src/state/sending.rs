//! How the destinations stand to which an open sheet's values are sent.

use model::destinations::Sent;
use model::{Destination, Problem};

/// A destination of the open sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SendLine {
    pub destination: Destination,
    /// How it stands.
    pub state: SendState,
}

/// How a destination stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SendState {
    /// The token's former values were sent there.
    Waiting,
    /// They are being sent.
    Running,
    /// They are there.
    Sent(Sent),
    /// They are not, or not all of them.
    Failed(Problem),
}

impl SendLine {
    /// Whether the values are there.
    pub fn is_sent(&self) -> bool {
        matches!(self.state, SendState::Sent(_))
    }

    /// Whether it waits for somebody who sends them.
    pub fn can_be_sent(&self) -> bool {
        matches!(self.state, SendState::Waiting | SendState::Failed(_))
    }
}
