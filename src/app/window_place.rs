//! The window opens where it was: remembered while it is moved and resized, and fitted to the screens that there are.
//!
//! Writing is a thread's work, so that a slow disk is not felt in the window. Where a window is the user's system decides
//! in the end; on Wayland it does not even tell, so only the size is remembered there.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use dioxus_desktop::WindowBuilder;
use dioxus_desktop::tao::dpi::{LogicalSize, PhysicalPosition};
use dioxus_desktop::tao::event::{Event, WindowEvent};
use dioxus_desktop::tao::event_loop::EventLoopWindowTarget;
use dioxus_desktop::tao::monitor::MonitorHandle;
use dioxus_desktop::tao::window::Window;

use super::own_window;
use crate::connect::{PlaceMemory, WindowPlace};

/// The size of the first window.
pub(super) const FIRST: LogicalSize<f64> = LogicalSize::new(1220.0, 800.0);
/// What is left for the frame when a window is made smaller for a smaller screen.
const FRAME: f64 = 48.0;
/// So much of the upper edge must be on a screen to get hold of the window.
const GRIP: f64 = 100.0;
/// How long nothing moves before it is written.
const SETTLED: Duration = Duration::from_millis(400);

/// A screen: its edges in its own pixels, and how many of them a pixel of the page has.
#[derive(Clone, Copy, Debug)]
struct Screen {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    scale: f64,
}

impl From<MonitorHandle> for Screen {
    fn from(monitor: MonitorHandle) -> Self {
        let (at, size) = (monitor.position(), monitor.size());
        Self {
            left: f64::from(at.x),
            top: f64::from(at.y),
            width: f64::from(size.width),
            height: f64::from(size.height),
            scale: monitor.scale_factor().max(0.1),
        }
    }
}

impl Screen {
    /// Whether a window there can be seen and moved on this screen.
    fn shows(&self, (left, top): (f64, f64), width: f64) -> bool {
        let seen = (left + width).min(self.left + self.width) - left.max(self.left);
        let below = top - self.top;
        seen >= GRIP.min(width) && below >= -FRAME && below <= self.height - FRAME
    }
}

/// The remembered place on the screens that there are now: never larger than its screen, never out of sight.
fn fitted(place: WindowPlace, screens: &[Screen]) -> WindowPlace {
    let corner = place.corner.map(|(x, y)| (f64::from(x), f64::from(y)));
    let shown = corner.and_then(|at| {
        let mut there = screens.iter().filter(|it| it.shows(at, place.width * it.scale));
        there.next().map(|screen| (screen, at))
    });
    let Some(screen) = shown.map(|(screen, _)| screen).or(screens.first()) else {
        return WindowPlace {
            corner: None,
            ..place
        };
    };
    let smaller = |wanted: f64, there: f64, frame: f64| {
        let there = there / screen.scale;
        if wanted > there {
            (there - frame).max(1.0)
        } else {
            wanted
        }
    };
    let width = smaller(place.width, screen.width, 0.0);
    let height = smaller(place.height, screen.height, FRAME);
    // All of it comes onto its screen.
    let corner = shown.map(|(screen, (left, top))| {
        let least = |at: f64, edge: f64, room: f64, size: f64| {
            at.min(edge + (room - size * screen.scale).max(0.0)).max(edge)
        };
        (
            least(left, screen.left, screen.width, width) as i32,
            least(top, screen.top, screen.height, height) as i32,
        )
    });
    WindowPlace {
        width,
        height,
        corner,
        ..place
    }
}

/// Puts a window where it was last.
pub(super) fn placed<T: 'static>(
    window: WindowBuilder,
    memory: Option<&PlaceMemory>,
    screens: &EventLoopWindowTarget<T>,
) -> WindowBuilder {
    let Some(place) = memory.and_then(PlaceMemory::read) else {
        return window;
    };
    // The main screen first, so that it takes a window whose own is gone.
    let screens: Vec<Screen> = screens
        .primary_monitor()
        .into_iter()
        .chain(screens.available_monitors())
        .map(Screen::from)
        .collect();
    let place = fitted(place, &screens);
    let window = window
        .with_inner_size(LogicalSize::new(place.width, place.height))
        .with_maximized(place.maximized);
    match place.corner {
        Some((x, y)) => window.with_position(PhysicalPosition::new(x, y)),
        None => window,
    }
}

/// Remembers where the window is.
pub(super) struct Keeper {
    told: Option<Sender<WindowPlace>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Begins. Without a memory, or a thread for it, nothing is remembered.
    pub(super) fn start(memory: Option<PlaceMemory>) -> Self {
        let (told, places) = mpsc::channel();
        let thread = memory.and_then(|memory| {
            let keep = move || keep(&memory, &places);
            std::thread::Builder::new()
                .name("window-place".to_owned())
                .spawn(keep)
                .ok()
        });
        Self {
            told: Some(told),
            thread,
        }
    }

    /// Looks at an event of the loop.
    pub(super) fn heed<E, T: 'static>(&mut self, event: &Event<'_, E>, target: &EventLoopWindowTarget<T>) {
        match event {
            Event::WindowEvent {
                event: WindowEvent::Resized(_) | WindowEvent::Moved(_),
                ..
            } => {
                let place = own_window::with(|window| place_of(window, tells_where(target))).flatten();
                if let (Some(place), Some(told)) = (place, &self.told) {
                    // A thread that is gone remembers nothing.
                    told.send(place).unwrap_or_default();
                }
            }
            Event::LoopDestroyed => self.end(),
            _ => {}
        }
    }

    /// Has what was told last written.
    fn end(&mut self) {
        self.told = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the place of the window was not remembered");
        }
    }
}

