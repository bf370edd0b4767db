//! Power that goes away: what a program did with the files of a folder is recorded, call by call, and any state is made of it
//! that a disk may be in when the machine stops at one of these calls and what was not synced is lost.
//!
//! The model is the strict one of POSIX: a file keeps what it had when it was last synced, and a name is kept when the folder
//! that it is in was. What came after may be there or not, in part and in any order of writes; names of one folder go away
//! from the newest on, as all file systems with a journal have it. Files of shared memory (`-shm`) are never kept.
//! That every call was seen is checked: replayed without a loss the recording has to give the folder as it is.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::trace;

/// What was done.
#[derive(Clone, Debug)]
pub enum Act {
    /// A file was made, or there already.
    Open { path: PathBuf, truncate: bool },
    /// Bytes at a place.
    Write {
        path: PathBuf,
        at: usize,
        bytes: Vec<u8>,
    },
    /// A file has this length now.
    Resize { path: PathBuf, length: usize },
    /// A file or a folder was synced.
    Sync { path: PathBuf },
    /// A file has another name; with `keep` it has both.
    Rename { from: PathBuf, to: PathBuf, keep: bool },
    /// A name is gone.
    Remove { path: PathBuf },
    /// A folder was made.
    Folder { path: PathBuf },
    /// Somebody was told something on standard output.
    Told(Vec<u8>),
}

/// What a disk did not keep.
#[derive(Clone, Copy, Debug)]
pub enum Loss {
    /// Everything that was not synced.
    All,
    /// Some of it, by this seed.
    Some(u64),
    /// Nothing: the program alone was ended.
    None,
}

/// Whether a program can be recorded here.
pub fn can_record() -> bool {
    let asked = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .output();
    asked.is_ok_and(|output| output.status.success())
}

/// Runs a program, and gives what it said and what it did in a folder.
pub fn record(
    program: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
    folder: &Path,
) -> (Output, Vec<Act>) {
    let logs = tempfile::tempdir().unwrap();
    let output = Command::new("strace")
        .args([
            "-ff",
            "-ttt",
            "-y",
            "-xx",
            "-s",
            "100000000",
            "-e",
            trace::CALLS,
            "-o",
        ])
        .arg(logs.path().join("log"))
        .arg(program)
        .args(arguments)
        .env_remove("RUST_LOG")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output, trace::read(logs.path(), folder))
}

#[derive(Clone, Default)]
struct File {
    /// As it was synced last.
    kept: Vec<u8>,
    /// What was done since.
    since: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Resize(usize),
}

/// The names in one folder.
#[derive(Clone, Default)]
struct Names {
    kept: BTreeMap<PathBuf, usize>,
    /// All names after each change since.
    since: Vec<BTreeMap<PathBuf, usize>>,
}

impl Names {
    fn now(&self) -> &BTreeMap<PathBuf, usize> {
        self.since.last().unwrap_or(&self.kept)
    }

    fn change(&mut self, change: impl FnOnce(&mut BTreeMap<PathBuf, usize>)) {
        let mut names = self.now().clone();
        change(&mut names);
        self.since.push(names);
    }
}

/// A disk on which a recording is replayed.
#[derive(Clone, Default)]
pub struct Disk {
    files: Vec<File>,
    folders: HashMap<PathBuf, Names>,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // Sebastiano Vigna's splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (it ^ (it >> 31)) as usize % most.max(1)
    }
}

const SECTOR: usize = 512;

impl Disk {
    /// Does what was done.
    pub fn take(&mut self, act: &Act) {
        match act {
            Act::Told(_) => {}
            Act::Folder { path } => drop(self.folders.entry(path.clone()).or_default()),
            Act::Open { path, truncate } => {
                let file = self.file(path);
                if *truncate {
                    self.files[file].since.push(Change::Resize(0));
                }
            }
            Act::Write { path, at, bytes } => {
                let file = self.file(path);
                self.files[file].since.push(Change::Write(*at, bytes.clone()));
            }
            Act::Resize { path, length } => {
                let file = self.file(path);
                self.files[file].since.push(Change::Resize(*length));
            }
            Act::Sync { path } => self.sync(path),
            Act::Rename { from, to, keep } => {
                let file = self.file(from);
                let (from, to, keep) = (from.clone(), to.clone(), *keep);
                self.names(&from.clone()).change(|names| {
                    if !keep {
                        names.remove(&from);
                    }
                    names.insert(to, file);
                });
            }
            Act::Remove { path } => self.names(path).change(|names| {
                names.remove(path);
            }),
        }
    }

    fn sync(&mut self, path: &Path) {
        if let Some(names) = self.folders.get_mut(path) {
            names.kept = names.now().clone();
            names.since.clear();
            return;
        }
        let file = self.file(path);
        let file = &mut self.files[file];
        for change in std::mem::take(&mut file.since) {
            change.apply(&mut file.kept);
        }
    }

    fn names(&mut self, path: &Path) -> &mut Names {
        self.folders.entry(path.parent().unwrap().to_owned()).or_default()
    }

    /// The file of a name, which is made where there is none.
    fn file(&mut self, path: &Path) -> usize {
        if let Some(file) = self.names(path).now().get(path) {
            return *file;
        }
        let file = self.files.len();
        self.files.push(File::default());
        self.names(path).change(|names| {
            names.insert(path.to_owned(), file);
        });
        file
    }

    /// Writes a state into a folder in place of the one that was recorded.
    pub fn leave(&self, recorded: &Path, at: &Path, loss: Loss) {
        let mut dice = Dice(match loss {
            Loss::Some(seed) => seed,
            _ => 0,
        });
        let mut folders: Vec<_> = self.folders.iter().collect();
        folders.sort_by_key(|(path, _)| path.as_path());
        for (folder, names) in folders {
            let names = match loss {
                Loss::All => &names.kept,
                Loss::None => names.now(),
                Loss::Some(_) => match dice.below(names.since.len() + 1) {
                    0 => &names.kept,
                    some => &names.since[some - 1],
                },
            };
            let Ok(inside) = folder.strip_prefix(recorded) else {
                continue;
            };
            let folder = at.join(inside);
            make_private(&folder);
            for (path, file) in names {
                let name = path.file_name().unwrap();
                if !name.to_string_lossy().ends_with("-shm") {
                    let bytes = self.files[*file].left(loss, &mut dice);
                    private_file::replace(&folder.join(name), &bytes).unwrap();
                }
            }
        }
    }
}

fn make_private(folder: &Path) {
    private_file::make_folder(folder).unwrap();
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Resize(length) => bytes.resize(*length, 0),
            Change::Write(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(written);
            }
        }
    }
}

impl File {
    fn left(&self, loss: Loss, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        for change in &self.since {
            match (loss, change) {
                (Loss::All, _) => {}
                (Loss::None, change) => change.apply(&mut bytes),
                (Loss::Some(_), change) => match (dice.below(3), change) {
                    (0, _) => {}
                    // Torn: only the first sectors of it.
                    (1, Change::Write(at, written)) => {
                        let sectors = dice.below(written.len() / SECTOR + 1);
                        Change::Write(*at, written[..sectors * SECTOR].to_vec()).apply(&mut bytes);
                    }
                    (_, change) => change.apply(&mut bytes),
                },
            }
        }
        bytes
    }
}

/// The files of a folder with what is in them, those of shared memory left out.
pub fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("-shm") {
                let inside = path.strip_prefix(folder).unwrap().to_owned();
                all.insert(inside, fs::read(path).unwrap());
            }
        }
    }
    all
}
