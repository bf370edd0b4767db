//! Tells the crate what it is built of, for `--version` and *About* (`src/build_info.rs`).
//!
//! The commit is `DEPLOY_TOKENS_COMMIT`, where whoever builds from an archive says it, or else what git says of this
//! folder. Without either the build names no commit. It is run again when one of these changes, and not otherwise.

#![expect(
    clippy::disallowed_methods,
    reason = "what cargo and packagers say is not the program's environment"
)]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const GIVEN: &str = "DEPLOY_TOKENS_COMMIT";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={GIVEN}");
    let given = env::var(GIVEN).ok().map(|given| given.trim().to_owned());
    let commit = match given.filter(|given| !given.is_empty()) {
        Some(given) if is_plain(&given) => Some(given),
        Some(_) => {
            println!(
                "cargo::error={GIVEN} is no commit: only letters, digits and . _ + - are. Set it to one, or unset it."
            );
            return;
        }
        None => commit_of_checkout(),
    };
    let commit = commit.unwrap_or_default();
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let profile = profile().unwrap_or_else(|| "unknown profile".to_owned());
    let summary = if commit.is_empty() {
        format!("{version} ({profile})")
    } else {
        format!("{version} ({commit}, {profile})")
    };
    println!("cargo::rustc-env=DEPLOY_TOKENS_BUILD_COMMIT={commit}");
    println!("cargo::rustc-env=DEPLOY_TOKENS_BUILD_PROFILE={profile}");
    println!("cargo::rustc-env=DEPLOY_TOKENS_BUILD_SUMMARY={summary}");
}

/// Whether a commit can stand in one line of output.
fn is_plain(commit: &str) -> bool {
    commit
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter))
}

/// The commit that is checked out in this very folder; an archive that was unpacked inside of another project's checkout
/// is not of that project's commit.
fn commit_of_checkout() -> Option<String> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    if !folder.join(".git").exists() {
        return None;
    }
    let commit = git(&folder, &["rev-parse", "--short=8", "HEAD"])?;
    for path in heads(&folder) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Some(commit)
}

/// The files that change with the commit. Every change of HEAD adds a line to its log, so that is enough, for a packed
/// branch too; where no log is kept, HEAD and its branch are watched. Cargo takes a missing file for one that changed.
fn heads(folder: &Path) -> Vec<PathBuf> {
    let existing = |name: &str| {
        let path = folder.join(git(folder, &["rev-parse", "--git-path", name])?);
        path.exists().then_some(path)
    };
    if let Some(log) = existing("logs/HEAD") {
        return vec![log];
    }
    let branch = git(folder, &["symbolic-ref", "--quiet", "HEAD"]);
    let names = [Some("HEAD"), Some("packed-refs"), branch.as_deref()];
    names.into_iter().flatten().filter_map(existing).collect()
}

/// What git says, in one line; nothing where it is not installed or refuses.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env_remove("GIT_DIR")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}

/// The profile's name. `PROFILE` knows debug and release alone; the folder that is built into has the name itself:
/// `target/quick/build/deploy-tokens-…/out`.
fn profile() -> Option<String> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let folder = out
        .ancestors()
        .find(|folder| folder.file_name().is_some_and(|name| name == "build"))
        .and_then(Path::parent)
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().into_owned());
    folder.or_else(|| env::var("PROFILE").ok())
}
