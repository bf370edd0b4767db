//! Replacing a token without downtime, over real HTTP: who can deploy at each moment, what is remembered, and the
//! commands for it.

use std::process::Output;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use client::{ApiAddress, Client};
use model::{
    CallError, Finding, IssuanceKind, Problem, Proof, Replacement, ReplacementState, ResumeError, WrongState,
};
use protocol::secret::JournalKey;
use protocol::{DeployTokenId, Lifetime, Occurrence, TokenName};
use serde_json::Value;
use service::journal::Journal;
use service::{Context, Finished, Issued, Place};
use testkit::{Endpoint, Fault, FaultProxy};
use testkit::{Secrets, Shell, TestWorkspace, assert_complete, silent};

const PRODUCTION: usize = 12;

/// A workspace with a journal, and a token that runners use.
struct Scene {
    world: TestWorkspace,
    context: Context,
    place: Place,
    id: DeployTokenId,
    old: Secrets,
}

impl Scene {
    async fn start() -> Self {
        let world = TestWorkspace::start().await;
        let place = world.place("production").await;
        let context = journaled(&world, Duration::from_secs(900));
        let name = TokenName::parse("ci").unwrap();
        let mut issued = service::create(&context, &place, &name, &silent).await.unwrap();
        issued.entry.take().unwrap().handed_over().unwrap();
        Self {
            old: Secrets::of(&issued),
            id: issued.issuance.token.id,
            world,
            context,
            place,
        }
    }

    async fn replace(&self) -> Result<Issued, Problem> {
        service::replace(
            &self.context,
            &self.place,
            self.id.as_str(),
            Lifetime::default(),
            &silent,
        )
        .await
    }

    /// Replaces, and hands the secrets over.
    async fn successor(&self) -> (DeployTokenId, Secrets) {
        let mut issued = self.replace().await.unwrap();
        issued.entry.take().unwrap().handed_over().unwrap();
        (issued.issuance.token.id.clone(), Secrets::of(&issued))
    }

    fn replacements(&self) -> Vec<Replacement> {
        service::replacements(&self.context, &self.place).unwrap()
    }

    async fn progress(&self) -> ReplacementState {
        let (listed, _) = service::list_with_uses(&self.context, &self.place).await.unwrap();
        self.replacements()[0].progress(&listed)
    }

    async fn finish(&self, wanted: &str) -> Result<service::Replaced, Problem> {
        let known = Some(&self.old.ci_token);
        service::finish_replacement(&self.context, &self.place, wanted, known, &silent).await
    }

    async fn works(&self, secrets: &Secrets) {
        assert_complete(&self.world.pull(secrets).await.unwrap(), PRODUCTION);
    }

    async fn is_refused(&self, secrets: &Secrets) {
        let pulled = self.world.pull(secrets).await;
        assert!(matches!(pulled, Err(Problem::Call(CallError::Unauthorized))));
    }
}

