//! A private desktop: X display, session bus, accessibility bus, optionally a keyring, and an empty home folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::a11y::Accessibility;
use super::app::App;
use super::poll;
use super::process::{Helper, kill_marked, run};

/// Which bus services there are: accessibility, and nothing of the machine's own (portals, settings, file systems).
const A11Y_SERVICE: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";

/// The variable that names a compositor.
const SOCKET: &str = "WAYLAND_DISPLAY";

/// Names a desktop in the environment of everything that runs in it.
const MARK: &str = "DEPLOY_TOKENS_TEST_DESKTOP";

/// What kind of desktop to start.
#[derive(Clone, Debug)]
pub struct DesktopBuilder {
    size: (u32, u32),
    dark: bool,
    keyring: bool,
    window_manager: bool,
    wayland: bool,
    env: Vec<(String, String)>,
}

impl DesktopBuilder {
    /// The size of the screen; 1280 by 900 if not told. Windows cannot be made larger than it.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// The dark theme: `prefers-color-scheme: dark` is true in the web view.
    pub fn dark(mut self) -> Self {
        self.dark = true;
        self
    }

    /// An unlocked, empty Secret Service.
    pub fn keyring(mut self) -> Self {
        self.keyring = true;
        self
    }

    /// A window manager: windows have frames and can be minimised, covered and put on other virtual desktops.
    pub fn window_manager(mut self) -> Self {
        self.window_manager = true;
        self
    }

    /// A Wayland compositor in place of the X server, and no X server at all. Keys, mouse and pictures are not to be
    /// had there; what is found by role and name can be read and pressed.
    pub fn wayland(mut self) -> Self {
        self.wayland = true;
        self
    }

    /// A variable in the environment of the programs that are launched.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it.
    pub fn start(self) -> Arc<Desktop> {
        Arc::new(Desktop::start(self))
    }
}

/// A private desktop; everything in it is killed when it is dropped.
pub struct Desktop {
    pub(crate) accessibility: Accessibility,
    environment: Vec<(String, String)>,
    set: Mutex<Vec<(String, String)>>,
    mark: String,
    wayland: bool,
    // Dropped in this order: what uses the bus and the display, the bus, the display, the folders.
    _window_manager: Option<Helper>,
    _keyring: Option<Helper>,
    _bus: Helper,
    _display: Helper,
    home: TempDir,
    _runtime: TempDir,
    _sockets: TempDir,
}

impl Desktop {
    /// What kind of desktop to start: light, 1280 by 900, without a keyring.
    #[allow(clippy::new_ret_no_self, reason = "a desktop begins with its builder")]
    pub fn new() -> DesktopBuilder {
        DesktopBuilder {
            size: (1280, 900),
            dark: false,
            keyring: false,
            window_manager: false,
            wayland: false,
            env: Vec::new(),
        }
    }

    fn start(options: DesktopBuilder) -> Desktop {
        let home = tempfile::tempdir().expect("a home folder for the test");
        let runtime = tempfile::tempdir().expect("a runtime folder for the test");
        fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).expect("own folder");

        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let id = format!(
            "{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let mut environment: Vec<(String, String)> = [
            (MARK, id.as_str()),
            ("HOME", &home.path().to_string_lossy()),
            ("XDG_RUNTIME_DIR", &runtime.path().to_string_lossy()),
            ("GSETTINGS_BACKEND", "memory"),
            ("GTK_THEME", if options.dark { "Adwaita:dark" } else { "Adwaita" }),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();

        let sockets = tempfile::tempdir().expect("a folder for the compositor");
        let (display, named) = if options.wayland {
            start_compositor(&environment, sockets.path(), options.size)
        } else {
            start_x_server(&environment, options.size)
        };
        environment.push(named);

        let config = write_bus_config(runtime.path());
        let mut bus = Helper::spawn(
            clean(&mut Command::new("dbus-daemon"), &environment)
                .arg(format!("--config-file={}", config.display()))
                .args(["--nofork", "--print-address=1"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let address = bus.first_line();
        environment.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), address.clone()));

        let accessibility = Accessibility::connect(&address);
        let keyring = options
            .keyring
            .then(|| start_keyring(&environment, &accessibility));
        let window_manager = options.window_manager.then(|| start_window_manager(&environment));
        environment.extend(options.env);
        Desktop {
            accessibility,
            mark: format!("{MARK}={id}"),
            wayland: options.wayland,
            environment,
            set: Mutex::default(),
            _window_manager: window_manager,
            _keyring: keyring,
            _bus: bus,
            _display: display,
            home,
            _runtime: runtime,
            _sockets: sockets,
        }
    }

