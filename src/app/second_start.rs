//! A second start of the same workspace shows the window of the first one, and ends.
//!
//! The first start holds a lock and listens on a local socket, in a folder that is its user's alone. The second one sends
//! one line there and waits for the answer, which comes when the window was shown: a program that hangs, or a socket that
//! was left behind, does not answer, and the second start opens a window of its own. The receiving thread goes to the
//! window by the event loop, past the page, which may be stalled or gone.
//!
//! Security: nothing secret goes over it, only which project to open. Lines are bounded, what is malformed is ignored, and
//! other users are turned away (on Windows the pipe's own rights do that).

mod place;

use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use interprocess::local_socket::traits::{ListenerExt as _, Stream as _};
use interprocess::local_socket::{Listener, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use super::own_window;
use crate::connect::Target;
use protocol::ProjectId;

use place::{Place, is_own};

/// How long the second start waits for the first.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the first has for one of its own: shorter, so that its answer arrives.
const SHOWING: Duration = Duration::from_millis(1500);
/// How often is tried what is not possible yet.
const AGAIN: Duration = Duration::from_millis(50);
/// Far above a name and a token of the desktop's.
const LONGEST: u64 = 4096;
const SHOWN: &str = "shown";

/// What the second start asks of the first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
struct Ask {
    /// The project to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<ProjectId>,
    /// What the desktop gave to the second start, so that it lets the window come to the front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    startup: Option<String>,
}

/// What a start has found.
pub(super) enum Meeting {
    /// The window of an earlier start has been shown.
    Shown,
    /// There is none: this is the first.
    First(Door),
    /// The first does not answer, or cannot be asked: a window of its own.
    Alone,
}

/// Where the first start waits for others.
pub(super) struct Door {
    listener: Listener,
    // Both are held as long as the program runs.
    _lock: File,
}

/// Looks for the window of an earlier start on the same target, and has it shown.
pub(super) fn meet(target: &Target, project: Option<ProjectId>) -> Meeting {
    let Some(place) = Place::of(target) else {
        return Meeting::Alone;
    };
    let ask = Ask {
        project,
        startup: startup(),
    };
    place.meet(&ask, PATIENCE).unwrap_or_else(|error| {
        tracing::info!(%error, "other starts cannot be met");
        Meeting::Alone
    })
}

impl Door {
    /// Answers to others from now on; the projects that they ask for go to `opened`.
    pub(super) fn open(self, opened: UnboundedSender<ProjectId>) {
        let receive = move || {
            let _lock = self._lock;
            for stream in self.listener.incoming() {
                let answered = stream.and_then(|stream| answer(stream, |ask| show(ask, &opened)));
                if let Err(error) = answered {
                    tracing::info!(%error, "a second start was not understood");
                    // Where every attempt fails at once, the processor has better things to do.
                    std::thread::sleep(AGAIN);
                }
            }
        };
        if let Err(error) = std::thread::Builder::new()
            .name("second-start".to_owned())
            .spawn(receive)
        {
            tracing::warn!(%error, "a second start will open a window of its own");
        }
    }
}

impl Place {
    fn meet(&self, ask: &Ask, patience: Duration) -> io::Result<Meeting> {
        let lock = self.lock()?;
        let deadline = Instant::now() + patience;
        loop {
            match lock.try_lock() {
                Ok(()) => {
                    let listener = self.listen()?;
                    return Ok(Meeting::First(Door {
                        listener,
                        _lock: lock,
                    }));
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // It may have just been started, or be about to end.
            if let Some(answered) = self.knock(ask, deadline) {
                return Ok(if answered { Meeting::Shown } else { Meeting::Alone });
            }
            if Instant::now() >= deadline {
                return Ok(Meeting::Alone);
            }
            std::thread::sleep(AGAIN);
        }
    }

    /// Whether the first start has shown its window; `None` when nobody listens. On a thread of its own, because not every
    /// system limits the time of a read.
    fn knock(&self, ask: &Ask, deadline: Instant) -> Option<bool> {
        let stream = self.connect().ok()?;
        let mut line = serde_json::to_vec(ask).ok()?;
        line.push(b'\n');
        let (tell, told) = mpsc::channel();
        let exchange = move || {
            let mut stream = BufReader::new(stream);
            let mut answer = String::new();
            let read = stream
                .get_mut()
                .write_all(&line)
                .and_then(|()| stream.take(LONGEST).read_line(&mut answer));
            // Nobody waits any more when it took too long.
            tell.send(read.is_ok() && answer.trim() == SHOWN)
                .unwrap_or_default();
        };
        std::thread::Builder::new().spawn(exchange).ok()?;
        let left = deadline.saturating_duration_since(Instant::now());
        Some(told.recv_timeout(left).unwrap_or(false))
    }
}

/// Reads one line from a program of the same user and answers it when it was carried out.
fn answer(stream: Stream, carry_out: impl FnOnce(Ask) -> bool) -> io::Result<()> {
    if !is_own(&stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    // Whoever connects and says nothing does not keep others waiting. Pipes have no such limit.
    drop(stream.set_recv_timeout(Some(AGAIN * 10)));
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.by_ref().take(LONGEST).read_line(&mut line)?;
    let ask: Ask = serde_json::from_str(&line)?;
    if carry_out(ask) {
        stream.get_mut().write_all(format!("{SHOWN}\n").as_bytes())?;
    }
    Ok(())
}

/// Shows the window and says whether that was done; opens a project if one is asked for.
fn show(ask: Ask, opened: &UnboundedSender<ProjectId>) -> bool {
    let deadline = Instant::now() + SHOWING;
    // What goes on to the desktop's libraries is short and plain, or nothing.
    let startup = ask.startup.filter(|it| is_plain(it));
    loop {
        let (tell, told) = mpsc::channel();
        let startup = startup.clone();
        on_event_loop(move || {
            let shown = own_window::with(|window| bring_to_front(window, startup.as_deref()));
            // Nobody waits any more when it took too long.
            tell.send(shown.is_some()).unwrap_or_default();
        });
        let left = deadline.saturating_duration_since(Instant::now());
        match told.recv_timeout(left) {
            Ok(true) => break,
            // The window is being made.
            Ok(false) if Instant::now() < deadline => std::thread::sleep(AGAIN),
            Ok(false) | Err(_) => return false,
        }
    }
    if let Some(project) = ask.project {
        // A page that is gone opens nothing.
        drop(opened.send(project));
    }
    true
}

/// Runs something on the event loop's thread.
#[cfg(all(unix, not(target_os = "macos")))]
fn on_event_loop(work: impl FnOnce() + Send + 'static) {
    // Never on this thread, as `MainContext::invoke` may.
    gtk::glib::timeout_add_once(Duration::ZERO, work);
}

/// Runs something on the event loop's thread, by the task that [`use_event_loop`] keeps there.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn on_event_loop(work: impl FnOnce() + Send + 'static) {
    drop(waiting().0.send(Box::new(work)));
}

/// Carries out on the event loop's thread what other threads hand over; call in the root component.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) fn use_event_loop() {
    dioxus::prelude::use_future(|| async {
        let work = waiting().1.lock().ok().and_then(|mut it| it.take());
        let Some(mut work) = work else { return };
        while let Some(work) = work.recv().await {
            work();
        }
    });
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
type Work = Box<dyn FnOnce() + Send>;

#[cfg(not(all(unix, not(target_os = "macos"))))]
type Waiting = (
    UnboundedSender<Work>,
    std::sync::Mutex<Option<tokio::sync::mpsc::UnboundedReceiver<Work>>>,
);

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn waiting() -> &'static Waiting {
    static WAITING: std::sync::LazyLock<Waiting> = std::sync::LazyLock::new(|| {
        let (tell, told) = tokio::sync::mpsc::unbounded_channel();
        (tell, std::sync::Mutex::new(Some(told)))
    });
    &WAITING
}

#[cfg(all(unix, not(target_os = "macos")))]
fn bring_to_front(window: &dioxus_desktop::tao::window::Window, startup: Option<&str>) {
    use dioxus_desktop::tao::platform::unix::WindowExtUnix as _;
    use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};

    let window = window.gtk_window();
    if let Some(startup) = startup {
        window.set_startup_id(startup);
    }
    window.show();
    window.deiconify();
    window.present_with_time(startup.and_then(time_of).unwrap_or(0));
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn bring_to_front(window: &dioxus_desktop::tao::window::Window, _: Option<&str>) {
    window.set_visible(true);
    window.set_minimized(false);
    window.set_focus();
}

/// What the desktop gave to this start for one window to come to the front.
fn startup() -> Option<String> {
    ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
        .into_iter()
        .filter_map(|name| process_env::text(name).ok().flatten())
        .find(|it| is_plain(it))
}

fn is_plain(startup: &str) -> bool {
    !startup.is_empty() && startup.len() <= 512 && startup.bytes().all(|byte| byte.is_ascii_graphic())
}

/// When the user did what started the program, in the display's time.
#[cfg(all(unix, not(target_os = "macos")))]
fn time_of(startup: &str) -> Option<u32> {
    startup.rsplit_once("_TIME")?.1.parse().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use interprocess::local_socket::traits::Listener as _;

    use super::*;

    fn place(folder: &std::path::Path) -> Place {
        Place::new(folder.join("meet"), "here")
    }

    fn first(place: &Place) -> Door {
        match place.meet(&Ask::default(), PATIENCE).unwrap() {
            Meeting::First(door) => door,
            _ => panic!("somebody else is first"),
        }
    }

    #[test]
    fn the_second_is_answered_when_the_first_has_done_what_it_asked() {
        let folder = tempfile::tempdir().unwrap();
        let door = first(&place(folder.path()));
        let ask = Ask {
            project: Some(ProjectId::new("prj_1")),
            startup: Some("login_TIME12".to_owned()),
        };
        let second = place(folder.path());
        let asked = ask.clone();
        let waiting = std::thread::spawn(move || second.meet(&asked, PATIENCE).unwrap());
        answer(door.listener.accept().unwrap(), |got| got == ask).unwrap();
        assert!(matches!(waiting.join().unwrap(), Meeting::Shown));
        #[cfg(not(target_os = "macos"))]
        assert_eq!(time_of("login_TIME12"), Some(12));
    }

    #[test]
    fn who_does_not_answer_or_cannot_show_a_window_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let door = first(&place(folder.path()));
        let short = Duration::from_millis(300);
        let meeting = place(folder.path()).meet(&Ask::default(), short).unwrap();
        assert!(matches!(meeting, Meeting::Alone), "it hangs");
        // The one that was given up is still in the queue.
        answer(door.listener.accept().unwrap(), |_| false).unwrap();
        let second = place(folder.path());
        let waiting = std::thread::spawn(move || second.meet(&Ask::default(), PATIENCE).unwrap());
        answer(door.listener.accept().unwrap(), |_| false).unwrap();
        assert!(matches!(waiting.join().unwrap(), Meeting::Alone));
    }

    #[test]
    fn a_socket_that_was_left_behind_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let left = place(folder.path());
        drop(left.lock().unwrap());
        drop(std::os::unix::net::UnixListener::bind(left.socket()).unwrap());
        assert!(left.socket().exists());
        let door = first(&left);
        let again = place(folder.path());
        let waiting = std::thread::spawn(move || again.meet(&Ask::default(), PATIENCE).unwrap());
        answer(door.listener.accept().unwrap(), |_| true).unwrap();
        assert!(matches!(waiting.join().unwrap(), Meeting::Shown));
    }

    #[test]
    fn what_is_malformed_or_endless_is_ignored() {
        use std::os::unix::net::UnixStream;

        let folder = tempfile::tempdir().unwrap();
        let here = place(folder.path());
        let door = first(&here);
        for wrong in [
            &b""[..],
            b"\n",
            b"{\n",
            b"[1,2]\n",
            b"\xff\xfe\n",
            b"{\"project\":7}\n",
            &vec![b'a'; 100_000],
        ] {
            let mut stream = UnixStream::connect(here.socket()).unwrap();
            let wrong = wrong.to_vec();
            let writing = std::thread::spawn(move || {
                stream
                    .write_all(&wrong)
                    .and_then(|()| stream.shutdown(std::net::Shutdown::Write))
            });
            let answered = answer(door.listener.accept().unwrap(), |_| panic!("carried out"));
            assert!(answered.is_err());
            drop(writing.join());
        }
    }
}
