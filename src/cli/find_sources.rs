//! What `find` looks through: standard input, files, folders with what is in them.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::args::Find;
use super::{find_git, output};
use crate::failure::{Failure, WRONG_USE};
use model::LeakError;
use protocol::unseen::shown;
use service::revocation::{Leak, LeakStream, Source};
use text::Message;

/// How standard input is called among files.
const STANDARD_INPUT: &str = "-";
/// The folder of a repository's history, which is compressed: nothing could be seen in it.
const HISTORY: &str = ".git";
/// Bytes that are read at a time.
const PART: usize = 64 * 1024;

/// What was found in everything that was given.
pub(super) struct Looked {
    /// All of it; or why nothing was.
    pub(super) leak: Result<Leak, LeakError>,
    /// Files that were looked through.
    pub(super) files: usize,
    /// Files and folders below those that were named that could not be read; each was told.
    pub(super) unread: usize,
    /// Folders that were left out because `find --git` is for them.
    pub(super) histories: usize,
}

impl Looked {
    fn new() -> Self {
        Self {
            leak: Err(LeakError::Empty),
            files: 0,
            unread: 0,
            histories: 0,
        }
    }

    /// Takes what was found in one more text. That nothing was in it is what most files are.
    pub(super) fn add(&mut self, found: Result<Leak, LeakError>) {
        let known = std::mem::replace(&mut self.leak, Err(LeakError::Empty));
        self.leak = match (known, found) {
            (Ok(known), Ok(leak)) => Ok(known.and(leak)),
            (Ok(leak), Err(_)) | (Err(_), Ok(leak)) => Ok(leak),
            (Err(LeakError::Empty), Err(error)) | (Err(error), Err(_)) => Err(error),
        };
    }
}

/// Looks through everything that is to be looked through.
///
/// # Errors
/// When a file that was named, standard input or a history cannot be read.
pub(super) fn look(options: &Find) -> Result<Looked, Failure> {
    let mut looked = Looked::new();
    if let Some(repository) = &options.git {
        find_git::history(repository, &mut looked)?;
    } else if options.files.is_empty() {
        standard_input(LeakStream::new(), &mut looked)?;
    }
    for path in &options.files {
        if path.as_os_str() == STANDARD_INPUT {
            standard_input(LeakStream::within(source(path), 1), &mut looked)?;
        } else if path.is_dir() {
            folder(path, &mut looked);
        } else {
            let mut stream = LeakStream::within(source(path), 1);
            if options.files.len() == 1 {
                stream = stream.or_alone();
            }
            file(path, stream, &mut looked).map_err(|error| unreadable(path, &error))?;
        }
    }
    Ok(looked)
}

fn source(path: &Path) -> Source {
    Source {
        commit: None,
        file: path.display().to_string(),
    }
}

fn standard_input(stream: LeakStream, looked: &mut Looked) -> Result<(), Failure> {
    let found = through(stream, io::stdin().lock());
    looked.add(found.map_err(|error| unreadable(Path::new(STANDARD_INPUT), &error))?);
    Ok(())
}

/// All that is in a folder, in the order of names. Links are not followed: what they lead to is there by itself, or is not
/// meant.
fn folder(path: &Path, looked: &mut Looked) {
    let entries = match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(mut entries) => {
            entries.sort_by_key(fs::DirEntry::file_name);
            entries
        }
        Err(error) => return not_read(path, &error, looked),
    };
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() == HISTORY => looked.histories += 1,
            Ok(kind) if kind.is_dir() => folder(&path, looked),
            Ok(kind) if kind.is_file() => {
                if let Err(error) = file(&path, LeakStream::within(source(&path), 1), looked) {
                    not_read(&path, &error, looked);
                }
            }
            Ok(_) => {}
            Err(error) => not_read(&path, &error, looked),
        }
    }
}

fn not_read(path: &Path, error: &io::Error, looked: &mut Looked) {
    looked.unread += 1;
    output::warning(&Message::new(
        format!("{} cannot be read: {error}.", shown(&path.display().to_string())),
        "The rest is looked through.",
    ));
}

fn file(path: &Path, stream: LeakStream, looked: &mut Looked) -> io::Result<()> {
    let found = through(stream, fs::File::open(path)?)?;
    looked.files += 1;
    looked.add(found);
    Ok(())
}

/// Looks through a text as it comes; nothing of it is left in memory.
fn through(mut stream: LeakStream, mut text: impl Read) -> io::Result<Result<Leak, LeakError>> {
    let mut part = Zeroizing::new(vec![0; PART]);
    loop {
        match text.read(&mut part) {
            Ok(0) => return Ok(stream.finish()),
            Ok(length) => stream.push(part.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let name = match path.as_os_str() == STANDARD_INPUT {
        true => "Standard input".to_owned(),
        false => path.display().to_string(),
    };
    Failure::new(
        WRONG_USE,
        format!("{name} cannot be read: {error}."),
        "Give what leaked on standard input or as files and folders, such as: deploy-tokens find build.log",
    )
}
