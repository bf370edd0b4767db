//! Which display the window opens on, where there is a choice: X11 or Wayland.
//!
//! The renderer's library would choose X11 always, and dies where no X server is; the toolkit below it panics where a
//! display is named and nobody answers. So it is asked first who answers, and decided here. What is decided stands in
//! variables, because the web view's own processes have to choose the same; the program starts anew with them.
//!
//! A window on X11 beside a Wayland compositor (Xwayland) is how the renderer is used most, so X11 comes first. Whoever
//! sets `GDK_BACKEND` has chosen.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use crate::failure::{FAILED, Failure, WRONG_USE};

/// The toolkit's choice of display.
const BACKEND: &str = "GDK_BACKEND";
/// Draws without sharing buffers with the graphics driver, unless it is `0`.
const PLAIN_DRAWING: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// With these the web view's library offers every page to an inspector elsewhere, whatever the page's own settings say.
const INSPECTORS: [&str; 2] = ["WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"];
/// How long a display may take to answer: X11 may be at the other end of a slow line.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is there to decide on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Facts {
    /// `GDK_BACKEND`: what the user has chosen.
    chosen: Option<OsString>,
    /// An X server answers at `DISPLAY`.
    x11: bool,
    /// A Wayland compositor answers at `WAYLAND_DISPLAY`.
    wayland: bool,
    /// `XDG_SESSION_TYPE` is `wayland`.
    wayland_session: bool,
    /// There is a graphics device.
    device: bool,
    /// The proprietary NVIDIA driver is loaded.
    nvidia: bool,
    /// `WEBKIT_DISABLE_DMABUF_RENDERER` has a value.
    drawing_chosen: bool,
}

/// What is to be set before the window opens.
type Settings = Vec<(&'static str, &'static str)>;

/// Why no window can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hindrance {
    /// Nobody answers.
    NoDisplay,
    /// `GDK_BACKEND` asks for something else than X11 and Wayland.
    OtherBackend,
}

/// Finds the display for the window, and has the program start anew on it where something has to be set for that. Call
/// it before the window's library does anything.
///
/// # Errors
/// When there is no display, or none that was asked for.
pub(super) fn prepare() -> Result<(), Failure> {
    let facts = facts();
    let settings = decide(&facts).map_err(|hindrance| failure(hindrance, &facts))?;
    let set = settings
        .into_iter()
        .map(|(name, value)| (name.into(), Some(value.into())));
    let taken = INSPECTORS
        .into_iter()
        .filter(|name| process_env::name(name).is_some())
        .map(|name| (name.into(), None));
    let changes: Vec<(OsString, Option<OsString>)> = set.chain(taken).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let error = process_env::start_anew(&changes);
    Err(Failure::new(
        FAILED,
        format!("The program could not be started on the display that was found: {error}."),
        "Set GDK_BACKEND to x11 or wayland and start it again.",
    ))
}

fn decide(facts: &Facts) -> Result<Settings, Hindrance> {
    let mut settings = Settings::new();
    match &facts.chosen {
        Some(chosen) => answers_as_chosen(&chosen.to_string_lossy(), facts)?,
        None if facts.x11 => settings.push((BACKEND, "x11")),
        None if facts.wayland => settings.push((BACKEND, "wayland")),
        None => return Err(Hindrance::NoDisplay),
    }
    // A window that stays blank is known of the proprietary driver everywhere, and of others in Wayland sessions.
    let troubled = facts.nvidia || (facts.wayland_session && facts.device);
    if troubled && !facts.drawing_chosen {
        settings.push((PLAIN_DRAWING, "1"));
    }
    Ok(settings)
}

/// The toolkit takes the first of a list that answers.
fn answers_as_chosen(list: &str, facts: &Facts) -> Result<(), Hindrance> {
    let answer = |name: &str| match name {
        "x11" => Some(facts.x11),
        "wayland" => Some(facts.wayland),
        "*" => Some(facts.x11 || facts.wayland),
        _ => None,
    };
    let answers: Vec<bool> = list.split(',').filter_map(answer).collect();
    match answers.contains(&true) {
        true => Ok(()),
        false if answers.is_empty() => Err(Hindrance::OtherBackend),
        false => Err(Hindrance::NoDisplay),
    }
}

