//! The emergency page: what there is to revoke, what leaked, the button that is held, and the run.

mod bar;
mod keys;
mod leak;
mod line;
mod list;
mod notices;
mod run;

pub use bar::EmergencyBar;
pub use keys::RenewChoice;
pub use list::EmergencyList;
pub use notices::EmergencyNotices;
pub use run::EmergencyRunPage;
