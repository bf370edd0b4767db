//! A private message bus with a real Secret Service on it, in a folder of its own; gone when it is dropped.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keychain::{Keychain, Limits};
use tempfile::TempDir;

use testkit::Vault;

/// Short, so that a test of a limit does not take long; long enough for a busy machine.
pub const LIMITS: Limits = Limits {
    answer: Duration::from_secs(4),
    prompt: Duration::from_secs(6),
};

/// A message bus that starts nothing by itself.
pub struct Bus {
    vault: Vault,
    pub folder: TempDir,
    daemon: Child,
    keyring: Option<Child>,
}

impl Bus {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bus.conf");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"#,
            folder.path().display()
        );
        fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            vault: Vault {
                address: address.trim().to_owned(),
            },
            folder,
            daemon,
            keyring: None,
        }
    }

    /// A bus with an unlocked keyring.
    pub async fn with_keyring() -> Self {
        let mut bus = Self::start();
        bus.start_keyring(Some("the keyring's password")).await;
        bus
    }

    /// Starts the keyring's daemon; with a password it makes or unlocks the login keyring.
    pub async fn start_keyring(&mut self, password: Option<&str>) {
        let runtime = self.folder.path().join("run");
        fs::create_dir_all(&runtime).unwrap();
        fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--components=secrets"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.data())
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if password.is_some() {
            command.arg("--unlock");
        }
        let mut child = command.spawn().expect("gnome-keyring-daemon is installed");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(password.unwrap_or_default().as_bytes()).unwrap();
        drop(stdin);
        self.keyring = Some(child);
        let start = Instant::now();
        loop {
            if let Ok(service) = self.direct().await
                && (password.is_none() || service.get_default_collection().await.is_ok())
            {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the keyring did not start"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn stop_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            keyring.kill().unwrap();
            keyring.wait().unwrap();
        }
    }

    /// Where the keyring's files are.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Our keychain on this bus.
    pub fn keychain(&self) -> Keychain {
        Keychain::secret_service(&self.address, LIMITS)
    }
}

impl Deref for Bus {
    type Target = Vault;

    fn deref(&self) -> &Vault {
        &self.vault
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.stop_keyring();
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
