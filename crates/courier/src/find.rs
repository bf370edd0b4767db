//! Where a program is.

use std::path::{Path, PathBuf};

/// The absolute path of a program: in the absolute folders of `PATH`, in their order, or where a path with a folder leads
/// from the root. What a folder that somebody happens to be in has is never run.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 {
        return Some(path.to_owned()).filter(|it| it.is_absolute() && can_run(it));
    }
    let folders = process_env::name("PATH")?;
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| ENDINGS.map(|ending| folder.join(format!("{name}{ending}"))))
        .find(|file| can_run(file))
}

/// Windows' scripts are not among them: they are run by a shell.
#[cfg(windows)]
const ENDINGS: [&str; 1] = [".exe"];
#[cfg(not(windows))]
const ENDINGS: [&str; 1] = [""];

#[cfg(unix)]
fn can_run(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(file: &Path) -> bool {
    file.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_name_and_by_absolute_path_alone() {
        let shell = program("sh").unwrap();
        assert!(shell.is_absolute());
        assert_eq!(program(&shell.display().to_string()), Some(shell));
        for none in ["no-such-program-anywhere", "./sh", "../bin/sh", "/etc/passwd", ""] {
            assert_eq!(program(none), None, "{none}");
        }
    }
}
