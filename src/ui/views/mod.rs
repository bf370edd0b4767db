//! What fills the window.

mod access;
mod activity;
mod blank;
mod emergency;
mod environment;
mod everywhere;
mod for_admins;
mod settings;
mod welcome;
mod window;

pub use environment::EnvironmentView;
pub use window::Window;
