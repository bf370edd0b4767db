//! The memory of a running process, as a core dump would have it: every page that is there.
//!
//! Read from `/proc` rather than dumped by a debugger, because a parent may read its children where debuggers may not
//! attach. The process is stopped meanwhile.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use client::{ApiAddress, Client};
use data_encoding::{BASE64, HEXLOWER};
use memchr::memmem::Finder;
use protocol::EnvironmentName;
use protocol::crypto::{Accepted, open_environment_key};
use rustix::process::{Pid, Signal, kill_process};
use workspace::LocalAccess;

const PAGE: u64 = 4096;
/// Read at once; neighbours overlap by the longest needle.
const CHUNK: u64 = 8 << 20;

/// Where something was found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub needle: String,
    /// The line of `/proc/PID/maps`.
    pub region: String,
    /// Around it, unprintable bytes as dots.
    pub around: String,
    /// It begins a page that has nothing else.
    is_alone: bool,
}

impl Hit {
    /// Which part of the memory it is in: `[heap]`, `[stack]`, a file, a page of its own, or other memory without a name.
    pub fn part(&self) -> &str {
        match self.region.split_whitespace().nth(5) {
            Some(named) => named,
            None if self.is_alone => "its own page",
            None => "other",
        }
    }
}

/// What is searched for: a name, and its bytes.
pub type Needle = (String, Vec<u8>);

/// A stopped process; it goes on when this is dropped.
struct Stopped(Pid);

impl Stopped {
    fn stop(pid: u32) -> io::Result<Stopped> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or(io::ErrorKind::InvalidInput)?;
        kill_process(pid, Signal::STOP)?;
        Ok(Stopped(pid))
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// Everything of the needles that is in a process's memory, and how many bytes were looked through.
pub fn search(pid: u32, needles: &[Needle]) -> io::Result<(Vec<Hit>, u64)> {
    let mut hits = Vec::new();
    let mut size = 0;
    each_run(pid, |region, bytes| {
        size += bytes.len() as u64;
        find(needles, region, &bytes, &mut hits);
    })?;
    Ok((hits, size))
}

/// The memory of a process at one moment, for needles that are only known later.
pub struct Snapshot(Vec<(String, Vec<u8>)>);

impl Snapshot {
    /// Copies every page that is there.
    pub fn take(pid: u32) -> io::Result<Snapshot> {
        let mut parts = Vec::new();
        each_run(pid, |region, bytes| parts.push((region.to_owned(), bytes)))?;
        Ok(Snapshot(parts))
    }

    /// Everything of the needles that was there.
    pub fn find(&self, needles: &[Needle]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (region, bytes) in &self.0 {
            find(needles, region, bytes, &mut hits);
        }
        hits
    }
}

fn find(needles: &[Needle], region: &str, bytes: &[u8], hits: &mut Vec<Hit>) {
    for (name, needle) in needles {
        for at in Finder::new(needle).find_iter(bytes) {
            hits.push(Hit {
                needle: name.clone(),
                region: region.to_owned(),
                around: around(bytes, at, needle.len()),
                is_alone: is_alone(bytes, at, needle.len()),
            });
        }
    }
}

/// Hands over all that is there of a stopped process, piece by piece, each with the line of `/proc/PID/maps` it is in.
fn each_run(pid: u32, mut take: impl FnMut(&str, Vec<u8>)) -> io::Result<()> {
    let _stopped = Stopped::stop(pid)?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let present = File::open(format!("/proc/{pid}/pagemap"))?;
    for region in maps.lines().filter(|line| is_readable(line)) {
        for run in runs(&present, bounds(region)) {
            // A file that was cut, or a device: nothing that holds our text.
            if let Ok(bytes) = read(&memory, &run) {
                take(region, bytes);
            }
        }
    }
    Ok(())
}

fn is_readable(line: &str) -> bool {
    let mode = line.split(' ').nth(1).unwrap_or_default();
    mode.starts_with('r') && !line.ends_with("[vvar]") && !line.ends_with("[vsyscall]")
}

fn bounds(line: &str) -> Range<u64> {
    let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
    let number = |hex| u64::from_str_radix(hex, 16).unwrap();
    number(from)..number(to)
}

/// The runs of pages of a region that are in memory or swapped out; reserved space is left out.
fn runs(present: &File, region: Range<u64>) -> Vec<Range<u64>> {
    let pages = (region.end - region.start) / PAGE;
    let mut flags = vec![0u8; usize::try_from(pages * 8).unwrap()];
    if present
        .read_exact_at(&mut flags, region.start / PAGE * 8)
        .is_err()
    {
        return vec![region];
    }
    let mut runs: Vec<Range<u64>> = Vec::new();
    for (page, flag) in (0u64..).zip(flags.chunks_exact(8)) {
        // Bit 63: present; bit 62: swapped.
        if flag[7] & 0xc0 == 0 {
            continue;
        }
        let start = region.start + page * PAGE;
        match runs.last_mut() {
            Some(run) if run.end == start && run.end - run.start < CHUNK => run.end += PAGE,
            // Joined to the one before, so that nothing is missed on the border.
            Some(run) if run.end == start => runs.push(start - PAGE..start + PAGE),
            _ => runs.push(start..start + PAGE),
        }
    }
    runs
}

fn read(memory: &File, run: &Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(run.end - run.start).unwrap()];
    memory.read_exact_at(&mut bytes, run.start)?;
    Ok(bytes)
}

