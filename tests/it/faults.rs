//! Every fault at every endpoint of every operation, through a proxy to the real workspace. Each case ends in a pair of
//! sentences and in one of the end states of docs/end-states.md, which is checked on the server; the matrix is printed.
//! Below it, a test for each failure window of docs/protocol.md 7.5.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use client::{ApiAddress, Client, Limits};
use model::{CiTokenOutcome, Problem, Remedy, RetryPolicy};
use protocol::secret::JournalKey;
use protocol::{DeployToken, Lifetime, TokenEntry, TokenName};
use serde_json::Value;
use service::journal::Journal;
use service::{Context, Finished, Issued, LinkedDevice, MissingKey, Place};
use tempfile::TempDir;
use testkit::{CANARY, Endpoint, Fault, FaultProxy, Faults, Secrets, TestWorkspace};
use text::Message;
use workspace::{Running, SampleSize};

mod gateway;

const VARIABLES: usize = 2;

/// A workspace with one active token in hand, copied for every case.
struct Template {
    folder: TempDir,
    pair: Secrets,
}

/// One case's own workspace. Its owner has a journal and little patience.
struct Case {
    workspace: TestWorkspace,
    place: Place,
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(3),
        max_answer: 256 * 1024,
        retry: RetryPolicy {
            first: Duration::from_millis(5),
            factor: 2,
            longest_asked: Duration::from_secs(1),
            ..RetryPolicy::READ
        },
        longest_wait: Duration::from_secs(1),
    }
}

fn context(folder: &Path, running: &Running, url: &str) -> Context {
    let local = running.local();
    let address = ApiAddress::parse(url).unwrap();
    let client = Client::with_limits(address, &local.access_token, limits()).unwrap();
    let device = LinkedDevice {
        id: local.device_id.clone(),
        identity: local.identity.clone(),
    };
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let journal = Journal::open(folder.join("journal"), key, "here");
    Context::new(client, Some(device)).with_journal(Arc::new(journal))
}

async fn template() -> &'static Template {
    static MADE: tokio::sync::OnceCell<Template> = tokio::sync::OnceCell::const_new();
    MADE.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        let site = open(folder).await;
        let issued = service::create(&site.workspace.context, &site.place, &name("ours"), &|_| {})
            .await
            .unwrap();
        let pair = pair(issued).0.unwrap();
        let ended = service::create(&site.workspace.context, &site.place, &name("ended"), &|_| {})
            .await
            .unwrap();
        pair_of_closed(ended);
        service::revoke(&site.workspace.context, &site.place, "ended", &|_| {})
            .await
            .unwrap();
        site.workspace.running.shutdown().await;
        Template {
            folder: site.workspace.folder,
            pair,
        }
    })
    .await
}

async fn open(folder: TempDir) -> Case {
    let mut workspace = TestWorkspace::open(folder, |options| {
        options.sample = SampleSize {
            tokens: Some(1),
            devices: Some(1),
            variables: Some(VARIABLES),
        };
    })
    .await;
    let url = workspace.running.api_url();
    workspace.context = context(workspace.folder.path(), &workspace.running, &url);
    let place = workspace.place("production").await;
    Case { workspace, place }
}

async fn site() -> Case {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(template().await.folder.path())
        .unwrap()
        .flatten()
    {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
    }
    open(folder).await
}

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

/// The secrets, handed over as the command does it; whether they are shared; what is told.
fn pair(mut issued: Issued) -> (Option<Secrets>, bool, Vec<Message>) {
    if let Some(entry) = issued.entry.take() {
        entry.handed_over().unwrap();
    }
    let shared = issued.issuance.share.is_ok();
    let mut told: Vec<Message> = issued
        .issuance
        .notes
        .iter()
        .map(|note| text::note(*note))
        .collect();
    told.extend(issued.issuance.share.as_ref().err().map(text::explain));
    let pair = match issued.issuance.ci_token {
        CiTokenOutcome::Issued(token) => Some(Secrets {
            ci_token: token,
            seed: issued.issuance.seed,
        }),
        _ => None,
    };
    (pair, shared, told)
}

