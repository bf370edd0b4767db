//! Drives the program in a real window, the way a user of a screen reader does: by role and name.
//!
//! A [`Desktop`] is a private X display, session bus and accessibility bus with an empty home folder; an [`App`] is
//! a program running in it. What the window shows is read over AT-SPI, buttons are pressed by their accessible
//! action, and keys go in through the X server, so that focus handling is the web view's own. Every wait has a
//! deadline and shows the accessible tree and the program's output when it passes.
//!
//! Needs Xvfb, sway, dbus-daemon, at-spi2-core, xdotool, xclip, wl-clipboard, ImageMagick and, where a test asks for a window
//! manager, openbox (`scripts/system-packages test`).
//! It does not know the program: no page, no word of the interface is named here.
//!
//! ```ignore
//! let desktop = Desktop::new().dark().start();
//! let app = desktop.launch(testkit::program(), &["--local"]);
//! app.find("button", "Create token").press();
//! app.type_text("ci-main");
//! app.key("Return");
//! assert_eq!(app.find("table", any()).rows()[1][0], "ci-main");
//! ```

mod a11y;
mod app;
mod desktop;
mod node;
mod placing;
mod process;
mod reading;
mod roles;

pub use app::App;
pub use desktop::{Desktop, DesktopBuilder};
pub use node::{Match, Node, State, Tree, any, containing};
pub use process::example;

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// How long a wait lasts before the test fails. Long, because it is only reached by a failing test.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A wait pauses twice as long as a look takes, because looking is work for the program, too; at least and at most so long.
const INTERVAL: RangeInclusive<Duration> = Duration::from_millis(40)..=Duration::from_millis(200);

/// Calls `look` until it has an answer or [`PATIENCE`] is over.
pub fn poll<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let begun = Instant::now();
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep((2 * begun.elapsed()).clamp(*INTERVAL.start(), *INTERVAL.end()));
    }
}
