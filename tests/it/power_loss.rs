//! The power goes away at any call that a program makes, and what was not synced is lost: what was said to be kept is kept.
//! `testkit::power` has the model.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use keychain::{ApiOrigin, Keychain, StoredSession};
use protocol::OrganizationId;
use protocol::secret::{AccessToken, SecretText};
use serde_json::Value;
use testkit::power::{Act, Disk, Loss, can_record, content, record};
use testkit::{attacks, built, commands, said};

const ENVIRONMENT: &str = "staging";
/// Where the program that is recorded finds its folder.
const FOLDER: &str = "DEPLOY_TOKENS_TEST_FOLDER";

/// What a token may be after the machine has started again, by its name; one that is not here need not be there.
type Claims = BTreeMap<&'static str, &'static [&'static str]>;

const ACTIVE: &[&str] = &["active"];
const ENDING: &[&str] = &["active", "revoked"];
const REVOKED: &[&str] = &["revoked"];

/// What was done, and after which act what was promised.
struct History {
    folder: tempfile::TempDir,
    acts: Vec<Act>,
    promises: Vec<(usize, Claims)>,
}

impl History {
    fn start() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            acts: Vec::new(),
            promises: vec![(0, Claims::new())],
        }
    }

    /// Runs a command on the local workspace; `during` holds from its beginning, `after` from when it has said something.
    fn run(&mut self, arguments: &[&str], during: Claims, after: Claims) {
        let data = self.folder.path().to_str().unwrap();
        let (output, acts) = record(
            &built(),
            &[&["--data", data, "--local"], arguments].concat(),
            &[],
            self.folder.path(),
        );
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        self.promises.push((self.acts.len(), during));
        let told = acts.iter().position(|act| matches!(act, Act::Told(_)));
        self.promises
            .push((self.acts.len() + told.unwrap_or(acts.len()) + 1, after));
        self.acts.extend(acts);
    }

    fn promised(&self, done: usize) -> &Claims {
        let kept = self.promises.iter().rev().find(|(from, _)| *from <= done);
        &kept.unwrap().1
    }

    /// Everything that a person is told of in one life of a workspace.
    fn of_tokens() -> Self {
        let mut history = Self::start();
        let create = |name| ["create", "--env", ENVIRONMENT, "--name", name, "--json"];
        let one = |name, state| Claims::from([(name, state)]);
        let both = |first, second| Claims::from([("one", first), ("two", second)]);
        history.run(&create("one"), Claims::new(), one("one", ACTIVE));
        history.run(&create("two"), one("one", ACTIVE), both(ACTIVE, ACTIVE));
        history.run(
            &["revoke", "--env", ENVIRONMENT, "one"],
            both(ENDING, ACTIVE),
            both(REVOKED, ACTIVE),
        );
        history.run(
            &["rotate", "--env", ENVIRONMENT, "two", "--json"],
            both(REVOKED, ACTIVE),
            both(REVOKED, ACTIVE),
        );
        history
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let data = folder.to_str().unwrap();
    let all = [&["--data", data, "--local"], arguments].concat();
    commands().args(all).env_remove("RUST_LOG").output().unwrap()
}

