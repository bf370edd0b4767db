//! A window among others: in front or not, minimised, somewhere on the screen.

use std::fs;

use rustix::process::Pid;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};

use super::app::App;
use super::poll;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

impl App {
    /// How many windows of the program can be seen.
    pub fn windows(&self) -> usize {
        let pid = self.pid().to_string();
        let found = self.xdotool(&["search", "--onlyvisible", "--pid", &pid]);
        found.unwrap_or_default().lines().count()
    }

    /// Minimises the window; there has to be a window manager.
    #[track_caller]
    pub fn minimize(&self) {
        self.tool(&["windowminimize", "--sync", self.window()]);
        self.wait_for("end of being in front", || (!self.is_in_front()).then_some(()));
    }

    /// Whether the window is seen and has the keyboard, by the window manager's word.
    pub fn is_in_front(&self) -> bool {
        let active = self.xdotool(&["getactivewindow"]).unwrap_or_default();
        let pid = self.pid().to_string();
        let seen = self.xdotool(&["search", "--onlyvisible", "--pid", &pid]);
        active == self.window() && seen.unwrap_or_default().lines().any(|it| it == self.window())
    }

    /// Waits for the window to be in front without looking into it: also when its page does not answer.
    pub fn comes_to_front(&self) -> bool {
        poll(|| self.is_in_front().then_some(())).is_some()
    }

    /// Moves the window.
    #[track_caller]
    pub fn move_to(&self, left: i32, top: i32) {
        let (left, top) = (left.to_string(), top.to_string());
        self.tool(&["windowmove", "--sync", self.window(), &left, &top]);
    }

    /// Where the content of the window begins on the screen.
    #[track_caller]
    pub fn corner(&self) -> (i32, i32) {
        self.find_corner()
            .unwrap_or_else(|error| panic!("the window is nowhere: {error}"))
    }

    fn find_corner(&self) -> Fallible<(i32, i32)> {
        let (server, screen) = x11rb::connect(Some(&self.display()))?;
        let root = server.setup().roots[screen].root;
        let at = server
            .translate_coordinates(self.window().parse()?, root, 0, 0)?
            .reply()?;
        Ok((at.dst_x.into(), at.dst_y.into()))
    }

    /// Lets the window fill the screen, or not any more; there has to be a window manager.
    #[track_caller]
    pub fn maximize(&self, on: bool) {
        self.ask_for_state(on)
            .unwrap_or_else(|error| panic!("the window cannot be maximised: {error}"));
    }

    fn ask_for_state(&self, on: bool) -> Fallible<()> {
        let (server, screen) = x11rb::connect(Some(&self.display()))?;
        let root = server.setup().roots[screen].root;
        let atom = |name: &str| server.intern_atom(false, name.as_bytes());
        let state = atom("_NET_WM_STATE")?.reply()?.atom;
        let wide = atom("_NET_WM_STATE_MAXIMIZED_HORZ")?.reply()?.atom;
        let high = atom("_NET_WM_STATE_MAXIMIZED_VERT")?.reply()?.atom;
        let words = [u32::from(on), wide, high, 1, 0];
        let message = ClientMessageEvent::new(32, self.window().parse::<u32>()?, state, words);
        let manager = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        server.send_event(false, root, manager, message)?.check()?;
        Ok(())
    }

    /// The processes that the program's pages are in.
    pub fn web_processes(&self) -> Vec<Pid> {
        let own = format!("PPid:\t{}", self.pid());
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("processes are listed").flatten() {
            let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            let mut lines = status.lines();
            if lines.next().is_some_and(|name| name.contains("WebKitWebProces")) && lines.any(|it| it == own)
            {
                let number = entry.file_name().to_str().and_then(|it| it.parse().ok());
                found.extend(number.and_then(Pid::from_raw));
            }
        }
        found
    }
}
