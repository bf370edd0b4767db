//! Where the starts of one user on one target meet: a lock, a socket, and the folder that both are in.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use interprocess::local_socket::traits::Stream as _;
use interprocess::local_socket::{Listener, ListenerOptions, Name, Stream, prelude::*};
use sha2::{Digest as _, Sha256};

use crate::connect::Target;

/// Lock and socket of one target.
pub(super) struct Place {
    folder: PathBuf,
    name: String,
}

impl Place {
    #[cfg(all(test, unix))]
    pub(super) fn new(folder: PathBuf, name: &str) -> Self {
        let name = name.to_owned();
        Self { folder, name }
    }

    /// The place of a target; `None` where there is no data folder to tell workspaces apart.
    pub(super) fn of(target: &Target) -> Option<Self> {
        let folder = canonical(target.folder()?);
        let kind = match target {
            Target::Local(_) => "local".to_owned(),
            // A session that was given for one run is not another's.
            Target::Api { address, .. } => format!(
                "api {} {}",
                address.as_deref().unwrap_or(client::HOSTED).trim_end_matches('/'),
                process_env::name("GHOSTABLE_TOKEN").is_some()
            ),
            Target::Remembered(_) => "remembered".to_owned(),
        };
        let mut hash = Sha256::new();
        hash.update(folder.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(kind.as_bytes());
        let name = hash
            .finalize()
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(Self {
            folder: meeting_folder(),
            name,
        })
    }

    /// The file whose lock the first start holds.
    pub(super) fn lock(&self) -> io::Result<File> {
        own_folder(&self.folder)?;
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(format!("{}.lock", self.name)))
    }

    /// Listens; for who holds the lock.
    pub(super) fn listen(&self) -> io::Result<Listener> {
        #[cfg(unix)]
        // Whoever made it has ended: the lock is the caller's.
        drop(fs::remove_file(self.socket()));
        ListenerOptions::new().name(self.socket_name()?).create_sync()
    }

    /// Speaks to who listens.
    pub(super) fn connect(&self) -> io::Result<Stream> {
        Stream::connect(self.socket_name()?)
    }

    #[cfg(unix)]
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join(format!("{}.sock", self.name))
    }

    #[cfg(unix)]
    fn socket_name(&self) -> io::Result<Name<'static>> {
        self.socket()
            .to_fs_name::<interprocess::local_socket::GenericFilePath>()
    }

    #[cfg(windows)]
    fn socket_name(&self) -> io::Result<Name<'static>> {
        format!("deploy-tokens-{}", self.name).to_ns_name::<interprocess::local_socket::GenericNamespaced>()
    }
}

/// The same folder has one name, also before it is there.
fn canonical(folder: PathBuf) -> PathBuf {
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    for there in folder.ancestors() {
        if let (Ok(there_is), Ok(rest)) = (there.canonicalize(), folder.strip_prefix(there)) {
            // Without the separator that joining nothing leaves at its end.
            return there_is.join(rest).components().collect();
        }
    }
    folder
}

/// Where the starts of this user meet: what ends with the session, or else the folder for passing things.
#[cfg(unix)]
fn meeting_folder() -> PathBuf {
    let runtime = process_env::name("XDG_RUNTIME_DIR").map(PathBuf::from);
    match runtime.filter(|folder| folder.is_absolute() && folder.is_dir()) {
        Some(folder) => folder.join("deploy-tokens"),
        None => std::env::temp_dir().join(format!("deploy-tokens-{}", rustix::process::geteuid().as_raw())),
    }
}

#[cfg(windows)]
fn meeting_folder() -> PathBuf {
    // It is the user's own there.
    std::env::temp_dir().join("deploy-tokens")
}

/// Makes the folder for its owner alone, or makes sure that it is.
#[cfg(unix)]
fn own_folder(folder: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let there = fs::symlink_metadata(folder)?;
    let own =
        there.is_dir() && there.uid() == rustix::process::geteuid().as_raw() && there.mode() & 0o077 == 0;
    own.then_some(())
        .ok_or_else(|| io::Error::other("the folder for meeting is not this user's alone"))
}

#[cfg(windows)]
fn own_folder(folder: &std::path::Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Whether the other end is a program of the same user.
#[cfg(unix)]
pub(super) fn is_own(stream: &Stream) -> bool {
    use interprocess::local_socket::traits::StreamCommon as _;

    let user = stream.peer_creds().ok().and_then(|it| it.euid());
    user.is_some_and(|user| user == rustix::process::geteuid().as_raw())
}

/// The rights of the pipe see to that.
#[cfg(windows)]
pub(super) fn is_own(_: &Stream) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_can_enter_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let here = Place::new(folder.path().join("meet"), "here");
        fs::create_dir(&here.folder).unwrap();
        fs::set_permissions(&here.folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(here.lock().is_err());
        fs::remove_dir(&here.folder).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &here.folder).unwrap();
        assert!(here.lock().is_err());
    }

    #[test]
    fn another_folder_or_another_target_is_another_place() {
        let folder = tempfile::tempdir().unwrap();
        let name = |target: Target| Place::of(&target).unwrap().name;
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let api = |address: &str| Target::Api {
            address: Some(address.to_owned()),
            data: Some(one.clone()),
        };
        let local = name(Target::Local(Some(one.clone())));
        let mut names = vec![
            local.clone(),
            name(Target::Local(Some(two))),
            name(Target::Remembered(Some(one.clone()))),
            name(api("https://one.example")),
            name(api("https://two.example")),
        ];
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5);
        // Before the folder is there and after, by whatever name.
        fs::create_dir(&one).unwrap();
        assert_eq!(name(Target::Local(Some(one.clone()))), local);
        std::os::unix::fs::symlink(&one, folder.path().join("link")).unwrap();
        assert_eq!(name(Target::Local(Some(folder.path().join("link")))), local);
    }
}