fn journaled(world: &TestWorkspace, deadline: Duration) -> Context {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let journal = Journal::open(world.folder.path().join("journal"), key, "here")
        .with_patience(Duration::from_millis(200))
        .with_deadline(deadline);
    world.context.clone().with_journal(Arc::new(journal))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_work_until_it_is_finished_and_then_the_old_one_is_refused() {
    let scene = Scene::start().await;
    let mut issued = scene.replace().await.unwrap();
    assert_eq!(
        (issued.issuance.kind, issued.issuance.token.name.as_str()),
        (IssuanceKind::Replace, "ci")
    );
    let (id, new) = (issued.issuance.token.id.clone(), Secrets::of(&issued));
    assert_ne!(id, scene.id);
    assert!(!new.ci_token.ct_eq(&scene.old.ci_token) && !new.seed.ct_eq(&scene.old.seed));
    scene.works(&scene.old).await;
    scene.works(&new).await;

    assert_eq!(scene.progress().await, ReplacementState::Issuing);
    assert!(
        matches!(scene.finish("ci").await, Err(Problem::Busy)),
        "its sheet is open"
    );
    issued.entry.take().unwrap().handed_over().unwrap();
    let it = &scene.replacements()[0];
    assert_eq!((&it.old, it.successor.as_ref()), (&scene.id, Some(&id)));
    assert_eq!(scene.context.journal.as_ref().unwrap().interrupted().len(), 0);

    let done = scene.finish("ci").await.unwrap();
    assert_eq!((done.old, done.successor.id), (scene.id.clone(), id));
    assert!(done.share.is_ok());
    assert_eq!(
        done.proof.unwrap(),
        Proof::RunnerRefused,
        "its CI token was tried"
    );
    scene.is_refused(&scene.old).await;
    scene.works(&new).await;
    assert_eq!(scene.replacements(), []);
    let again = scene.finish("ci").await;
    assert!(matches!(
        again,
        Err(Problem::WrongState(WrongState::NotBeingReplaced))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn use_by_ci_is_told_from_our_own_check() {
    let scene = Scene::start().await;
    let (id, new) = scene.successor().await;
    assert_eq!(scene.progress().await, ReplacementState::Unused);
    // What the program does after handing over: it acts as the runner.
    let own = service::verify::check(&scene.context, &id, &new.ci_token, &new.seed);
    assert!(own.await.unwrap().is_complete());
    assert_eq!(scene.progress().await, ReplacementState::Unused);
    let found = service::interrupted(&scene.context).await.unwrap();
    assert!(matches!(
        &found[0].finding,
        Finding::Waiting {
            used: Occurrence::Never
        }
    ));
    drop(found);
    // In the same second: of two fetches one is CI's.
    scene.works(&new).await;
    assert!(matches!(scene.progress().await, ReplacementState::Used(_)));
    let found = service::interrupted(&scene.context).await.unwrap();
    assert!(matches!(
        &found[0].finding,
        Finding::Waiting {
            used: Occurrence::At(_)
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ci_token_proves_nothing_and_the_list_is_asked() {
    let scene = Scene::start().await;
    let (_, new) = scene.successor().await;
    let known = Some(&new.ci_token);
    let done = service::finish_replacement(&scene.context, &scene.place, "ci", known, &silent).await;
    assert_eq!(done.unwrap().proof.unwrap(), Proof::Listed);
    scene.is_refused(&scene.old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_begun_that_cannot_be_remembered_or_is_under_way() {
    let scene = Scene::start().await;
    let refused = service::replace(
        &scene.world.context,
        &scene.place,
        "ci",
        Lifetime::default(),
        &silent,
    )
    .await;
    let Err(error @ Problem::NoJournal) = refused else {
        panic!("{refused:?}")
    };
    assert!(text::explain(&error).next.contains("Nothing was changed"));

    let (id, _) = scene.successor().await;
    for part in [&scene.id, &id] {
        let twice = service::replace(
            &scene.context,
            &scene.place,
            part.as_str(),
            Lifetime::default(),
            &silent,
        )
        .await;
        assert!(matches!(
            twice,
            Err(Problem::WrongState(WrongState::BeingReplaced))
        ));
    }
    let listed = service::list(&scene.context, &scene.place).await.unwrap();
    let named = |it: &&protocol::TokenEntry| it.token().is_some_and(|it| it.name == "ci");
    assert_eq!(listed.iter().filter(named).count(), 2, "none was made meanwhile");
    service::revoke(&scene.context, &scene.place, scene.id.as_str(), &silent)
        .await
        .unwrap();
    service::forget_replacement(&scene.context, &scene.place, scene.id.as_str()).unwrap();
    let ended = scene.replace().await;
    assert!(matches!(
        ended,
        Err(Problem::WrongState(WrongState::AlreadyRevoked))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_token_stays_when_its_successor_is_gone() {
    let scene = Scene::start().await;
    let (id, _) = scene.successor().await;
    service::revoke(&scene.context, &scene.place, id.as_str(), &silent)
        .await
        .unwrap();
    let refused = scene.finish("ci").await;
    assert!(matches!(
        refused,
        Err(Problem::WrongState(WrongState::SuccessorGone))
    ));
    assert_eq!(scene.progress().await, ReplacementState::SuccessorGone);
    scene.works(&scene.old).await;
    service::forget_replacement(&scene.context, &scene.place, "ci").unwrap();
    // And it can be replaced anew.
    let (_, new) = scene.successor().await;
    scene.finish("ci").await.unwrap();
    scene.works(&new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_that_was_revoked_meanwhile_is_only_tidied_up() {
    let scene = Scene::start().await;
    let (_, new) = scene.successor().await;
    service::revoke(&scene.context, &scene.place, scene.id.as_str(), &silent)
        .await
        .unwrap();
    assert_eq!(scene.progress().await, ReplacementState::OldGone);
    assert!(scene.finish("ci").await.unwrap().proof.is_ok());
    scene.works(&new).await;
    assert_eq!(scene.replacements(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn shown_secrets_leave_the_journal_at_their_deadline_and_the_replacement_stays() {
    let scene = Scene::start().await;
    let mut issued = scene.replace().await.unwrap();
    let (entry, written) = issued.entry.take().unwrap().shown();
    written.unwrap();
    drop(entry);
    let found = service::interrupted(&scene.context).await.unwrap();
    assert!(matches!(found[0].finding, Finding::Complete), "{found:?}");
    assert_eq!(scene.progress().await, ReplacementState::Issuing);
    drop(found);

    let later = journaled(&scene.world, Duration::ZERO);
    let found = service::interrupted(&later).await.unwrap();
    assert!(matches!(found[0].finding, Finding::Waiting { .. }), "{found:?}");
    assert!(!scene.replacements()[0].handed_over, "a look changes nothing");
    service::tidy(&later).await.unwrap();
    assert!(scene.replacements()[0].handed_over);
    let mut found = service::interrupted(&later).await.unwrap();
    let done = service::finish(&later, found.remove(0), &silent).await.unwrap();
    assert!(
        matches!(done, Finished::Replaced(_)),
        "there is nothing to show any more"
    );
    scene.is_refused(&scene.old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_keeps_nobody_from_finishing_and_changes_nothing() {
    let scene = Scene::start().await;
    scene.successor().await;
    let journal = scene.world.folder.path().join("journal");
    let files = || {
        let listed = std::fs::read_dir(&journal)
            .unwrap()
            .map(|file| file.unwrap().path());
        let mut files: Vec<_> = listed.map(|path| (std::fs::read(&path).unwrap(), path)).collect();
        files.sort();
        files
    };
    let before = files();
    let mut found = service::interrupted(&scene.context).await.unwrap();
    assert!(matches!(found[0].finding, Finding::Waiting { .. }), "{found:?}");
    service::revocation::unfinished(&scene.context);
    service::revocation::KnownCiTokens::held_here(&scene.context);
    assert_eq!(files(), before);

    // Another window finishes it while this one shows what it saw.
    let other = journaled(&scene.world, Duration::from_secs(900));
    let mut seen = service::interrupted(&other).await.unwrap();
    let done = service::finish(&other, seen.remove(0), &silent).await.unwrap();
    assert!(matches!(done, Finished::Replaced(_)));
    scene.is_refused(&scene.old).await;
    let late = service::finish(&scene.context, found.remove(0), &silent).await;
    assert!(
        matches!(late, Err(Problem::NotResumable(ResumeError::NotActive))),
        "{late:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_handed_over_cannot_be_finished() {
    let scene = Scene::start().await;
    drop(scene.replace().await.unwrap());
    let early = scene.finish("ci").await;
    assert!(
        matches!(early, Err(Problem::NotResumable(ResumeError::NotHandedOver))),
        "{early:?}"
    );
    scene.works(&scene.old).await;
}

/// What the list of tokens looks like where entries called `ci` cannot be read.
fn cut_names(answer: &mut Value, with_id: bool) {
    for entry in answer["data"].as_array_mut().unwrap() {
        let attributes = match entry.get("attributes") {
            Some(_) => &mut entry["attributes"],
            None => &mut *entry,
        };
        if attributes["name"] == "ci" {
            for member in ["status", "revoked_at", "public_key"] {
                attributes[member] = Value::from(vec!["cut"]);
            }
            if !with_id {
                entry["id"] = Value::Null;
            }
        }
    }
}

const LIST: Endpoint = Endpoint {
    method: "GET",
    ending: "/deploy-tokens",
    from: 1,
};

impl Scene {
    /// The same journal and workspace, behind a proxy.
    fn behind(&self, endpoint: Endpoint, fault: Fault) -> (FaultProxy, Context) {
        let proxy = FaultProxy::at(self.world.running.address(), endpoint, fault);
        let token = &self.world.running.local().access_token;
        let client = Client::new(ApiAddress::parse(&proxy.url).unwrap(), token).unwrap();
        let context = Context::new(client, self.context.device.clone());
        let journal = self.context.journal.clone().unwrap();
        (proxy, context.with_journal(journal))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_whose_entry_cannot_be_read_is_revoked_all_the_same() {
    static NEW: OnceLock<String> = OnceLock::new();
    fn all_but_the_successor(answer: &mut Value) {
        let entries = answer["data"].as_array().unwrap();
        let new = entries.iter().find(|it| it["id"] == NEW.get().unwrap().as_str());
        let (new, index) = (
            new.unwrap().clone(),
            entries.iter().position(|it| Some(it) == new),
        );
        cut_names(answer, true);
        answer["data"][index.unwrap()] = new;
    }
    let scene = Scene::start().await;
    let (id, new) = scene.successor().await;
    NEW.set(id.to_string()).unwrap();
    let (_proxy, context) = scene.behind(LIST, Fault::Edit(all_but_the_successor));
    let done = service::finish_replacement(&context, &scene.place, "ci", None, &silent).await;
    let proof = done.unwrap().proof;
    assert!(
        matches!(proof, Err(Problem::Call(CallError::Malformed(_)))),
        "the list proves nothing: {proof:?}"
    );
    scene.is_refused(&scene.old).await;
    scene.works(&new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_whose_record_was_deleted_is_gone() {
    let scene = Scene::start().await;
    scene.successor().await;
    let id = scene.id.as_str();
    service::revoke(&scene.context, &scene.place, id, &silent)
        .await
        .unwrap();
    service::delete(&scene.context, &scene.place, id).await.unwrap();
    assert_eq!(scene.finish("ci").await.unwrap().proof.unwrap(), Proof::Listed);
    assert_eq!(scene.replacements(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_waits_and_cannot_be_read_is_still_revoked() {
    let scene = Scene::start().await;
    let revoke = Endpoint {
        method: "POST",
        ending: "/revoke",
        from: 1,
    };
    let (_lost, context) = scene.behind(revoke, Fault::LostBefore);
    let begun = service::revoke(&context, &scene.place, scene.id.as_str(), &silent).await;
    assert!(begun.is_err());
    scene.works(&scene.old).await;
    let (_cut, context) = scene.behind(LIST, Fault::Edit(|answer| cut_names(answer, true)));
    let mut found = service::interrupted(&context).await.unwrap();
    let done = service::finish(&context, found.remove(0), &silent).await.unwrap();
    assert!(matches!(done, Finished::Revoked(_)));
    scene.is_refused(&scene.old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_is_kept_while_an_entry_that_may_be_its_token_cannot_be_read() {
    let scene = Scene::start().await;
    let create = Endpoint {
        method: "POST",
        ending: "/deploy-tokens",
        from: 1,
    };
    // The server acts, and this program ends before it hears of it.
    let (silence, context) = scene.behind(create, Fault::Silence);
    let name = TokenName::parse("ci").unwrap();
    let creating = service::create(&context, &scene.place, &name, &silent);
    let ended = tokio::time::timeout(Duration::from_secs(2), creating).await;
    assert!(ended.is_err() && silence.fired());
    let kept = |found: &[service::Interrupted]| {
        let unreadable = |it: &service::Interrupted| {
            matches!(
                &it.finding,
                Finding::Unknown(Problem::Call(CallError::Malformed(_)))
            )
        };
        assert!(!found.is_empty() && found.iter().all(unreadable), "{found:?}");
    };
    let with_id: fn(&mut Value) = |answer| cut_names(answer, true);
    let without: fn(&mut Value) = |answer| cut_names(answer, false);
    for cut in [with_id, without] {
        let (_cut, context) = scene.behind(LIST, Fault::Edit(cut));
        kept(&service::interrupted(&context).await.unwrap());
    }
    let mut found = service::interrupted(&scene.context).await.unwrap();
    let done = service::finish(&scene.context, found.remove(0), &silent)
        .await
        .unwrap();
    let Finished::Issued(issued) = done else {
        panic!("{done:?}")
    };
    scene.works(&Secrets::of(&issued)).await;
    // The server has answered now, so that its id is known.
    drop(issued);
    for cut in [with_id, without] {
        let (_cut, context) = scene.behind(LIST, Fault::Edit(cut));
        kept(&service::interrupted(&context).await.unwrap());
    }
}

/// The ids of the tokens that are being replaced.
fn being_replaced(shell: &Shell) -> Vec<String> {
    let listed = shell.json(&["list", "--env", "production", "--json"]);
    let all = listed.as_array().unwrap().iter();
    all.filter(|token| token["being_replaced"] == true)
        .map(|token| token["id"].as_str().unwrap().to_owned())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn replace<'a>(token: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["replace", "--env", "production", token];
    all.extend(rest);
    all
}

#[test]
fn a_script_replaces_and_finishes() {
    let shell = Shell::new();
    let old = shell.json(&["create", "--env", "production", "--name", "ci", "--json"]);
    let id = old["token"]["id"].as_str().unwrap();
    assert_eq!(being_replaced(&shell), [""; 0]);
    let begun = shell.ok(&replace("ci", &["--json"]));
    let new: Value = serde_json::from_slice(&begun.stdout).unwrap();
    let successor = new["token"]["id"].as_str().unwrap();
    assert!(said(&begun).contains("decrypts 12 of 12"), "{}", said(&begun));
    let way_out = format!("replace --env production --finish {successor}");
    assert!(said(&begun).contains(&way_out), "{}", said(&begun));
    assert_eq!(
        (shell.verify(&old), being_replaced(&shell)),
        (Some(0), vec![id.to_owned()])
    );
    let table = shell.ok(&["list", "--env", "production"]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("being replaced"));
    assert!(
        !said(&table).contains("interrupted"),
        "it waits, and is not interrupted"
    );

    let pending = &shell.json(&["pending", "--json"])[0];
    assert_eq!(
        (&pending["operation"], &pending["state"], &pending["token"]),
        (&"replace".into(), &"waiting".into(), &id.into())
    );
    assert!(
        pending["says"]
            .as_str()
            .unwrap()
            .contains("has not been used yet"),
        "{pending}"
    );
    assert_eq!(shell.verify(&new), Some(0));
    let pending = &shell.json(&["pending", "--json"])[0];
    assert!(
        pending["says"].as_str().unwrap().contains("not been used yet"),
        "a check is no use by CI: {pending}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("env");
    let pulled = shell.run_as_runner(&new, &["pull", "--file", file.to_str().unwrap()]);
    assert_eq!(pulled.status.code(), Some(0), "{}", said(&pulled));
    let pending = &shell.json(&["pending", "--json"])[0];
    assert!(
        pending["says"].as_str().unwrap().contains("was used just now"),
        "{pending}"
    );

    let known = old["ci_token"].as_str().unwrap();
    let done = shell.run_with(&replace("ci", &["--finish"]), &[("GHOSTABLE_CI_TOKEN", known)]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "");
    assert!(said(&done).contains("was used just now"), "{}", said(&done));
    assert!(
        said(&done).contains("the server refused its CI token"),
        "{}",
        said(&done)
    );
    assert_eq!((shell.verify(&old), shell.verify(&new)), (Some(3), Some(0)));
    assert_eq!(shell.json(&["pending", "--json"]).as_array().unwrap().len(), 0);

    let nothing = shell.run(&replace(successor, &["--finish"]));
    assert_eq!(nothing.status.code(), Some(1));
    assert!(said(&nothing).contains("being replaced"), "{}", said(&nothing));
    let wrong = shell.run(&replace("ci", &["--finish", "--json"]));
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_journal_that_cannot_be_read_hides_no_token() {
    let shell = Shell::new();
    shell.ok(&["create", "--env", "production", "--name", "ci", "--json"]);
    let folder = std::path::Path::new(&shell.data()).join("journal");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    let listed = shell.json(&["list", "--env", "production", "--json"]);
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|token| token["name"] == "ci")
    );
}

#[test]
fn the_deadline_of_the_journal_is_a_comfort_that_stops_nothing() {
    const MINUTES: &str = "DEPLOY_TOKENS_JOURNAL_MINUTES";
    let shell = Shell::new();
    for (number, wrong) in ["abc", "0", "1441", "-5", "1.5", "18446744073709551616"]
        .iter()
        .enumerate()
    {
        let name = format!("ci-{number}");
        let wrong = [(MINUTES, *wrong)];
        let made = shell.run_with(&["create", "--env", "production", "--name", &name], &wrong);
        assert_eq!(made.status.code(), Some(0), "{}", said(&made));
        assert!(
            said(&made).contains("from 1 to 1440, so 15 minutes hold"),
            "{}",
            said(&made)
        );
        let revoked = shell.run_with(&["revoke", "--env", "production", &name], &wrong);
        assert_eq!(revoked.status.code(), Some(0), "{}", said(&revoked));
        let listed = shell.run_with(&["list", "--env", "production"], &wrong);
        assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    }
    for right in ["60", " 1440 ", "", " "] {
        let listed = shell.run_with(&["list", "--env", "production"], &[(MINUTES, right)]);
        assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
        assert!(!said(&listed).contains(MINUTES), "{right:?}: {}", said(&listed));
    }
}

#[test]
fn a_replacement_can_be_given_up_in_both_ways() {
    let shell = Shell::new();
    let old = shell.json(&["create", "--env", "production", "--name", "ci", "--json"]);
    let file = shell.file("successor.env");
    let begun = shell.ok(&replace("ci", &["--out", &file, "--no-verify"]));
    assert!(!said(&begun).contains("Verified"), "{}", said(&begun));
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("GHOSTABLE_CI_TOKEN=")
    );
    let again = shell.run(&replace("ci", &["--json"]));
    assert_eq!(
        again.status.code(),
        Some(2),
        "two are called ci: {}",
        said(&again)
    );
    let id = |shell: &Shell| {
        let pending = shell.json(&["pending", "--json"]);
        pending[0]["id"].as_str().unwrap().to_owned()
    };
    shell.ok(&["resume", &id(&shell), "--revoke"]);
    assert_eq!((shell.verify(&old), being_replaced(&shell).len()), (Some(0), 0));

    let new = shell.json(&replace("ci", &["--json"]));
    shell.ok(&["resume", &id(&shell), "--discard"]);
    assert_eq!((shell.verify(&old), shell.verify(&new)), (Some(0), Some(0)));
    assert_eq!(being_replaced(&shell), [""; 0]);
    assert_eq!(shell.json(&["pending", "--json"]).as_array().unwrap().len(), 0);
}
