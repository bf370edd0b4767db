//! What the window is made of: each reads the stores it shows and sends intents.

mod ask;
mod attention;
mod clipboard_line;
mod dialogs;
mod emergency;
mod header;
mod health_badge;
mod key_notices;
mod keyboard;
mod navigation;
mod notices;
mod replacing;
mod secret_sheet;
mod sidebar;
mod sign_in;
mod toaster;
mod token_table;
mod toolbar;
mod when;

pub use ask::{ask, create};
pub use clipboard_line::ClipboardLine;
pub use dialogs::{Dialogs, ExpiredDialog};
pub use emergency::{EmergencyBar, EmergencyList, EmergencyNotices, EmergencyRunPage};
pub use header::{Header, PageTop, Switcher};
pub use health_badge::HealthBadge;
pub use keyboard::Keyboard;
pub use navigation::Navigation;
pub use notices::{MessageText, Notices};
pub use secret_sheet::SecretSheet;
pub use sidebar::Sidebar;
pub use sign_in::{SignInProblem, SignInProgress};
pub use toaster::Toaster;
pub use token_table::{Review, RowMenu, TokenTable, TokenTableSkeleton, use_row_menu_provider};
pub use toolbar::Toolbar;
pub use when::{Ends, Happened, TimeAgo};