    /// Starts a program in this desktop and waits until its window is there and has the keyboard.
    pub fn launch(self: &Arc<Self>, program: impl AsRef<Path>, arguments: &[&str]) -> App {
        App::launch(self, program.as_ref(), arguments)
    }

    /// Sets a variable for the programs that are launched from now on.
    pub fn set(&self, name: &str, value: &str) {
        let mut set = self.set.lock().expect("nobody panicked with it");
        set.push((name.to_owned(), value.to_owned()));
    }

    /// A variable of the programs in it.
    pub fn variable(&self, name: &str) -> Option<String> {
        let found = self.environment.iter().rev().find(|(it, _)| it == name);
        found.map(|(_, value)| value.clone())
    }

    /// Waits for a window of a process that was started past [`Desktop::launch`]; whether it came.
    pub fn window_of(&self, process: u32) -> bool {
        let process = process.to_string();
        let search = ["search", "--onlyvisible", "--pid", &process];
        poll(|| self.xdotool(&search).ok().filter(|found| !found.is_empty())).is_some()
    }

    /// The session bus.
    pub fn bus(&self) -> &str {
        let name = "DBUS_SESSION_BUS_ADDRESS";
        let found = self.environment.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, address)| address)
    }

    /// The home folder of the programs in it, which outlives each of them.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Whether a service has this name on the session bus, such as `org.freedesktop.secrets`.
    pub fn has_service(&self, name: &str) -> bool {
        self.accessibility.session_has(name)
    }

    /// The name of its display.
    pub(crate) fn display(&self) -> String {
        let mut found = self.environment.iter().filter(|(name, _)| name == "DISPLAY");
        found.next().map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Whether it is a Wayland compositor's.
    pub(crate) fn is_wayland(&self) -> bool {
        self.wayland
    }

    /// What is in the clipboard; empty when nothing is.
    pub fn clipboard(&self) -> String {
        let text = if self.is_wayland() {
            run(self.command("wl-paste").arg("--no-newline"), b"")
        } else {
            let mut read = self.command("xclip");
            run(read.args(["-selection", "clipboard", "-out"]), b"")
        };
        String::from_utf8(text.unwrap_or_default()).expect("text in the clipboard")
    }

    /// Copies a text in another program, which goes on serving it.
    pub fn copy(&self, text: &str) {
        let mut helper = Helper::spawn(
            self.command("xclip")
                .args(["-selection", "clipboard", "-in", "-quiet"])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let mut input = helper.child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut input, text.as_bytes()).expect("a text for xclip");
        drop(input);
        // The same text may be there already, from whom it is taken over: only what is offered with it tells whose it is.
        let is_of_xclip = || self.clipboard_targets().lines().eq(["TARGETS", "UTF8_STRING"]);
        poll(|| (is_of_xclip() && self.clipboard() == text).then_some(())).expect("xclip owns the clipboard");
        // It ends with the desktop, or when something else is copied.
        std::mem::forget(helper);
    }

    /// The kinds of content that the clipboard offers.
    pub fn clipboard_targets(&self) -> String {
        let targets = run(
            self.command("xclip")
                .args(["-selection", "clipboard", "-out", "-target", "TARGETS"]),
            b"",
        );
        String::from_utf8_lossy(&targets.unwrap_or_default()).into_owned()
    }

    /// A command with this desktop's environment and nothing of the surrounding one's.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        clean(&mut command, &self.environment);
        command.envs(self.set.lock().expect("nobody panicked with it").iter().cloned());
        command
    }

    /// Runs xdotool, which speaks to the X server as a keyboard and a mouse.
    pub(crate) fn xdotool(&self, arguments: &[&str]) -> Result<String, String> {
        run(self.command("xdotool").args(arguments), b"")
            .map(|out| String::from_utf8_lossy(&out).trim().to_owned())
    }

    /// A picture of the whole screen or of one window, as PNG.
    pub(crate) fn import(&self, window: &str, file: &Path) {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).expect("a folder for pictures");
        }
        let target = format!("png:{}", file.display());
        run(self.command("import").args(["-window", window, &target]), b"")
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        kill_marked(&self.mark);
    }
}

