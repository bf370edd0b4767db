//! Whether a database and the write-ahead log beside it belong together. SQLite takes any log that is whole: that of a newer
//! state puts some pages of it among the older ones.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use url::Url;

use super::imprint::Generation;
use super::store::schema;

/// Lengths of the header of the log and of each of its frames, in bytes (sqlite.org/fileformat2.html, 4.1).
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Where the length of a page is in the header, and where the salts are there and in a frame; what follows them is a sum.
const PAGE_SIZE: usize = 8;
const SALTS: std::ops::Range<usize> = 16..24;
const FRAME_SALTS: std::ops::Range<usize> = 8..16;
/// Not zero in the last frame of a commit.
const COMMIT: std::ops::Range<usize> = 4..8;

/// How many changes are in neither the file nor the log beside it, at least; call it while nobody has the database open. Zero
/// where the file alone cannot be read, because the log may have the rest.
pub(super) fn missing(database: &Path, known: &Generation) -> i64 {
    let Some(alone) = alone(database) else {
        return 0;
    };
    let logged = commits(&of(database)).unwrap_or_default();
    // Each commit is one change at the most.
    let missing = known.number.saturating_sub(alone.number).saturating_sub(logged);
    missing.max(0)
}

/// The log beside a database.
pub(super) fn of(database: &Path) -> PathBuf {
    database.with_extension("db-wal")
}

/// Which state the file is without the log.
fn alone(database: &Path) -> Option<Generation> {
    schema::generation(&open_alone(database)?).ok()
}

/// A connection that reads the file without the log, and needs nothing beside it.
pub(super) fn open_alone(database: &Path) -> Option<Connection> {
    let mut address = Url::from_file_path(std::path::absolute(database).ok()?).ok()?;
    address.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(address.as_str(), flags).ok()
}

/// How many commits a log has.
fn commits(log: &Path) -> Option<i64> {
    let mut log = BufReader::new(File::open(log).ok()?);
    let mut header = [0; HEADER];
    log.read_exact(&mut header).ok()?;
    let size = u32::from_be_bytes(header[PAGE_SIZE..PAGE_SIZE + 4].try_into().ok()?);
    let mut frame = vec![0; FRAME_HEADER.checked_add(usize::try_from(size.min(65_536)).ok()?)?];
    let mut count = 0_i64;
    while log.read_exact(&mut frame).is_ok() && frame.get(FRAME_SALTS) == header.get(SALTS) {
        count = count.saturating_add(i64::from(frame.get(COMMIT) != Some(&[0; 4])));
    }
    Some(count)
}
