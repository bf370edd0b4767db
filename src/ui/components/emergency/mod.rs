//! The emergency page: what there is to revoke, what leaked, the button that is held, and the run.

mod bar;
mod leak;
mod list;
mod notices;
mod run;

pub use bar::EmergencyBar;
pub use list::EmergencyList;
pub use notices::EmergencyNotices;
pub use run::EmergencyRunPage;