fn facts() -> Facts {
    let chosen = process_env::name(BACKEND);
    let root = Path::new("/");
    let x11 = is_asked(&chosen, "x11") && x11_answers();
    let wayland = is_asked(&chosen, "wayland") && !(x11 && chosen.is_none());
    Facts {
        x11,
        wayland: wayland && wayland_answers(chosen.is_some()),
        wayland_session: process_env::name("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland"),
        device: root.join("dev/dri").exists(),
        nvidia: has_nvidia(root),
        drawing_chosen: process_env::name(PLAIN_DRAWING).is_some(),
        chosen,
    }
}

/// Whether a window may open there: a display that cannot be used is not asked, because silence takes its time.
fn is_asked(chosen: &Option<OsString>, backend: &str) -> bool {
    let Some(list) = chosen else {
        return true;
    };
    list.to_string_lossy()
        .split(',')
        .any(|it| it == backend || it == "*")
}

/// Whether the proprietary NVIDIA driver is loaded, on the system at `root`.
fn has_nvidia(root: &Path) -> bool {
    ["proc/driver/nvidia/version", "sys/module/nvidia"]
        .iter()
        .any(|trace| root.join(trace).exists())
}

fn x11_answers() -> bool {
    // A name that is not Unicode is one that no server has.
    process_env::name("DISPLAY")
        .and_then(|name| name.into_string().ok())
        .is_some_and(|name| in_time(move || x11rb::connect(Some(&name)).is_ok()))
}

/// With `by_default` also at the name that the protocol's library takes where none is set.
fn wayland_answers(by_default: bool) -> bool {
    if let Some(number) = process_env::name("WAYLAND_SOCKET") {
        // A connection that was handed down: asking would use it up.
        let handed_down = Path::new("/proc/self/fd").join(number);
        return std::fs::read_link(handed_down).is_ok_and(|it| it.to_string_lossy().starts_with("socket:"));
    }
    let name = process_env::name("WAYLAND_DISPLAY").or_else(|| by_default.then(|| "wayland-0".into()));
    let socket = name.and_then(|name| wayland_socket(name.into(), process_env::name("XDG_RUNTIME_DIR")));
    socket.is_some_and(|socket| in_time(move || is_compositor(&socket).unwrap_or(false)))
}

fn wayland_socket(name: PathBuf, runtime: Option<OsString>) -> Option<PathBuf> {
    if name.is_absolute() {
        return Some(name);
    }
    let runtime = PathBuf::from(runtime?);
    runtime.is_absolute().then(|| runtime.join(name))
}

/// Asks for a sign that what was sent before is done, which every compositor answers.
fn is_compositor(socket: &Path) -> io::Result<bool> {
    const DISPLAY: u32 = 1;
    const LENGTH_AND_SYNC: u32 = 12 << 16;
    const ANSWER_TO: u32 = 2;

    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    for word in [DISPLAY, LENGTH_AND_SYNC, ANSWER_TO] {
        stream.write_all(&word.to_ne_bytes())?;
    }
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    Ok(u32::from_ne_bytes(answer) == ANSWER_TO)
}

/// A question whose answer is no after a while. Its thread may wait on: it ends with the program or its new start.
fn in_time(ask: impl FnOnce() -> bool + Send + 'static) -> bool {
    let (tell, answer) = mpsc::channel();
    std::thread::spawn(move || tell.send(ask()));
    answer.recv_timeout(PATIENCE).unwrap_or(false)
}