/// Gives the X server and the variable that names it.
fn start_x_server(
    environment: &[(String, String)],
    (width, height): (u32, u32),
) -> (Helper, (String, String)) {
    let mut server = Helper::spawn(
        clean(&mut Command::new("Xvfb"), environment)
            // Without -noreset the server starts anew when its last client leaves, under the next one's feet.
            .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"])
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    );
    let name = format!(":{}", server.first_line());
    (server, ("DISPLAY".to_owned(), name))
}

/// Gives a compositor without a screen, and the variable that names it. It refuses to run as root, so there it is
/// nobody's.
fn start_compositor(
    environment: &[(String, String)],
    folder: &Path,
    (width, height): (u32, u32),
) -> (Helper, (String, String)) {
    const NOBODY: u32 = 65_534;
    let config = folder.join("sway.conf");
    // The program's window is the only one: it fills the screen as on a phone's, without anybody placing it.
    let text = format!("xwayland disable\noutput HEADLESS-1 resolution {width}x{height}\n");
    fs::write(&config, text).expect("a configuration for the compositor");
    let mut command = Command::new("sway");
    clean(&mut command, environment)
        .arg("--config")
        .arg(&config)
        .envs([
            ("WLR_BACKENDS", "headless"),
            ("WLR_LIBINPUT_NO_DEVICES", "1"),
            ("WLR_RENDERER", "pixman"),
        ])
        .env("XDG_RUNTIME_DIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("root gives folders away");
        command.uid(NOBODY).gid(NOBODY);
    }
    let compositor = Helper::spawn(&mut command);
    let socket = poll(|| {
        let mut found = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        found.find(|path| {
            path.extension().is_none()
                && path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("wayland-"))
        })
    });
    let socket = socket.expect("the compositor starts: scripts/system-packages test");
    (compositor, (SOCKET.to_owned(), socket.display().to_string()))
}

/// Takes the surrounding desktop out of a command's environment and puts `environment` in.
fn clean<'a>(command: &'a mut Command, environment: &[(String, String)]) -> &'a mut Command {
    for name in [
        "DISPLAY",
        SOCKET,
        "WAYLAND_SOCKET",
        "GDK_BACKEND",
        "XAUTHORITY",
        "DBUS_SESSION_BUS_ADDRESS",
        "AT_SPI_BUS_ADDRESS",
        "NO_AT_BRIDGE",
        "GTK_MODULES",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_CURRENT_DESKTOP",
        "RUST_LOG",
        "LANGUAGE",
    ] {
        command.env_remove(name);
    }
    command.envs(environment.iter().map(|(name, value)| (name, value)))
}

/// A bus that can start the accessibility service only, so that a test never waits for a portal.
fn write_bus_config(folder: &Path) -> PathBuf {
    let services = folder.join("services");
    fs::create_dir(&services).expect("a folder for services");
    fs::copy(A11Y_SERVICE, services.join("org.a11y.Bus.service"))
        .unwrap_or_else(|error| panic!("{A11Y_SERVICE}: {error}: scripts/system-packages test"));
    let config = folder.join("session.conf");
    let text = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <servicedir>{}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        folder.display(),
        services.display()
    );
    fs::write(&config, text).expect("a bus configuration");
    config
}

/// Starts the Secret Service and waits until it has its name on the bus.
fn start_keyring(environment: &[(String, String)], accessibility: &Accessibility) -> Helper {
    use std::io::Write;
    let mut command = Command::new("gnome-keyring-daemon");
    clean(&mut command, environment)
        .args(["--foreground", "--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut helper = Helper::spawn(&mut command);
    let mut input = helper.child.stdin.take().expect("piped");
    input
        .write_all(b"password of a test")
        .expect("the keyring's password");
    drop(input);
    poll(|| accessibility.session_has("org.freedesktop.secrets").then_some(())).expect("the keyring starts");
    helper
}

/// Starts the window manager and waits until it manages windows: it says so on the root window.
fn start_window_manager(environment: &[(String, String)]) -> Helper {
    let mut command = Command::new("openbox");
    clean(&mut command, environment)
        .arg("--sm-disable")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let helper = Helper::spawn(&mut command);
    poll(|| {
        let mut asked = Command::new("xdotool");
        // It fails as long as nobody says how many virtual desktops there are.
        run(clean(&mut asked, environment).arg("get_num_desktops"), b"").ok()
    })
    .expect("the window manager starts");
    helper
}