fn is_alone(bytes: &[u8], at: usize, length: usize) -> bool {
    let page = PAGE as usize;
    let rest = &bytes[at + length..(at + page).min(bytes.len())];
    at.is_multiple_of(page) && rest.iter().all(|byte| *byte == 0)
}

fn around(bytes: &[u8], at: usize, length: usize) -> String {
    let part = &bytes[at.saturating_sub(48)..(at + length + 32).min(bytes.len())];
    let shown = |byte: &u8| {
        if byte.is_ascii_graphic() {
            char::from(*byte)
        } else {
            '.'
        }
    };
    part.iter().map(shown).collect()
}

/// The bearer and the device's keys of a workspace's owner, in every form that they are kept in.
pub fn standing(access: &LocalAccess) -> Vec<Needle> {
    let token = access.access_token.expose().as_bytes().to_vec();
    let (signing, encryption) = (
        access.identity.signing_seed(),
        access.identity.encryption_private_key(),
    );
    let mut needles = vec![("the user's token".to_owned(), token)];
    needles.extend(forms("the signing key", signing.expose()));
    needles.extend(forms("the encryption key", encryption.expose()));
    needles
}

/// The key of an environment of a workspace that is served at this address.
pub fn environment_key(api: &str, access: &LocalAccess, environment: &str) -> Vec<Needle> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new(ApiAddress::parse(api).unwrap(), &access.access_token).unwrap();
    let environment = EnvironmentName::new(environment);
    let published = client.environment_key(&access.project_id, &environment, &access.device_id);
    let opened = open_environment_key(
        &runtime.block_on(published).unwrap().unwrap(),
        &access.project_id,
        &environment,
        &access.device_id,
        &access.identity,
        &[],
        &Accepted::default(),
    );
    forms("the environment key", opened.unwrap().key().expose())
}

/// 32 bytes as they are, and as texts have them.
pub fn forms(name: &str, bytes: &[u8; 32]) -> Vec<Needle> {
    vec![
        (format!("{name}, bytes"), bytes.to_vec()),
        (format!("{name}, base64"), BASE64.encode(bytes).into_bytes()),
        (format!("{name}, hex"), HEXLOWER.encode(bytes).into_bytes()),
    ]
}

/// The descendants of a process with this command name.
pub fn descendants(pid: u32, name: &str) -> Vec<u32> {
    let parent = |pid: u32| -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let is_below = |mut below: u32| {
        while let Some(above) = parent(below) {
            if above == pid {
                return true;
            }
            below = above;
        }
        false
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let called = |pid: &u32| {
        // The kernel keeps 15 letters of a name.
        fs::read_to_string(format!("/proc/{pid}/comm"))
            .is_ok_and(|comm| name.starts_with(comm.trim_end()) && !comm.trim_end().is_empty())
    };
    pids.filter(called).filter(|pid| is_below(*pid)).collect()
}