fn failure(hindrance: Hindrance, facts: &Facts) -> Failure {
    if hindrance == Hindrance::OtherBackend {
        let chosen = facts.chosen.clone().unwrap_or_default();
        return Failure::new(
            WRONG_USE,
            format!(
                "GDK_BACKEND is {}, and the window opens on X11 or Wayland only.",
                chosen.display()
            ),
            "Unset it, or set it to x11 or wayland.",
        );
    }
    let mut what = "There is no display to open a window on.".to_owned();
    for (backend, name, who) in [
        ("x11", "DISPLAY", "X server"),
        ("wayland", "WAYLAND_DISPLAY", "Wayland compositor"),
    ] {
        if let Some(value) = process_env::name(name).filter(|_| is_asked(&facts.chosen, backend)) {
            what.push_str(&format!(
                " No {who} answers at {name}, which is {}.",
                value.display()
            ));
        }
    }
    if let Some(chosen) = &facts.chosen {
        what.push_str(&format!(" GDK_BACKEND is {}.", chosen.display()));
    }
    Failure::new(
        FAILED,
        what,
        "Without one, use the commands: serve, list, create, rotate, replace, revoke, find, delete, reshare, verify, pull \
         (see --help). docs/troubleshooting.md says more.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(backend: &str) -> Facts {
        Facts {
            chosen: Some(backend.into()),
            ..Facts::default()
        }
    }

    #[test]
    fn x11_comes_first_where_it_answers_and_nothing_was_chosen() {
        let none = Facts::default();
        let (x11, wayland) = (
            Facts {
                x11: true,
                ..none.clone()
            },
            Facts {
                wayland: true,
                ..none.clone()
            },
        );
        let both = Facts {
            wayland: true,
            ..x11.clone()
        };
        assert_eq!(decide(&none), Err(Hindrance::NoDisplay));
        assert_eq!(decide(&x11), Ok(vec![(BACKEND, "x11")]));
        assert_eq!(decide(&both), Ok(vec![(BACKEND, "x11")]));
        assert_eq!(decide(&wayland), Ok(vec![(BACKEND, "wayland")]));
    }

    #[test]
    fn what_was_chosen_is_not_changed_and_has_to_answer() {
        for (backend, x11, wayland, outcome) in [
            ("x11", true, false, Ok(vec![])),
            ("x11", false, true, Err(Hindrance::NoDisplay)),
            ("wayland", true, false, Err(Hindrance::NoDisplay)),
            ("wayland", true, true, Ok(vec![])),
            ("wayland,x11", true, false, Ok(vec![])),
            ("*", false, true, Ok(vec![])),
            ("wayland,*", true, false, Ok(vec![])),
            ("*", false, false, Err(Hindrance::NoDisplay)),
            ("broadway", true, true, Err(Hindrance::OtherBackend)),
            ("X11", true, true, Err(Hindrance::OtherBackend)),
        ] {
            let facts = Facts {
                x11,
                wayland,
                ..chosen(backend)
            };
            assert_eq!(decide(&facts), outcome, "{backend} {x11} {wayland}");
        }
    }

    #[test]
    fn drawing_is_plain_where_windows_are_known_to_stay_blank() {
        let plain = (PLAIN_DRAWING, "1");
        let x11 = Facts {
            x11: true,
            ..chosen("x11")
        };
        let nvidia = Facts {
            nvidia: true,
            ..x11.clone()
        };
        let session = Facts {
            wayland_session: true,
            ..x11.clone()
        };
        let session_with_device = Facts {
            device: true,
            ..session.clone()
        };
        let device = Facts {
            device: true,
            ..x11.clone()
        };
        assert_eq!(decide(&nvidia), Ok(vec![plain]));
        assert_eq!(decide(&session_with_device), Ok(vec![plain]));
        for untroubled in [x11, session, device] {
            assert_eq!(decide(&untroubled), Ok(vec![]), "{untroubled:?}");
        }
        for facts in [nvidia, session_with_device] {
            let own = Facts {
                drawing_chosen: true,
                ..facts
            };
            assert_eq!(decide(&own), Ok(vec![]), "what the user has set stays");
        }
    }

    #[test]
    fn the_driver_is_known_by_either_trace() {
        for trace in ["proc/driver/nvidia", "sys/module/nvidia"] {
            let root = tempfile::tempdir().unwrap();
            assert!(!has_nvidia(root.path()));
            std::fs::create_dir_all(root.path().join(trace)).unwrap();
            if trace.starts_with("proc") {
                assert!(
                    !has_nvidia(root.path()),
                    "a folder without a version is no driver"
                );
                std::fs::write(root.path().join(trace).join("version"), "NVRM version").unwrap();
            }
            assert!(has_nvidia(root.path()), "{trace}");
        }
        let other = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(other.path().join("sys/module/nouveau")).unwrap();
        assert!(!has_nvidia(other.path()));
    }

    #[test]
    fn sockets_are_found_as_the_protocols_library_does() {
        let at = |name: &str, runtime: Option<&str>| wayland_socket(name.into(), runtime.map(Into::into));
        assert_eq!(
            at("wayland-1", Some("/run/user/7")),
            Some("/run/user/7/wayland-1".into())
        );
        assert_eq!(at("/tmp/w", None), Some("/tmp/w".into()));
        assert_eq!(at("wayland-1", None), None);
        assert_eq!(at("wayland-1", Some("run")), None);
    }

    #[test]
    fn a_socket_without_a_compositor_behind_it_does_not_answer() {
        let folder = tempfile::tempdir().unwrap();
        let (gone, other) = (folder.path().join("gone"), folder.path().join("other"));
        assert!(is_compositor(&gone).is_err());
        let listener = std::os::unix::net::UnixListener::bind(&other).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP").unwrap();
        });
        assert!(!is_compositor(&other).unwrap_or(false));
        answering.join().unwrap();
    }
}
