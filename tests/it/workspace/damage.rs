//! Whatever happens to the files of a workspace: what was answered is there, or the program says which file is damaged. Never a
//! new sample workspace, never a token less.

use std::path::Path;

use protocol::crypto::{seal_record, system_rng};
use protocol::secret::JournalKey;
use serde_json::Value;
use service::journal::{self, EntryId};
use service::settings::Settings;
use testkit::{TestWorkspace, any_port, attacks, options};
use workspace::{SampleSize, Workspace};

const DATABASE: &str = "workspace.db";
const FILES: [&str; 5] = [
    DATABASE,
    "workspace.db-wal",
    "workspace.db-shm",
    "local-keys.json",
    "workspace.imprint",
];
const PAGE: usize = 4096;

/// What can be damaged: folders as they are left, and what was answered from them.
struct Before {
    /// Closed.
    closed: tempfile::TempDir,
    /// As a process leaves it that is killed.
    killed: tempfile::TempDir,
    /// Some changes before.
    older: tempfile::TempDir,
    answers: Vec<Value>,
}

impl Before {
    async fn make() -> Self {
        let small = SampleSize {
            tokens: Some(3),
            devices: Some(2),
            variables: Some(3),
        };
        let site = TestWorkspace::start_with(|options| options.sample = small).await;
        site.issue("staging", "first").await;
        let older = copy(site.folder.path());
        for name in ["second", "third", "fourth"] {
            site.issue("staging", name).await;
        }
        let answers = answers(&site).await;
        let killed = copy(site.folder.path());
        let TestWorkspace { running, folder, .. } = site;
        running.shutdown().await;
        let sealed = std::fs::read_to_string(folder.path().join("workspace.imprint")).unwrap();
        assert!(!sealed.contains("\"closed\":null"), "it was closed: {sealed}");
        Self {
            closed: folder,
            killed,
            older,
            answers,
        }
    }
}

/// Everything that was answered and can be asked for again without a trace.
async fn answers(site: &TestWorkspace) -> Vec<Value> {
    let (_, projects) = site
        .get(&format!("/organizations/{}/projects", site.organization()))
        .await;
    let mut answers = vec![projects.clone()];
    for project in projects["data"].as_array().into_iter().flatten() {
        let project_path = format!("/projects/{}", project["id"].as_str().unwrap());
        answers.push(site.get(&format!("{project_path}/deploy-tokens")).await.1);
        for environment in project["environments"].as_array().unwrap() {
            let name = environment["name"].as_str().unwrap();
            for rest in ["key", "devices", "keys?include_versions=1"] {
                let path = format!("{project_path}/environments/{name}/{rest}");
                answers.push(site.get(&path).await.1);
            }
        }
    }
    answers
}

fn copy(folder: &Path) -> tempfile::TempDir {
    let copied = tempfile::tempdir().unwrap();
    for name in FILES {
        let from = folder.join(name);
        if from.exists() {
            std::fs::copy(from, copied.path().join(name)).unwrap();
        }
    }
    copied
}

/// xorshift64*: the same numbers for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        usize::try_from(number).unwrap() % limit
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Truncate,
    ZeroPage,
    FlipBits,
    Delete,
    Older,
}

/// Damages a file of a folder, and says how; `None` where there is nothing to be damaged.
fn damage(folder: &Path, older: &Path, name: &str, kind: Kind, dice: &mut Dice) -> Option<String> {
    let path = folder.join(name);
    let mut content = std::fs::read(&path).ok()?;
    let (before, length) = (content.clone(), content.len());
    let mut place = 0;
    match kind {
        Kind::Truncate => {
            place = dice.below(length.max(1));
            content.truncate(place);
        }
        Kind::ZeroPage => {
            place = dice.below(length.div_ceil(PAGE).max(1)) * PAGE;
            let end = length.min(place + PAGE);
            content.get_mut(place..end)?.fill(0);
        }
        Kind::FlipBits => {
            for _ in 0..=dice.below(4) {
                place = dice.below(length.max(1));
                *content.get_mut(place)? ^= 1 << dice.below(8);
            }
        }
        Kind::Delete => std::fs::remove_file(&path).unwrap(),
        Kind::Older => content = std::fs::read(older.join(name)).ok()?,
    }
    if kind != Kind::Delete {
        std::fs::write(&path, &content).unwrap();
    }
    (kind == Kind::Delete || content != before).then(|| format!("{kind:?} {name} at {place} of {length}"))
}

/// What is in a value of the database is compared with nothing after a process was killed (docs/workspace-files.md).
fn is_within_what_is_said(was_closed: bool, name: &str, kind: Kind) -> bool {
    was_closed || name != DATABASE || !matches!(kind, Kind::FlipBits | Kind::ZeroPage)
}

