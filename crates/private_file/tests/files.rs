//! Files and folders through what the crate offers, on a real file system.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is how a test reports")]

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use deploy_tokens_private_file::{
    NewFile, Staged, clear_leftovers, is_private, make_folder, open, overwrite, read, replace,
    replace_as_it_is, staged_for,
};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn no_more_is_read_than_is_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("it");
    assert_eq!(read(&path, 3).unwrap(), None);
    fs::write(&path, b"abc").unwrap();
    assert_eq!(read(&path, 3).unwrap().as_deref(), Some(&b"abc"[..]));
    let larger = read(&path, 2).unwrap_err();
    assert_eq!(larger.kind(), std::io::ErrorKind::InvalidData);
    assert!(read(root.path(), 2).is_err(), "a folder has no content");
}

#[test]
fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    replace(&path, b"one").unwrap();
    replace(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(folder.path()), ["keys"]);
    let nowhere = folder.path().join("missing").join("keys");
    assert_eq!(replace(&nowhere, b"x").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(replace(Path::new("/"), b"x").is_err());
}

#[test]
fn until_it_is_put_in_its_place_the_old_content_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    replace(&path, b"one").unwrap();
    let staged = Staged::write(&path, b"two").unwrap();
    assert_eq!(
        (fs::read(&path).unwrap().as_slice(), names(folder.path()).len()),
        (&b"one"[..], 2)
    );
    drop(staged);
    assert_eq!(names(folder.path()), ["keys"]);
    Staged::write(&path, b"two").unwrap().keep_older().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    fs::remove_file(&path).unwrap();
    Staged::write(&path, b"two").unwrap().keep_older().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(folder.path()), ["keys"]);
}

#[test]
fn what_a_killed_process_left_is_known_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("one.two"));
    // Never dropped, as in a process that is killed.
    std::mem::forget(Staged::write(&one, b"half").unwrap());
    std::mem::forget(Staged::write(&two, b"half").unwrap());
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|file| staged_for(&file.unwrap().path()).map(str::to_owned))
        .collect();
    assert!(left.len() == 2 && left.contains(&"one".to_owned()) && left.contains(&"one.two".to_owned()));
    clear_leftovers(&one);
    assert_eq!(names(folder.path()).len(), 1);
    clear_leftovers(&two);
    assert!(names(folder.path()).is_empty());
    for other in [
        "one",
        ".one",
        ".one.staged",
        ".one.short.staged",
        "one.abcdef.staged",
        "..abcdef.staged",
    ] {
        assert_eq!(staged_for(Path::new(other)), None, "{other}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_may_keep_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
    replace_as_it_is(&path, b"one").unwrap();
    assert_eq!(mode(), 0o600);
    for kept in [0o640, 0o400, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
        replace_as_it_is(&path, b"two").unwrap();
        assert_eq!(mode(), kept);
    }
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(folder.path()), ["kept"]);
}

#[test]
fn a_new_file_writes_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("block.env");
    NewFile::make(&path).unwrap().fill(b"secret").unwrap();
    assert_eq!(NewFile::make(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"secret");
    let other = NewFile::make(&folder.path().join("other")).unwrap();
    assert!(other.path().exists());
    other.discard();
    assert_eq!(names(folder.path()), ["block.env"]);
}

#[test]
fn a_file_to_be_locked_keeps_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    drop(open(&path).unwrap());
    fs::write(&path, b"1").unwrap();
    drop(open(&path).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"1");
    let nowhere = folder.path().join("missing").join("lock");
    assert_eq!(open(&nowhere).unwrap_err().kind(), ErrorKind::NotFound);
}

/// The umask is the process's, so each case runs this test again in a shell with another one.
#[cfg(unix)]
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a crate of its own that knows nothing of ours"
)]
fn modes_are_exact_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;
    const WHERE: &str = "DEPLOY_TOKENS_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(WHERE) {
        let folder = Path::new(&folder).join("a").join("b");
        make_folder(&folder).unwrap();
        make_folder(&folder).unwrap();
        replace(&folder.join("replaced"), b"x").unwrap();
        NewFile::make(&folder.join("new")).unwrap().fill(b"x").unwrap();
        drop(open(&folder.join("opened")).unwrap());
        return;
    }
    for umask in ["000", "022", "077", "277"] {
        let root = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let status = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!(
                "umask {umask}; exec \"$0\" --exact modes_are_exact_whatever_the_umask"
            ))
            .arg(program)
            .env(WHERE, root.path())
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stdout)
        );
        let mode = |path: &str| {
            let meta = fs::metadata(root.path().join(path)).unwrap();
            meta.permissions().mode() & 0o777
        };
        for folder in ["a", "a/b"] {
            assert_eq!(mode(folder), 0o700, "{folder} under {umask}");
        }
        for file in ["a/b/replaced", "a/b/new", "a/b/opened"] {
            assert_eq!(mode(file), 0o600, "{file} under {umask}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_private_while_others_may_not_write_to_it() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, private) in [(0o700, true), (0o755, true), (0o770, false), (0o702, false)] {
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        assert_eq!(is_private(folder.path()).unwrap().is_none(), private, "{mode:o}");
    }
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(is_private(&file).unwrap().is_some());
    assert!(is_private(&folder.path().join("none")).is_err());
}

#[test]
fn a_complete_file_gets_its_name_and_replaces_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let content = || fs::read_to_string(&target).unwrap();
    let filled = |text: &str| {
        let staged = Staged::make(&target).unwrap();
        std::fs::write(staged.path(), text).unwrap();
        staged.sync().unwrap();
        staged
    };
    filled("one").put_new().unwrap();
    assert_eq!((content().as_str(), names(folder.path()).len()), ("one", 1));
    let kept = filled("two").put_new().unwrap_err();
    assert_eq!(kept.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(content(), "one");
    filled("two").replace().unwrap();
    assert_eq!((content().as_str(), names(folder.path()).len()), ("two", 1));
}

#[test]
fn what_is_overwritten_is_there_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for content in ["first", "other"] {
        overwrite(&path, content.as_bytes()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}
