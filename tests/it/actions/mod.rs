//! Actions in milliseconds: an intent in, a state out, at a real workspace.

mod activity;
mod background;
mod closed;
mod cut_off;
mod emergency;
mod everywhere;
mod fresh;
mod many;
mod reminders;
#[cfg(unix)]
mod sending;
mod session;
mod stage;
mod tokens;

use stage::Stage;
