//! What strace wrote, as the acts of a program: one file a thread, times before the calls, file descriptors with their paths,
//! texts in hex.

use std::collections::HashMap;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use crate::power::Act;

/// The calls that change files, or say where the next write goes.
pub(crate) const CALLS: &str = "trace=open,openat,creat,write,pwrite64,writev,pwritev,lseek,ftruncate,truncate,fallocate,fsync,\
    fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,copy_file_range,sendfile,mmap";

/// A call that succeeded.
struct Call<'t> {
    time: &'t str,
    name: &'t str,
    arguments: Vec<&'t str>,
    result: usize,
}

/// All acts in a folder, in the order in which they were begun.
pub(crate) fn read(logs: &Path, folder: &Path) -> Vec<Act> {
    let logs: Vec<String> = fs::read_dir(logs)
        .unwrap()
        .flatten()
        .map(|log| fs::read_to_string(log.path()).unwrap())
        .collect();
    let mut calls: Vec<Call<'_>> = logs
        .iter()
        .flat_map(|log| log.lines())
        .filter_map(parse)
        .collect();
    // Seconds since 1970 with six digits: as texts in the same order.
    calls.sort_by_key(|call| call.time);
    let mut reader = Reader {
        folder,
        places: HashMap::new(),
        acts: Vec::new(),
    };
    for call in &calls {
        reader.take(call);
    }
    reader.acts
}

fn parse(line: &str) -> Option<Call<'_>> {
    let (time, rest) = line.split_once(' ')?;
    let (call, result) = rest.rsplit_once(" = ")?;
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    let digits = result.split(['<', ' ']).next()?;
    Some(Call {
        time,
        name,
        arguments: arguments.split(", ").collect(),
        // A number below zero is a failure.
        result: digits.parse().ok()?,
    })
}

struct Reader<'t> {
    folder: &'t Path,
    /// Where the next write of a file descriptor goes.
    places: HashMap<&'t str, usize>,
    acts: Vec<Act>,
}

impl<'t> Reader<'t> {
    fn take(&mut self, call: &Call<'t>) {
        let argument = |at: usize| call.arguments.get(at).copied().unwrap_or_default();
        let number = |at: usize| argument(at).parse::<usize>().unwrap();
        match call.name {
            "openat" => self.open(argument(1), argument(2), call),
            "open" => self.open(argument(0), argument(1), call),
            "lseek" => drop(self.places.insert(argument(0), call.result)),
            "pwrite64" => self.write(argument(0), argument(1), number(3)),
            "write" if argument(0).starts_with("1<") => self.acts.push(Act::Told(bytes(argument(1)))),
            "write" => {
                let at = self.places.get(argument(0)).copied().unwrap_or_default();
                self.places.insert(argument(0), at + call.result);
                self.write(argument(0), argument(1), at);
            }
            "ftruncate" => self.push(of_descriptor(argument(0)), |path| Act::Resize {
                path,
                length: number(1),
            }),
            "fsync" | "fdatasync" => self.push(of_descriptor(argument(0)), |path| Act::Sync { path }),
            "rename" => self.rename(argument(0), argument(1), false),
            "renameat" | "renameat2" => self.rename(argument(1), argument(3), false),
            "link" => self.rename(argument(0), argument(1), true),
            "linkat" => self.rename(argument(1), argument(3), true),
            "unlink" => self.push(path(argument(0)), |path| Act::Remove { path }),
            "unlinkat" => self.push(path(argument(1)), |path| Act::Remove { path }),
            "mkdir" => self.push(path(argument(0)), |path| Act::Folder { path }),
            "mkdirat" => self.push(path(argument(1)), |path| Act::Folder { path }),
            "mmap" => {
                let shared = argument(3).contains("MAP_SHARED") && argument(2).contains("PROT_WRITE");
                let path = of_descriptor(argument(4));
                let is_ours = shared && path.starts_with(self.folder);
                assert!(
                    !is_ours || path.to_string_lossy().ends_with("-shm"),
                    "{path:?} is written unseen"
                );
            }
            // To sockets, and to files that are not ours; the replay shows it if one is.
            _ => {}
        }
    }

    fn open(&mut self, name: &'t str, flags: &'t str, call: &Call<'t>) {
        let truncate = flags.contains("O_TRUNC");
        if !truncate && !flags.contains("O_CREAT") {
            return;
        }
        self.push(path(name), |path| Act::Open { path, truncate });
        // The same number may have been another file's.
        let prefix = format!("{}<", call.result);
        self.places
            .retain(|descriptor, _| !descriptor.starts_with(&prefix));
    }

    fn write(&mut self, descriptor: &str, text: &str, at: usize) {
        let bytes = || bytes(text);
        self.push(of_descriptor(descriptor), |path| Act::Write {
            path,
            at,
            bytes: bytes(),
        });
    }

    fn rename(&mut self, from: &str, to: &str, keep: bool) {
        let to = path(to);
        self.push(path(from), |from| Act::Rename { from, to, keep });
    }

    fn push(&mut self, path: PathBuf, act: impl FnOnce(PathBuf) -> Act) {
        if path.starts_with(self.folder) {
            self.acts.push(act(path));
        }
    }
}

/// `3<\x2f…>`
fn of_descriptor(argument: &str) -> PathBuf {
    let text = argument
        .split_once('<')
        .map_or("", |(_, path)| path.trim_end_matches('>'));
    PathBuf::from(std::ffi::OsString::from_vec(unhex(text)))
}

/// `"\x2f…"`
fn path(argument: &str) -> PathBuf {
    PathBuf::from(std::ffi::OsString::from_vec(bytes(argument)))
}

fn bytes(argument: &str) -> Vec<u8> {
    assert!(!argument.ends_with("..."), "a text was cut");
    unhex(argument.trim_matches('"'))
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .map(|hex| u8::from_str_radix(hex.get(..2).unwrap_or_default(), 16).unwrap())
        .collect()
}
