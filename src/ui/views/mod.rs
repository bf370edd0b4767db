//! What fills the window.

mod blank;
mod emergency;
mod environment;
mod window;

pub use environment::EnvironmentView;
pub use window::Window;
