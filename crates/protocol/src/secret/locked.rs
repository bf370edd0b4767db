//! Where long-lived secrets are in memory: each in a page of its own, which the system is asked to keep out of swap and
//! hibernation images as far as it can (`mlock`) and out of core dumps (`MADV_DONTDUMP`), and which is wiped before it is
//! given back.
//!
//! Limits: what a user may lock is bounded (`RLIMIT_MEMLOCK`: 8 MiB on Linux since 5.16, 64 KiB before), and what exceeds
//! it is kept without being locked. On Windows nothing is locked. Where there is no page to be had, the heap serves.

use memmap2::MmapMut;
use zeroize::{Zeroize as _, Zeroizing};

/// Bytes that stay where they are until they are dropped, and are wiped then.
pub(super) struct Locked(Place);

enum Place {
    /// Longer than zero bytes, and not longer than what was asked for.
    Page(MmapMut),
    Heap(Zeroizing<Box<[u8]>>),
}

impl Locked {
    /// Zeros.
    pub(super) fn zeros(length: usize) -> Self {
        // An empty mapping is an error, and holds no secret either.
        let page = MmapMut::map_anon(length).ok();
        Self(page.map_or_else(
            || Place::Heap(vec![0; length].into_boxed_slice().into()),
            kept_here,
        ))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Place::Page(page) => page,
            Place::Heap(bytes) => bytes,
        }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Place::Page(page) => page,
            Place::Heap(bytes) => bytes,
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
    }
}

/// Asks for what the system can do for a page. A secret that may be swapped out is still better than a program that does
/// not work.
fn kept_here(page: MmapMut) -> Place {
    let _ = lock(&page);
    #[cfg(target_os = "linux")]
    let _ = page.advise(memmap2::Advice::DontDump);
    Place::Page(page)
}

#[cfg(unix)]
fn lock(page: &MmapMut) -> std::io::Result<()> {
    page.lock()
}

#[cfg(not(unix))]
fn lock(_: &MmapMut) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Whether the system lets this process lock a page for a secret, now.
///
/// # Errors
/// What the system says: most often that as much is locked as may be.
pub fn can_lock() -> std::io::Result<()> {
    lock(&MmapMut::map_anon(1)?)
}

/// How much of the stack is overwritten: more than the curves and hashes of this crate use, unoptimised, too.
const DEPTH: usize = 64 << 10;

/// Does something that leaves secrets on the stack, as arithmetic of libraries does that takes keys by value, and overwrites
/// what it used. What it gives back must not be a secret by value, and what surrounds it must not hold one either.
pub fn wiping_the_stack<T>(work: impl FnOnce() -> T) -> T {
    let done = below(work);
    overwrite();
    done
}

/// A frame of its own, at the place where [`overwrite`] will be.
#[inline(never)]
fn below<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite() {
    let mut area = [0_u8; DEPTH];
    // Nobody reads it, and it is to be written all the same.
    std::hint::black_box(&mut area);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_any_length_are_kept() {
        for length in [0, 1, 32, 4096, 100_000] {
            let mut locked = Locked::zeros(length);
            assert!(locked.bytes().iter().all(|byte| *byte == 0));
            locked.bytes_mut().fill(0x5a);
            assert_eq!(locked.bytes(), vec![0x5a; length]);
        }
    }

    /// More than a user may lock, and more than there may be mappings, are still secrets.
    #[test]
    fn many_secrets_are_kept_whatever_may_be_locked() {
        let mut all: Vec<_> = (0..70_000).map(|_| Locked::zeros(32)).collect();
        all.iter_mut().for_each(|it| it.bytes_mut().fill(7));
        assert!(all.iter().all(|it| it.bytes() == [7; 32]));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_secret_is_in_a_locked_page() {
        if can_lock().is_err() {
            return;
        }
        let locked = Locked::zeros(32);
        let at = locked.bytes().as_ptr().addr();
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut here = maps.lines().skip_while(|line| {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let bounds = range.map(|(from, to)| [from, to].map(|it| usize::from_str_radix(it, 16)));
            !matches!(bounds, Some([Ok(from), Ok(to)]) if (from..to).contains(&at))
        });
        let flags = here.find(|line| line.starts_with("VmFlags:")).unwrap();
        assert!(flags.contains(" lo") && flags.contains(" dd"), "{flags}");
    }
}