fn json(folder: &Path, arguments: &[&str], what: &str) -> Vec<Value> {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Opens a state with the program.
fn judge(folder: &Path, claims: &Claims, what: &str) {
    let listed = json(folder, &["list", "--env", ENVIRONMENT, "--json"], what);
    let status = |name: &str| {
        let mut found = listed.iter().filter(|token| token["name"] == name);
        let status = found
            .next()
            .map(|token| token["status"].as_str().unwrap().to_owned());
        assert!(found.next().is_none(), "{what}: two tokens called {name}");
        status
    };
    for (name, allowed) in claims {
        let status = status(name);
        let kept = status.as_deref().is_some_and(|status| allowed.contains(&status));
        assert!(kept, "{what}: {name} is {status:?}, not one of {allowed:?}");
    }
    // One whose secrets nobody was told is not active without being known as interrupted.
    let pending = json(folder, &["pending", "--json"], what);
    for name in ["one", "two"] {
        if !claims.contains_key(name) && status(name).as_deref() == Some("active") {
            let known = pending.iter().any(|entry| entry["name"] == name);
            assert!(
                known,
                "{what}: {name} is active, and nobody has its secrets: {pending:?}"
            );
        }
    }
}

/// All losses are tried at these acts, evenly spread.
fn at_some_acts(history: &History, states: usize, judge: impl Fn(&Path, usize, &str)) {
    let mut disk = Disk::default();
    disk.take(&Act::Folder {
        path: history.folder.path().to_owned(),
    });
    let all = history.acts.len();
    let mut tried = 0;
    for (done, act) in (1..).zip(&history.acts) {
        disk.take(act);
        // In the middle of what is left over, so that other numbers try other acts.
        while tried < states && done >= (2 * tried + 1) * all / (2 * states) {
            let loss = match tried % 4 {
                0 => Loss::All,
                1 => Loss::None,
                seed => Loss::Some((seed * all + done) as u64),
            };
            let folder = tempfile::tempdir().unwrap();
            disk.leave(history.folder.path(), folder.path(), loss);
            judge(
                folder.path(),
                done,
                &format!("act {done} of {all}, {loss:?} lost"),
            );
            tried += 1;
        }
    }
    let end = tempfile::tempdir().unwrap();
    disk.leave(history.folder.path(), end.path(), Loss::None);
    assert!(
        content(end.path()) == content(history.folder.path()),
        "the recording is complete: what was done gives what is there"
    );
    println!("attacked: {tried} states of a disk after a loss of power, at {all} acts");
}

fn tokens(states: usize) {
    if !can_record() {
        println!("SKIPPED: strace is not here or may not trace; nothing is said about a loss of power");
        return;
    }
    let history = History::of_tokens();
    at_some_acts(&history, states, |folder, done, what| {
        judge(folder, history.promised(done), what);
    });
}

#[test]
fn what_was_told_of_tokens_is_kept_when_the_power_goes() {
    tokens(16);
}

#[test]
#[ignore = "hundreds of states: scripts/attack"]
fn attack_power_loss_tokens() {
    tokens(attacks(400));
}

fn origin() -> ApiOrigin {
    ApiOrigin::of("https://one.example").unwrap()
}

fn passphrase() -> SecretText {
    SecretText::new("four words in a row".to_owned())
}

/// Not a test: what is recorded. It keeps one session after the other in a key file, and notes each in a file of settings.
#[test]
#[ignore = "what is recorded by another test"]
fn keeps_sessions() {
    let Some(folder) = process_env::name(FOLDER).map(PathBuf::from) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let keychain = Keychain::create_file(&folder.join("keys.sealed"), passphrase())
            .await
            .unwrap();
        for number in 1..=3 {
            let session = StoredSession {
                access_token: AccessToken::new(format!("token-{number}")),
                organization: Some(OrganizationId::new("o")),
                expires_at: None,
            };
            keychain.save_session(&origin(), &session).await.unwrap();
            let settings = service::settings::Settings {
                server: Some(format!("https://{number}.example")),
                ..Default::default()
            };
            private_file::replace(&folder.join("settings.json"), &settings.write().unwrap()).unwrap();
            println!("kept {number}");
        }
    });
}

fn keys_and_settings(states: usize) {
    if !can_record() {
        println!("SKIPPED: strace is not here or may not trace; nothing is said about a loss of power");
        return;
    }
    let mut history = History::start();
    let folder = history.folder.path().to_str().unwrap().to_owned();
    let (output, acts) = record(
        &std::env::current_exe().unwrap(),
        &[
            "--ignored",
            "--exact",
            "--nocapture",
            "power_loss::keeps_sessions",
        ],
        &[(FOLDER, &folder)],
        history.folder.path(),
    );
    assert!(output.status.success(), "{}", said(&output));
    history.acts = acts;
    let told = |done: usize| {
        let texts = history.acts[..done].iter().map(|act| match act {
            Act::Told(text) => String::from_utf8_lossy(text).matches("kept ").count(),
            _ => 0,
        });
        texts.sum::<usize>()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    at_some_acts(&history, states, |folder, done, what| {
        let least = told(done);
        let settings = std::fs::read(folder.join("settings.json")).unwrap_or_default();
        let server = service::settings::Settings::read(&settings).server;
        let noted = |number: usize| server.as_deref() == Some(&*format!("https://{number}.example"));
        assert!(
            least == 0 || (least..=3).any(noted),
            "{what}: {server:?}, told {least}"
        );
        let path = folder.join("keys.sealed");
        if !path.exists() {
            assert_eq!(least, 0, "{what}: the key file is gone");
            return;
        }
        let session = runtime.block_on(async {
            let keychain = Keychain::open_file(&path, passphrase()).await.unwrap();
            keychain.load_session(&origin()).await.unwrap()
        });
        let session = session.map(|it| it.access_token.expose().to_owned());
        let kept = |number: usize| session.as_deref() == Some(&*format!("token-{number}"));
        assert!(
            least == 0 || (least..=3).any(kept),
            "{what}: {session:?}, told {least}"
        );
    });
}

#[test]
fn what_was_told_of_keys_and_settings_is_kept_when_the_power_goes() {
    keys_and_settings(8);
}

#[test]
#[ignore = "hundreds of states: scripts/attack"]
fn attack_power_loss_keys() {
    keys_and_settings(attacks(200));
}