/// Opens it again: all is there, or it says what is damaged.
async fn judge(folder: tempfile::TempDir, before: &Before, what: &str) -> bool {
    let opening = options(folder.path());
    let opened = tokio::task::spawn_blocking(move || Workspace::open(opening)).await;
    match opened.unwrap_or_else(|panic| panic!("{what}: {panic}")) {
        Err(error) => {
            let said = error.to_string();
            let named = FILES
                .iter()
                .any(|name| said.contains(&*folder.path().join(name).to_string_lossy()));
            assert!(named, "{what}: {said}");
            false
        }
        Ok(workspace) => {
            let running = workspace.serve(any_port()).await.unwrap();
            let site = TestWorkspace::around(running, folder);
            let answers = answers(&site).await;
            assert!(
                answers == before.answers,
                "{what}: it opens, and something is lost or changed"
            );
            site.open_key("staging").await;
            true
        }
    }
}

async fn many(damages: usize, seed: u64) {
    println!("seed {seed}");
    let (before, mut dice) = (Before::make().await, Dice(seed));
    let kinds = [
        Kind::Truncate,
        Kind::ZeroPage,
        Kind::FlipBits,
        Kind::Delete,
        Kind::Older,
    ];
    let (mut done, mut opened) = (0, 0);
    while done < damages {
        let was_closed = dice.below(2) == 0;
        let name = FILES[dice.below(FILES.len())];
        let kind = kinds[dice.below(kinds.len())];
        if !is_within_what_is_said(was_closed, name, kind) {
            continue;
        }
        let left = if was_closed {
            &before.closed
        } else {
            &before.killed
        };
        let folder = copy(left.path());
        let Some(what) = damage(folder.path(), before.older.path(), name, kind, &mut dice) else {
            continue;
        };
        let state = if was_closed { "closed" } else { "killed" };
        let what = format!("seed {seed}, damage {done}, {state}: {what}");
        opened += usize::from(judge(folder, &before, &what).await);
        done += 1;
    }
    println!(
        "attacked: {done} damages: {opened} opened with everything, {} refused",
        done - opened
    );
    assert!(opened > 0 && opened < done, "both happens");
}

fn new_seed() -> u64 {
    let now = protocol::Moment::now().0.as_nanosecond();
    u64::try_from(now).unwrap() | 1
}

#[tokio::test(flavor = "multi_thread")]
async fn random_damages_lose_nothing_without_a_word() {
    // What is always the same, and what nobody has seen yet.
    many(100, 0x5eed_0001).await;
    many(100, new_seed()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a thousand, which takes a while: scripts/attack"]
async fn attack_damages() {
    many(attacks(1000), new_seed()).await;
}

/// Entries of a journal are sealed, so every damage of one shows, and it is never taken for another one; settings are read as
/// what is whole in them, or as none.
#[test]
fn random_damages_of_a_journal_and_of_settings_are_noticed() {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let ids = [
        "0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11",
        "0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c12",
    ]
    .map(|id| EntryId::parse(id).unwrap());
    let text = br#"{"started":"2026-11-24T12:00:00.000Z","shown":null,"scope":"s","project":"p","environment":"e",
        "environment_name":"production","environment_kind":"","work":{"revoke":[{"token":"t","name":"ci","state":"waiting"}]}}"#;
    let sealed = ids
        .each_ref()
        .map(|id| seal_record(&key, id.as_str(), text, &mut system_rng()).unwrap());
    assert!(journal::decode(&key, &ids[0], &sealed[0]).is_ok());
    assert!(
        journal::decode(&key, &ids[0], &sealed[1]).is_err(),
        "another one's"
    );
    let settings = Settings {
        server: Some("https://one.example".to_owned()),
        ..Default::default()
    };
    let settings = settings.write().unwrap();
    let (folder, older, mut dice) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        Dice(new_seed()),
    );
    println!("seed {}", dice.0);
    let kinds = [Kind::Truncate, Kind::ZeroPage, Kind::FlipBits];
    for _ in 0..2000 {
        let kind = kinds[dice.below(kinds.len())];
        for (name, whole) in [("entry", &sealed[0]), ("settings.json", &settings)] {
            std::fs::write(folder.path().join(name), whole).unwrap();
            let Some(what) = damage(folder.path(), older.path(), name, kind, &mut dice) else {
                continue;
            };
            let left = std::fs::read(folder.path().join(name)).unwrap();
            match name {
                "entry" => assert!(journal::decode(&key, &ids[0], &left).is_err(), "{what}"),
                _ => drop(Settings::read(&left)),
            }
        }
    }
}

/// An undamaged folder opens, closed or not: there is no false alarm.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_damaged_opens() {
    let before = Before::make().await;
    for left in [&before.closed, &before.killed] {
        assert!(judge(copy(left.path()), &before, "undamaged").await);
    }
}

/// A newer log beside an older database: SQLite would take it.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_another_state_is_not_taken() {
    let before = Before::make().await;
    let folder = copy(before.killed.path());
    assert!(folder.path().join("workspace.db-wal").exists());
    std::fs::copy(before.older.path().join(DATABASE), folder.path().join(DATABASE)).unwrap();
    let error = Workspace::open(options(folder.path())).unwrap_err().to_string();
    assert!(
        error.contains("changes are neither in it nor in the -wal file"),
        "{error}"
    );
}