fn pair_of_closed(issued: Issued) {
    drop(pair(issued));
}

impl Case {
    /// What goes along with a registration is not all that is missing then: the key is published for everybody.
    async fn leave_somebody_sealed_for(&self) {
        let (context, called) = (&self.workspace.context, name("left"));
        let left = service::create(context, &self.place, &called, &|_| {}).await;
        let left = left.unwrap();
        self.workspace.revoke_alone(left.issuance.token.id.as_str()).await;
        pair_of_closed(left);
    }

    async fn opens(&self, pair: &Secrets) -> bool {
        let pulled = self.workspace.pull(pair).await;
        pulled.is_ok_and(|it| it.report.problems.is_empty() && it.report.decrypted() == VARIABLES)
    }

    async fn named(&self, name: &str) -> Vec<DeployToken> {
        let all = service::list(&self.workspace.context, &self.place).await.unwrap();
        all.iter()
            .filter_map(TokenEntry::token)
            .filter(|it| it.name == name)
            .cloned()
            .collect()
    }

    async fn active(&self, name: &str) -> usize {
        self.named(name).await.iter().filter(|it| it.is_active()).count()
    }

    /// Takes the first remedy of everything interrupted, until nothing is left; how many there were, and the secrets that come of it.
    async fn resolve(&self) -> (usize, Option<Secrets>) {
        let mut all = service::interrupted(&self.workspace.context).await.unwrap();
        let (count, mut found) = (all.len(), None);
        while let Some(it) = all.pop() {
            match it.remedies().first() {
                Some(Remedy::Show | Remedy::Finish) => {
                    if let Finished::Issued(issued) = service::finish(&self.workspace.context, it, &|_| {})
                        .await
                        .unwrap()
                    {
                        found = pair(*issued).0;
                    }
                }
                Some(Remedy::Discard) => service::discard(it).unwrap(),
                other => panic!("{other:?}: {it:?}"),
            }
            if all.is_empty() {
                // A replacement whose secrets were shown is then still to be finished.
                all = service::interrupted(&self.workspace.context).await.unwrap();
            }
        }
        (count, found)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    List,
    Create,
    Rotate,
    Replace,
    Finish,
    Revoke,
    Delete,
    Reshare,
}

const fn at(method: &'static str, ending: &'static str, from: usize) -> Endpoint {
    Endpoint { method, ending, from }
}

const KEY: Endpoint = at("GET", "/key", 1);
const DEVICES: Endpoint = at("GET", "/devices", 1);
const TOKENS: Endpoint = at("GET", "/deploy-tokens", 1);
const REGISTER: Endpoint = at("POST", "/deploy-tokens", 1);
const ROTATE: Endpoint = at("POST", "/rotate", 1);
const PUBLISH: Endpoint = at("POST", "/key/envelopes", 1);

/// Each endpoint of each operation, and after how many answers it is called.
fn points() -> Vec<(Doing, Endpoint, usize)> {
    let second = |endpoint: Endpoint, from| Endpoint { from, ..endpoint };
    let issue = |doing, write| {
        vec![
            (doing, KEY, 0),
            (doing, DEVICES, 0),
            (doing, TOKENS, 0),
            (doing, write, 3),
            (doing, second(KEY, 2), 4),
            (doing, PUBLISH, 5),
        ]
    };
    let later = |(doing, endpoint, after): (_, Endpoint, _)| {
        let lists = endpoint.ending == "/deploy-tokens" && endpoint.method == "GET";
        let from = endpoint.from + usize::from(lists);
        (doing, second(endpoint, from), after + 1)
    };
    let mut all = vec![(Doing::List, TOKENS, 0)];
    all.extend(issue(Doing::Create, REGISTER));
    all.extend(issue(Doing::Rotate, ROTATE));
    // It lists once before the checks, to find the old token.
    all.push((Doing::Replace, TOKENS, 0));
    all.extend(issue(Doing::Replace, REGISTER).into_iter().map(later));
    all.extend([
        (Doing::Revoke, TOKENS, 0),
        (Doing::Revoke, at("POST", "/revoke", 1), 1),
        (Doing::Revoke, KEY, 2),
        (Doing::Revoke, DEVICES, 2),
        (Doing::Revoke, second(TOKENS, 2), 2),
        (Doing::Revoke, PUBLISH, 5),
        (Doing::Finish, TOKENS, 0),
        (Doing::Finish, at("POST", "/revoke", 1), 1),
        (Doing::Finish, KEY, 2),
        (Doing::Finish, DEVICES, 2),
        (Doing::Finish, second(TOKENS, 2), 2),
        (Doing::Finish, PUBLISH, 5),
        (Doing::Finish, second(TOKENS, 3), 6),
        (Doing::Delete, TOKENS, 0),
        (Doing::Delete, at("DELETE", "", 1), 1),
        (Doing::Reshare, KEY, 0),
        (Doing::Reshare, DEVICES, 0),
        (Doing::Reshare, TOKENS, 0),
        (Doing::Reshare, PUBLISH, 3),
    ]);
    all
}

const RESHARE: &str =
    r#"{"error":{"code":"ENV_KEY_RESHARE_REQUIRED","pending_request_ids":["r1"],"x":"canary-in-the-body"}}"#;
const FIELDS: &str = r#"{"errors":{"name":["is not right"]},"x":"canary-in-the-body"}"#;

fn faults(refused_after: usize) -> Vec<(&'static str, Fault)> {
    vec![
        ("refused", Fault::Refused(refused_after)),
        ("lost before", Fault::LostBefore),
        ("lost after", Fault::LostAfter),
        ("401", Fault::Status(401, "", CANARY)),
        ("403", Fault::Status(403, "", CANARY)),
        ("404", Fault::Status(404, "", CANARY)),
        ("409", Fault::Status(409, "", RESHARE)),
        ("422", Fault::Status(422, "", FIELDS)),
        ("429", Fault::Status(429, "retry-after: 1\r\n", CANARY)),
        ("500 but acted", Fault::ActedBut(500)),
        ("503", Fault::Status(503, "", CANARY)),
        ("cut", Fault::Cut),
        ("1 GB", Fault::Huge),
        ("not JSON", Fault::Body(CANARY)),
        (
            "wrong shape",
            Fault::Body(r#"{"data":5,"x":"canary-in-the-body"}"#),
        ),
        ("silence", Fault::Silence),
    ]
}

/// Whether the tokens can be listed once something was asked for.
#[derive(Clone, Copy, PartialEq)]
enum Afterwards {
    List,
    NoList,
}

/// Runs one case and gives the end state that it came to, checked on the server.
async fn case(doing: Doing, endpoint: Endpoint, fault: Fault) -> String {
    case_with(doing, endpoint, fault, Afterwards::List).await
}

async fn case_with(doing: Doing, endpoint: Endpoint, fault: Fault, after: Afterwards) -> String {
    let (site, ours) = (site().await, &template().await.pair);
    let (place, quiet) = (&site.place, &|_| {});
    let old = site.named("ours").await.pop();
    if endpoint.ending == PUBLISH.ending && matches!(doing, Doing::Create | Doing::Rotate | Doing::Replace) {
        site.leave_somebody_sealed_for().await;
    }
    let successor = match doing {
        Doing::Finish => {
            pair(
                service::replace(&site.workspace.context, place, "ours", Lifetime::default(), quiet)
                    .await
                    .unwrap(),
            )
            .0
        }
        _ => None,
    };
    let proxy = FaultProxy::at(site.workspace.running.address(), endpoint, fault);
    let through = context(site.workspace.folder.path(), &site.workspace.running, &proxy.url);
    let lists = format!("?environment_id={}", place.environment.id.as_str());
    let blind = |step| {
        if after == Afterwards::NoList && matches!(step, model::Step::Register | model::Step::Revoke) {
            proxy.block(vec![lists.clone()]);
        }
    };
    let quiet = &blind;
    let mut told = Vec::new();
    let mut handed = None;
    let mut shared = true;
    let mut take = |outcome: Result<Issued, Problem>| match outcome {
        Ok(issued) => {
            let (pair, is_shared, said) = pair(issued);
            (handed, shared) = (pair, is_shared);
            told.extend(said);
            Ok(())
        }
        Err(error) => Err(error),
    };
    let outcome = match doing {
        Doing::List => service::list(&through, place).await.map(drop),
        Doing::Create => take(service::create(&through, place, &name("new"), quiet).await),
        Doing::Rotate => take(service::rotate(&through, place, "ours", Lifetime::default(), quiet).await),
        Doing::Replace => take(service::replace(&through, place, "ours", Lifetime::default(), quiet).await),
        Doing::Finish => {
            let id = old.as_ref().unwrap().id.as_str();
            let done = service::finish_replacement(&through, place, id, None, quiet).await;
            done.map(|done| {
                shared = done.share.is_ok();
                told.extend(done.share.as_ref().err().map(text::explain));
                told.extend(done.proof.as_ref().err().map(text::explain));
            })
        }
        Doing::Revoke => service::revoke(&through, place, "ours", quiet).await.map(|done| {
            shared = done.share.is_ok();
            told.extend(done.share.as_ref().err().map(text::explain));
        }),
        Doing::Delete => service::delete(&through, place, "ended").await.map(drop),
        Doing::Reshare => service::reshare(&through, place, MissingKey::Refuse, quiet)
            .await
            .map(drop),
    };
    told.extend(outcome.as_ref().err().map(text::explain));
    assert!(proxy.fired(), "the fault never came to be");
    assert!(
        proxy.streamed() < 32 * 1024 * 1024,
        "{} bytes were taken",
        proxy.streamed()
    );
    let access = site.workspace.running.local().access_token.expose();
    for Message { what, next } in &told {
        assert!(!what.trim().is_empty() && !next.trim().is_empty());
        for never in [
            CANARY,
            access,
            "gtok_",
            "http://",
            "/api/v2",
            ours.ci_token.expose(),
            ours.seed.to_base64().expose(),
        ] {
            assert!(!format!("{what} {next}").contains(never), "«{what} {next}»");
        }
    }
    assert!(outcome.is_ok() && shared || !told.is_empty(), "nothing was told");

    let waits = service::replacements(&site.workspace.context, place).unwrap();
    let waits = waits.iter().filter(|it| it.handed_over).count();
    if doing == Doing::Replace && handed.is_some() {
        assert_eq!(waits, 1, "it waits for the old token's end");
    }
    if doing == Doing::Finish {
        assert_eq!(waits == 0, outcome.is_ok(), "it is finished, or waits on");
        assert!(site.opens(successor.as_ref().unwrap()).await);
    }
    let (kept, resumed) = site.resolve().await;
    let kept = kept - waits;
    let in_hand = handed.or(resumed);
    if !shared {
        service::reshare(&site.workspace.context, place, MissingKey::Refuse, quiet)
            .await
            .unwrap();
    }
    let state = match (outcome.is_ok(), shared, kept) {
        (true, true, 0) => "done",
        (true, false, 0) => "done, not shared",
        (false, _, 0) => "unchanged",
        (false, _, _) => "in the journal",
        _ => panic!("handed over, and still in the journal"),
    };
    let end = match doing {
        Doing::List | Doing::Reshare => {
            assert!(site.opens(ours).await, "the others still work");
            state.to_owned()
        }
        Doing::Create => {
            assert_eq!(site.active("new").await, usize::from(in_hand.is_some()));
            if let Some(pair) = &in_hand {
                assert!(site.opens(pair).await);
            }
            assert!(site.opens(ours).await, "the others still work");
            assert!(state != "unchanged" || in_hand.is_none());
            state.to_owned()
        }
        Doing::Rotate => {
            assert_eq!(site.active("ours").await, 1);
            assert!(site.opens(in_hand.as_ref().unwrap_or(ours)).await);
            state.to_owned()
        }
        Doing::Replace => {
            let made = in_hand.is_some();
            if let Some(pair) = &in_hand {
                assert!(site.opens(pair).await, "the successor works");
            }
            // `resolve` has finished what waited.
            assert_eq!(
                site.opens(ours).await,
                !made,
                "the old one works as long as it is alone"
            );
            assert_eq!(site.active("ours").await, 1);
            assert!(state != "unchanged" || !made);
            state.to_owned()
        }
        Doing::Finish => {
            assert!(!site.opens(ours).await, "at once, or when it was finished again");
            assert!(site.opens(successor.as_ref().unwrap()).await);
            assert_eq!(site.active("ours").await, 1);
            if outcome.is_ok() { state } else { "waits on" }.to_owned()
        }
        Doing::Revoke => {
            let left = site.active("ours").await;
            assert_eq!(site.opens(ours).await, left == 1);
            assert_eq!(left, usize::from(state == "unchanged"));
            state.to_owned()
        }
        Doing::Delete => {
            let left = site.named("ended").await.len();
            assert!(outcome.is_err() || left == 0);
            state.to_owned()
        }
    };
    site.workspace.running.shutdown().await;
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_matrix() {
    template().await;
    let room = Arc::new(tokio::sync::Semaphore::new(12));
    let mut rows = Vec::new();
    for (doing, endpoint, refused_after) in points() {
        for (label, fault) in faults(refused_after) {
            let room = Arc::clone(&room);
            let title = format!(
                "{doing:?} {} {}@{}",
                endpoint.method, endpoint.ending, endpoint.from
            );
            rows.push((
                title,
                label,
                tokio::spawn(async move {
                    let _place = room.acquire().await.unwrap();
                    case(doing, endpoint, fault).await
                }),
            ));
        }
    }
    let (mut count, mut failed, mut last) = (0, 0, String::new());
    for (title, label, row) in rows {
        if title != last {
            println!("{title}");
            last = title;
        }
        count += 1;
        match row.await {
            Ok(state) => println!("    {label:<14} {state}"),
            Err(_) => {
                failed += 1;
                println!("    {label:<14} NOT ALLOWED");
            }
        }
    }
    println!("{count} cases, {failed} not allowed");
    assert_eq!(failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_a_lost_answer_is_healed() {
    assert_eq!(case(Doing::Create, REGISTER, Fault::LostAfter).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_an_unreadable_answer_is_healed_and_its_meta_rescued() {
    assert_eq!(case(Doing::Create, REGISTER, Fault::Body("")).await, "done");
    let nameless: fn(&mut Value) = |answer| answer["data"]["attributes"]["name"] = Value::Null;
    assert_eq!(case(Doing::Create, REGISTER, Fault::Edit(nameless)).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_without_a_device_nothing_is_registered() {
    let site = site().await;
    let nobody = site.workspace.context.clone().with_device(None);
    let refused = service::create(&nobody, &site.place, &name("new"), &|_| {}).await;
    assert!(matches!(refused, Err(Problem::NoDevice)));
    assert_eq!(site.active("new").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_key_that_is_not_shared_stops_it_before_registering() {
    assert_eq!(
        case(Doing::Create, KEY, Fault::Status(409, "", RESHARE)).await,
        "unchanged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c5_lists_are_fetched_before_anything_is_registered() {
    assert_eq!(case(Doing::Create, TOKENS, Fault::LostBefore).await, "unchanged");
    let malformed: fn(&mut Value) = |answer| answer["data"][0]["attributes"]["name"] = Value::Null;
    assert_eq!(case(Doing::Create, TOKENS, Fault::Edit(malformed)).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_a_publication_that_fails_loses_no_secret() {
    assert_eq!(
        case(Doing::Create, PUBLISH, Fault::Status(500, "", "")).await,
        "done, not shared"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_an_unusable_echo_is_not_called_a_success() {
    let echoes: [fn(&mut Value); 2] = [
        |answer| answer["data"]["attributes"]["public_key"] = "AAAA".into(),
        |answer| answer["data"]["attributes"]["status"] = "revoked".into(),
    ];
    for echo in echoes {
        assert_eq!(
            case(Doing::Create, REGISTER, Fault::Edit(echo)).await,
            "done, not shared"
        );
    }
}

/// Runs the program on the local workspace in a folder.
fn program(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = testkit::commands();
    command.arg("--data").arg(folder).arg("--local").args(arguments);
    command.env_remove("RUST_LOG").output().unwrap()
}

/// Who was to read the secrets goes away while they are made.
#[tokio::test(flavor = "multi_thread")]
async fn c8_an_output_that_cannot_be_written_loses_no_secret() {
    let site = TestWorkspace::start().await;
    let proxy = FaultProxy::start(site.running.address(), Faults::default());
    proxy.hold(REGISTER);
    let mut command = testkit::commands();
    command.arg("--data").arg(site.folder.path());
    command.args([
        "--api", &proxy.url, "create", "--env", "staging", "--name", "full",
    ]);
    // Exposed to sign in as a script does.
    command.env("GHOSTABLE_TOKEN", site.local().access_token.expose());
    command
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while proxy.held() == 0 {
        assert!(Instant::now() < until, "{:?}", proxy.seen());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(child.stdout.take());
    proxy.let_go();
    let failed = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(
        said.contains("The values are kept here.") && said.contains("deploy-tokens pending"),
        "{said}"
    );
    let pending = site.run_at(&proxy.url, &["pending", "--json"], "", &[]);
    let pending: Value = serde_json::from_slice(&pending.stdout).unwrap();
    let (id, state) = (pending[0]["id"].as_str().unwrap(), &pending[0]["state"]);
    assert!(said.contains(&format!("deploy-tokens resume {id}")), "{said}");
    assert_eq!(state, "complete");
    let shown = site.run_at(&proxy.url, &["resume", id], "", &[]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("GHOSTABLE_CI_TOKEN="));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_do_not_work_are_told_with_the_repair_unless_nobody_asked() {
    let site = site().await;
    site.workspace.drops_what_is_sealed_for_tokens(true);
    let lies = Fault::Status(200, "", r#"{"data":{}}"#);
    let proxy = FaultProxy::at(site.workspace.running.address(), PUBLISH, lies);
    let run = |rest: &[&str]| {
        let mut command = testkit::commands();
        command.arg("--data").arg(site.workspace.folder.path());
        command.args(["--api", &proxy.url, "create", "--env", "production"]);
        // Exposed to sign in as a script does.
        command.env(
            "GHOSTABLE_TOKEN",
            site.workspace.running.local().access_token.expose(),
        );
        command.args(rest).env_remove("RUST_LOG").output().unwrap()
    };
    for (rest, warned) in [
        (&["--name", "new"][..], true),
        (&["--name", "two", "--no-verify"], false),
    ] {
        let done = run(rest);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "{said}");
        assert!(String::from_utf8_lossy(&done.stdout).contains("GHOSTABLE_DEPLOY_SEED="));
        assert_eq!(said.contains("decrypts 0 of 2 variables"), warned, "{said}");
        assert_eq!(said.contains("Share the key again"), warned, "{said}");
        assert!(!said.contains("Verified"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c9_an_answer_without_a_ci_token_is_told() {
    let site = site().await;
    let edit: fn(&mut Value) = |answer| drop(answer.as_object_mut().unwrap().remove("meta"));
    let proxy = FaultProxy::at(site.workspace.running.address(), REGISTER, Fault::Edit(edit));
    let through = context(site.workspace.folder.path(), &site.workspace.running, &proxy.url);
    let issued = service::create(&through, &site.place, &name("new"), &|_| {})
        .await
        .unwrap();
    assert!(matches!(issued.issuance.ci_token, CiTokenOutcome::Missing));
}

#[test]
fn c10_an_existing_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets");
    std::fs::write(&file, "another token's").unwrap();
    let out = file.to_str().unwrap();
    let refused = program(folder.path(), &["create", "--env", "staging", "--out", out]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "another token's");
}

/// At every step: tests/it/crash.rs. Here, the network going for good in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn c11_an_interruption_between_the_steps_loses_nothing() {
    let all = at("POST", "", 1);
    assert_eq!(case(Doing::Create, all, Fault::LostAfter).await, "in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_whatever_fails_after_rotating_the_new_seed_is_not_lost() {
    for fault in [Fault::LostAfter, Fault::Cut, Fault::Body("")] {
        let end = case(Doing::Rotate, ROTATE, fault).await;
        assert!(end == "in the journal" || end == "done", "{end}");
    }
    assert_eq!(
        case(Doing::Rotate, PUBLISH, Fault::Status(500, "", "")).await,
        "done, not shared"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_a_revocation_that_is_not_shared_is_a_success_that_says_so() {
    assert_eq!(
        case(Doing::Revoke, PUBLISH, Fault::Status(500, "", "")).await,
        "done, not shared"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_an_unknown_token_is_refused_and_no_other_is_offered() {
    let site = site().await;
    let refused = service::revoke(&site.workspace.context, &site.place, "nobody", &|_| {}).await;
    assert!(matches!(refused, Err(Problem::Find(_))));
    assert_eq!(site.active("ours").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_nothing_is_published_without_the_publisher() {
    let alone: fn(&mut Value) = |answer| answer["data"] = Value::Array(Vec::new());
    assert_eq!(
        case(Doing::Reshare, DEVICES, Fault::Edit(alone)).await,
        "unchanged"
    );
    assert_eq!(
        case(Doing::Create, DEVICES, Fault::Edit(alone)).await,
        "unchanged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_two_at_once_do_not_drop_each_others_tokens() {
    let site = site().await;
    let other = context(
        site.workspace.folder.path(),
        &site.workspace.running,
        &site.workspace.running.api_url(),
    );
    let (one, two) = (name("one"), name("two"));
    let quiet = &|_| {};
    let (one, two) = tokio::join!(
        service::create(&site.workspace.context, &site.place, &one, quiet),
        service::create(&other, &site.place, &two, quiet),
    );
    for issued in [one.unwrap(), two.unwrap()] {
        assert!(site.opens(&pair(issued).0.unwrap()).await);
    }
}

/// There is no cache to be written after publishing; what is written then is the journal, and losing it loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn s3_a_disk_that_fails_after_publishing_loses_no_secret() {
    let site = site().await;
    let journal = site.workspace.folder.path().join("journal");
    let gone = OnceLock::new();
    let progress = |step| {
        if step == model::Step::ReadBack {
            gone.get_or_init(|| std::fs::remove_dir_all(&journal).unwrap());
        }
    };
    let mut issued = service::create(&site.workspace.context, &site.place, &name("new"), &progress)
        .await
        .unwrap();
    assert!(gone.get().is_some() && issued.issuance.share.is_ok());
    issued.entry = None;
    assert!(site.opens(&pair(issued).0.unwrap()).await);
}