fn keep(memory: &PlaceMemory, places: &Receiver<WindowPlace>) {
    let mut kept = memory.read();
    while let Ok(mut last) = places.recv() {
        let over = loop {
            match places.recv_timeout(SETTLED) {
                Ok(next) => last = next,
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        let now = to_keep(kept, last);
        if kept != Some(now) {
            memory.write(&now);
            kept = Some(now);
        }
        if over {
            return;
        }
    }
}

/// A window that fills the screen keeps the size and place that it has when it does not.
fn to_keep(before: Option<WindowPlace>, now: WindowPlace) -> WindowPlace {
    if !now.maximized {
        return now;
    }
    let usual = before.unwrap_or(WindowPlace {
        width: FIRST.width,
        height: FIRST.height,
        corner: None,
        maximized: true,
    });
    WindowPlace {
        maximized: true,
        ..usual
    }
}

/// Where the window is; `None` while that says nothing about where it should open.
fn place_of(window: &Window, tells_where: bool) -> Option<WindowPlace> {
    if window.is_minimized() || window.fullscreen().is_some() {
        return None;
    }
    let (width, height) = content_size(window);
    let at = window.outer_position().ok().filter(|_| tells_where);
    Some(WindowPlace {
        width,
        height,
        corner: at.map(|at| (at.x, at.y)),
        maximized: window.is_maximized(),
    })
}

/// What `with_inner_size` takes. GTK's own word for it: where the program draws the frame itself, as on Wayland, the
/// size that the event loop tells includes the frame, and a window would grow with each start.
#[cfg(all(unix, not(target_os = "macos")))]
fn content_size(window: &Window) -> (f64, f64) {
    use dioxus_desktop::tao::platform::unix::WindowExtUnix as _;
    use gtk::prelude::GtkWindowExt as _;

    let (width, height) = window.gtk_window().size();
    (f64::from(width), f64::from(height))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn content_size(window: &Window) -> (f64, f64) {
    let size = window.inner_size().to_logical::<f64>(window.scale_factor());
    (size.width, size.height)
}

/// Whether the system says where windows are.
#[cfg(all(unix, not(target_os = "macos")))]
fn tells_where<T: 'static>(target: &EventLoopWindowTarget<T>) -> bool {
    use dioxus_desktop::tao::platform::unix::EventLoopWindowTargetExtUnix as _;

    target.is_x11()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn tells_where<T: 'static>(_: &EventLoopWindowTarget<T>) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Screen = Screen {
        left: 0.0,
        top: 0.0,
        width: 1920.0,
        height: 1080.0,
        scale: 1.0,
    };
    /// Left of the first, with two pixels for one.
    const FINE: Screen = Screen {
        left: -2880.0,
        top: 100.0,
        width: 2880.0,
        height: 1800.0,
        scale: 2.0,
    };

    fn place(width: f64, height: f64, corner: (i32, i32)) -> WindowPlace {
        WindowPlace {
            width,
            height,
            corner: Some(corner),
            maximized: false,
        }
    }

    #[test]
    fn what_fits_stays_as_it_was() {
        for (there, screens) in [
            (place(1220.0, 800.0, (300, 90)), &[ONE][..]),
            (place(1920.0, 1080.0, (0, 0)), &[ONE]),
            (place(1000.0, 700.0, (-2500, 200)), &[ONE, FINE]),
        ] {
            assert_eq!(fitted(there, screens), there);
        }
    }

    #[test]
    fn a_screen_that_is_gone_leaves_the_size() {
        let there = place(1000.0, 700.0, (-2500, 200));
        let now = fitted(there, &[ONE]);
        assert_eq!((now.width, now.height, now.corner), (1000.0, 700.0, None));
        assert_eq!(fitted(there, &[]).corner, None);
    }

    #[test]
    fn it_is_never_larger_than_its_screen_nor_out_of_sight() {
        let small = Screen {
            width: 1024.0,
            height: 768.0,
            ..ONE
        };
        let now = fitted(place(1600.0, 1000.0, (200, 150)), &[small]);
        assert_eq!((now.width, now.height), (1024.0, 720.0));
        assert_eq!(now.corner, Some((0, 48)));
        // On the fine screen a pixel of the page is two of its own.
        let now = fitted(place(1500.0, 700.0, (-2880, 100)), &[ONE, FINE]);
        assert_eq!((now.width, now.corner), (1440.0, Some((-2880, 100))));
        for corner in [
            (1900, 10),
            (-1195, 10),
            (300, 1070),
            (300, -400),
            (i32::MAX, i32::MIN),
        ] {
            assert_eq!(
                fitted(place(1200.0, 800.0, corner), &[ONE]).corner,
                None,
                "{corner:?}"
            );
        }
        let now = fitted(place(1200.0, 800.0, (1500, 700)), &[ONE]);
        assert_eq!(now.corner, Some((720, 280)));
    }

    #[test]
    fn a_maximised_window_keeps_its_usual_size() {
        let usual = place(900.0, 700.0, (40, 50));
        let filling = WindowPlace {
            maximized: true,
            ..place(1920.0, 1080.0, (0, 0))
        };
        let kept = to_keep(Some(usual), filling);
        assert_eq!(
            kept,
            WindowPlace {
                maximized: true,
                ..usual
            }
        );
        assert_eq!(to_keep(Some(kept), usual), usual);
        assert_eq!(to_keep(None, filling).width, FIRST.width);
    }
}
