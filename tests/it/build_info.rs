//! What the program says it is built of, and how `build.rs` finds that out: in a checkout, in an archive, in an archive
//! inside of another checkout, with a commit that is given, in every profile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deploy_tokens::build_info;

/// A crate of a few lines with this project's build script and module: what the script does is seen in a second.
struct Small {
    root: tempfile::TempDir,
    /// Where the crate is below the root.
    place: PathBuf,
}

impl Small {
    fn new(place: &str) -> Self {
        let small = Self {
            root: tempfile::tempdir().unwrap(),
            place: place.into(),
        };
        let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(small.folder().join("src")).unwrap();
        fs::copy(ours.join("build.rs"), small.folder().join("build.rs")).unwrap();
        fs::copy(
            ours.join("src/build_info.rs"),
            small.folder().join("src/build_info.rs"),
        )
        .unwrap();
        small.write(
            "Cargo.toml",
            "[package]\nname = \"small\"\nversion = \"7.8.9\"\nedition = \"2024\"\n[workspace]\n\
             [profile.quick]\ninherits = \"release\"\n",
        );
        small.write(
            "src/main.rs",
            "mod build_info;\nfn main() { println!(\"{}|{:?}|{}|{}\", build_info::summary(), build_info::COMMIT, \
             build_info::PROFILE, build_info::VERSION); }\n",
        );
        small.write(".gitignore", "/target\n");
        small
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join(&self.place)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap();
    }

    /// Commits everything below a folder and gives the commit's first eight digits.
    fn commit(folder: &Path) -> String {
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &[
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.org",
                "commit",
                "--quiet",
                "--allow-empty",
                "--message",
                "x",
            ],
        ] {
            let done = Command::new("git")
                .arg("-C")
                .arg(folder)
                .args(arguments)
                .status()
                .unwrap();
            assert!(done.success(), "git {arguments:?}");
        }
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["rev-parse", "HEAD"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()[..8].to_owned()
    }

    fn cargo(&self, arguments: &[&str], commit: Option<&str>) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .arg("--offline")
            .current_dir(self.folder())
            .env("CARGO_TARGET_DIR", self.folder().join("target"))
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("DEPLOY_TOKENS_COMMIT");
        if let Some(commit) = commit {
            cargo.env("DEPLOY_TOKENS_COMMIT", commit);
        }
        cargo.output().unwrap()
    }

    /// What the crate says of itself, built in a profile.
    fn says(&self, profile: &str, commit: Option<&str>) -> String {
        let output = self.cargo(&["run", "--quiet", "--profile", profile], commit);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Whether cargo finds anything to build.
    fn is_fresh(&self, commit: Option<&str>) -> bool {
        let output = self.cargo(&["build"], commit);
        assert!(output.status.success());
        !String::from_utf8_lossy(&output.stderr).contains("Compiling")
    }
}

#[test]
fn the_program_says_version_commit_and_profile() {
    let version = |flag: &str| {
        let output = Command::new(testkit::built()).arg(flag).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(version("-V"), format!("deploy-tokens {}\n", build_info::VERSION));
    assert_eq!(
        version("--version"),
        format!("deploy-tokens {}\n", build_info::summary())
    );
    assert!(version("--version").contains(build_info::PROFILE));
    assert!(build_info::COMMIT.is_none_or(|commit| build_info::summary().contains(commit)));
}

#[test]
fn a_checkout_names_its_commit_and_a_new_commit_is_noticed() {
    let small = Small::new("");
    let commit = Small::commit(&small.folder());
    assert_eq!(
        small.says("dev", None),
        format!("7.8.9 ({commit}, debug)|Some(\"{commit}\")|debug|7.8.9")
    );
    assert!(small.is_fresh(None), "nothing has changed");
    small.write("README", "No source of the program");
    assert!(small.is_fresh(None), "a file beside the program is nothing to it");
    let next = Small::commit(&small.folder());
    assert_ne!(commit, next);
    assert!(
        small
            .says("dev", None)
            .starts_with(&format!("7.8.9 ({next}, debug)|"))
    );
    assert!(small.is_fresh(None), "the new commit is built");
}

#[test]
fn a_worktree_names_its_own_commit() {
    let small = Small::new("main");
    Small::commit(&small.folder());
    let worktree = Small {
        root: small.root,
        place: "beside".into(),
    };
    let made = Command::new("git")
        .args(["worktree", "add", "--quiet", "-b", "beside", "../beside"])
        .current_dir(worktree.root.path().join("main"))
        .status()
        .unwrap();
    assert!(made.success());
    worktree.write("README", "Only here");
    let commit = Small::commit(&worktree.folder());
    assert!(
        worktree
            .says("dev", None)
            .starts_with(&format!("7.8.9 ({commit}, debug)|"))
    );
    assert!(worktree.is_fresh(None));
}

#[test]
fn an_archive_names_no_commit_but_the_one_it_is_given() {
    let small = Small::new("");
    assert_eq!(small.says("dev", None), "7.8.9 (debug)|None|debug|7.8.9");
    assert!(small.is_fresh(None), "nothing has changed");
    let given = "7.8.9 (1a2b3c4d+dirty, debug)|Some(\"1a2b3c4d+dirty\")|debug|7.8.9";
    assert_eq!(small.says("dev", Some(" 1a2b3c4d+dirty ")), given);
    assert_eq!(small.says("dev", Some("  ")), "7.8.9 (debug)|None|debug|7.8.9");
    let refused = small.cargo(&["build"], Some("two\nlines"));
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && error.contains("DEPLOY_TOKENS_COMMIT is no commit"),
        "{error}"
    );
}

#[test]
fn an_archive_in_another_checkout_is_not_of_its_commit() {
    let small = Small::new("vendor/small");
    Small::commit(small.root.path());
    assert_eq!(small.says("dev", None), "7.8.9 (debug)|None|debug|7.8.9");
}

#[test]
fn every_profile_has_its_own_name() {
    let small = Small::new("");
    assert_eq!(small.says("quick", None), "7.8.9 (quick)|None|quick|7.8.9");
    assert_eq!(small.says("release", None), "7.8.9 (release)|None|release|7.8.9");
}
