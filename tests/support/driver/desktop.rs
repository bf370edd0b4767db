//! A private desktop: X display, session bus, accessibility bus, optionally a keyring, and an empty home folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
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

/// Names a desktop in the environment of everything that runs in it.
const MARK: &str = "DEPLOY_TOKENS_TEST_DESKTOP";

/// What kind of desktop to start.
#[derive(Clone, Debug)]
pub struct DesktopBuilder {
    size: (u32, u32),
    dark: bool,
    keyring: bool,
    window_manager: bool,
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
    // Dropped in this order: what uses the bus and the display, the bus, the display, the folders.
    _window_manager: Option<Helper>,
    _keyring: Option<Helper>,
    _bus: Helper,
    _display: Helper,
    home: TempDir,
    _runtime: TempDir,
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
            ("GDK_BACKEND", "x11"),
            ("GTK_THEME", if options.dark { "Adwaita:dark" } else { "Adwaita" }),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();

        let (width, height) = options.size;
        let mut display = Helper::spawn(
            clean(&mut Command::new("Xvfb"), &environment)
                // Without -noreset the server starts anew when its last client leaves, under the next one's feet.
                .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"])
                .args(["-screen", "0", &format!("{width}x{height}x24")])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        environment.push(("DISPLAY".to_owned(), format!(":{}", display.first_line())));

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
            environment,
            set: Mutex::default(),
            _window_manager: window_manager,
            _keyring: keyring,
            _bus: bus,
            _display: display,
            home,
            _runtime: runtime,
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

    /// What is in the clipboard; empty when nothing is.
    pub fn clipboard(&self) -> String {
        let text = run(
            self.command("xclip").args(["-selection", "clipboard", "-out"]),
            b"",
        );
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
        poll(|| (self.clipboard() == text).then_some(())).expect("xclip owns the clipboard");
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

/// Takes the surrounding desktop out of a command's environment and puts `environment` in.
fn clean<'a>(command: &'a mut Command, environment: &[(String, String)]) -> &'a mut Command {
    for name in [
        "WAYLAND_DISPLAY",
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
