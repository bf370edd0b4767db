//! `find` in files, folders and histories: every place in which a live token stands, whatever hides it, in the forms that other
//! tools take.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use testkit::{Secrets, TestWorkspace, assert_code, said};

/// A workspace with one token, and a folder to put it into.
struct Site {
    world: TestWorkspace,
    token: String,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start() -> Self {
        let world = TestWorkspace::start().await;
        let secrets = Secrets::of(&world.issue("production", "leaked-ci").await);
        Self {
            world,
            token: secrets.ci_token.expose().to_owned(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn path(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.world.run(&[&["find"], arguments].concat(), "");
        assert!(!said(&output).contains(&self.token), "a secret is never repeated");
        output
    }

    /// Where the token was found, each as file and line.
    #[track_caller]
    fn places(&self, arguments: &[&str]) -> Vec<(String, u64)> {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_code(&output, 0);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["found"][0]["name"], "leaked-ci");
        let place = |it: &Value| {
            let file = it["file"].as_str().unwrap_or_default();
            let file = file.strip_prefix(&self.path()).unwrap_or(file);
            (
                file.trim_start_matches('/').to_owned(),
                it["line"].as_u64().unwrap(),
            )
        };
        let all = found["sightings"].as_array().unwrap();
        let mut places: Vec<_> = all.iter().map(place).collect();
        places.sort();
        places
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=Sam", "-c", "user.email=sam@example.com"];
        let done = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(identity)
            .args(["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_looked_through_with_all_that_is_in_it() {
    let site = Site::start().await;
    let token = &site.token;
    site.write("a.log", format!("one\n{token}\nthree\n{token}\n"));
    site.write("deep/er/b.env", format!("T='{token}'\n"));
    let wide: Vec<u8> = format!("\u{feff}x\r\n$env:T = \"{token}\"\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    site.write("deep/w.ps1", wide);
    site.write("clean.txt", "nothing\n");
    site.write(".git/packed", token);
    std::os::unix::fs::symlink(site.folder.path().join("a.log"), site.folder.path().join("link")).unwrap();
    let places = site.places(&[&site.path()]);
    let expected = [
        ("a.log", 2),
        ("a.log", 4),
        ("deep/er/b.env", 1),
        ("deep/w.ps1", 2),
    ];
    assert_eq!(places, expected.map(|(file, line)| (file.to_owned(), line)));
    let told = site.run(&[&site.path()]);
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(
        said.contains("find --git") && said.contains("Looked through 4 files"),
        "{said}"
    );
    // One file may be a part of a token without a name; among others it is only a word.
    // Letters alone would be a word in any case: one token in a hundred ends in so many.
    let is_mixed = |part: &str| part.contains(|c: char| c.is_ascii_digit());
    let from = (40..=60).rev().find(|from| is_mixed(&token[*from..])).unwrap();
    site.write("end.txt", &token[from..]);
    let end = format!("{}/end.txt", site.path());
    assert_eq!(site.places(&[&end]), [("end.txt".to_owned(), 1)]);
    assert_eq!(site.places(&[&site.path()]).len(), 4);
    // A pipe in a folder would never end.
    assert!(
        Command::new("mkfifo")
            .arg(site.folder.path().join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(site.places(&[&site.path()]).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_has_what_was_said_taken_out_and_rewritten() {
    let site = Site::start().await;
    let token = &site.token;
    site.git(&["init", "--quiet"]);
    // Settings of the user change nothing of what git is asked for.
    for (name, value) in [
        ("diff.noprefix", "true"),
        ("log.showRoot", "false"),
        ("color.ui", "always"),
    ] {
        site.git(&["config", name, value]);
    }
    site.write("first.env", format!("a\n{token}\n"));
    site.commit("in the first commit");
    site.write("first.env", "a\n");
    // Content that looks like git's own lines.
    site.write(
        "odd.diff",
        format!("++ b/x\n-- y\n@@ -1 +1 @@\ncommit 7\n {token}\n"),
    );
    site.commit("looks like a patch");
    site.write("odd.diff", "");
    site.commit(&format!("said\n\nin a message: {token}\n"));
    site.write("with space é.txt", format!("x\ny\nz {token}"));
    site.commit("a name");
    site.write("with space é.txt", "");
    site.write("amended.txt", token);
    site.commit("will be amended");
    site.write("amended.txt", "");
    site.git(&["add", "--all"]);
    site.git(&["commit", "--quiet", "--amend", "-m", "amended"]);
    site.git(&["tag", "-a", "v1", "-m", &format!("released with {token}")]);
    let places = site.places(&["--git", &site.path()]);
    let expected = [
        ("(message)", 3),
        ("(tags)", 1),
        ("amended.txt", 1),
        ("first.env", 2),
        ("odd.diff", 5),
        ("with space é.txt", 3),
    ];
    assert_eq!(places, expected.map(|(file, line)| (file.to_owned(), line)));
}

#[tokio::test(flavor = "multi_thread")]
async fn sarif_is_as_its_schema_has_it() {
    let site = Site::start().await;
    site.git(&["init", "--quiet"]);
    site.write(
        "src/config #1.env",
        format!("x\nT={}\nGHOSTABLE_CI_TOKEN=***\n", site.token),
    );
    site.commit("oops");
    let folder = site.path();
    let file = format!("{folder}/src/config #1.env");
    let in_file = site.run(&["--sarif", &file]);
    assert_code(&in_file, 0);
    let log: Value = serde_json::from_slice(&in_file.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let place = |at: usize| &results[at]["locations"][0]["physicalLocation"];
    assert_eq!(results[0]["ruleId"], "ci-token");
    assert_eq!(place(0)["region"]["startLine"], 2);
    assert_eq!(
        place(0)["artifactLocation"]["uri"],
        format!("file://{folder}/src/config%20%231.env")
    );
    assert_eq!(
        (&results[1]["ruleId"], &results[1]["level"]),
        (&"ci-token-masked".into(), &"note".into())
    );
    let in_history = site.run(&["--sarif", "--git", &folder]);
    let in_text = site.world.run(&["find", "--sarif"], &site.token);
    site.write("clean", "");
    let nothing = site.run(&["--sarif", &format!("{folder}/clean")]);
    assert_code(&nothing, 1);
    let commit: Value = serde_json::from_slice(&in_history.stdout).unwrap();
    let first = &commit["runs"][0]["results"][0];
    assert_eq!(
        first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "src/config%20%231.env"
    );
    assert!(
        first["properties"]["commit"]
            .as_str()
            .is_some_and(|it| it.len() >= 7)
    );
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/tools/readers/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    if !schema.is_file() {
        println!("SKIPPED: the schema of SARIF is not installed");
        return;
    }
    for output in [&in_file, &in_history, &in_text, &nothing] {
        let file = site.folder.path().join("log.sarif");
        std::fs::write(&file, &output.stdout).unwrap();
        valid(&schema, &file);
    }
}

/// Fails where a document is not as its schema has it.
#[track_caller]
fn valid(schema: &Path, document: &Path) {
    const PROGRAM: &str = "import json, sys, jsonschema; s, d = (json.load(open(p)) for p in sys.argv[1:3]); \
        jsonschema.validators.validator_for(s)(s).validate(d)";
    let checked = Command::new("/usr/bin/python3")
        .args(["-c", PROGRAM])
        .args([schema, document])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
}
