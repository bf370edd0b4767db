//! What the page Activity and a token's details share: one thing that was done, and the way further back.

mod entry;
mod foot;

pub use entry::ActivityLine;
pub use foot::ActivityFoot;
