//! A new environment key: who opens what before, after and in between; lost answers, refusals, others at work at the same
//! time. That it survives a kill at every step is in `crash`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::{ApiAddress, Client};
use model::{Finding, NotActive, Problem, Remedy, Renewed, ResumeError, RunnerProof};
use protocol::OrganizationId;
use protocol::crypto::{key_fingerprint, make_environment_key, open_variables, sign_variable, system_rng};
use protocol::secret::{AccessToken, EnvironmentKey, JournalKey};
use protocol::variable::VariableUpload;
use protocol::wire::bundle::parse_bundle;
use serde_json::{Value, json};
use service::journal::Journal;
use service::{Context, Finished, Interrupted, Issued, key_access, prove_as_runner, renew_key, reshare};
use testkit::{Endpoint, Fault, FaultProxy, Runs, TestWorkspace, silent};
use tokio::task::JoinHandle;

const ENVIRONMENT: &str = "staging";
const PUBLISH: Endpoint = at("POST", "/key");
const PUSH: Endpoint = at("POST", "/push");

const fn at(method: &'static str, ending: &'static str) -> Endpoint {
    Endpoint {
        method,
        ending,
        from: 1,
    }
}

fn journaled(context: Context, folder: &Path) -> Context {
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let journal = Journal::open(folder.join("journal"), key, "here").with_patience(Duration::from_secs(5));
    context.with_journal(Arc::new(journal))
}

/// A workspace with a token whose runner works.
struct Scene {
    world: TestWorkspace,
    context: Context,
    place: service::Place,
    ci: Issued,
}

impl Scene {
    async fn start() -> Self {
        let world = TestWorkspace::start_with(|options| options.sample.variables = Some(5)).await;
        let place = world.place(ENVIRONMENT).await;
        let ci = world.issue(ENVIRONMENT, "ci").await;
        let context = journaled(world.context.clone(), world.folder.path());
        Self {
            world,
            context,
            place,
            ci,
        }
    }

    /// The same person and device, who reach the server through a proxy.
    fn through(&self, proxy: &FaultProxy) -> Context {
        let token = AccessToken::new(self.world.user_token().to_owned());
        let client = Client::new(ApiAddress::parse(&proxy.url).unwrap(), &token).unwrap();
        let context = Context::new(client, Some(self.world.own_device()));
        journaled(context, self.world.folder.path())
    }

    /// Renews the key up to a request, which is held until it is let go.
    async fn renew_until(&self, endpoint: Endpoint) -> (FaultProxy, JoinHandle<Result<Renewed, Problem>>) {
        let proxy = FaultProxy::start(self.world.running.address(), testkit::Faults::default());
        proxy.hold(endpoint);
        let (through, place) = (self.through(&proxy), self.place.clone());
        let run = tokio::spawn(async move { renew_key(&through, &place, None, &silent).await });
        while proxy.held() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (proxy, run)
    }

    async fn renew(&self) -> Result<Renewed, Problem> {
        renew_key(&self.context, &self.place, None, &silent).await
    }

    /// As the server gives them to a person.
    async fn pulled(&self) -> Vec<Value> {
        let path = self
            .world
            .environment(ENVIRONMENT, "/pull?include_meta=1&include_versions=1");
        let (status, body) = self.world.get(&path).await;
        assert_eq!(status, 200, "{body}");
        body["secrets"].as_array().unwrap().clone()
    }

    /// How many variables a key opens.
    async fn opened_with(&self, key: &EnvironmentKey) -> usize {
        let bundle = json!({"env": ENVIRONMENT, "secrets": self.pulled().await}).to_string();
        let bundle = parse_bundle(&bundle).unwrap();
        let opened = open_variables(&bundle.variables, key);
        opened.iter().filter(|it| it.is_ok()).count()
    }

    /// Somebody uploads a variable under this key.
    async fn push(&self, key: &EnvironmentKey, name: &str, value: &str) {
        self.push_upload(self.world.upload(ENVIRONMENT, key, name, value, None))
            .await;
    }

    async fn push_upload(&self, upload: VariableUpload) {
        let body = self.world.push_body(&[serde_json::to_value(upload).unwrap()]);
        let path = self.world.environment(ENVIRONMENT, "/push");
        let (status, body) = self.world.post(&path, &body).await;
        assert_eq!(status, 200, "{body}");
    }

    /// The value that a runner gets.
    async fn value(&self, name: &str) -> String {
        let pulled = self.world.pull(&testkit::Secrets::of(&self.ci)).await.unwrap();
        let found = pulled.report.variables.iter().find(|it| it.name == name);
        found.unwrap().value.expose().to_owned()
    }

    async fn works(&self) {
        assert_eq!(self.world.runs(&self.ci).await, Runs::Decrypts);
    }

    /// The only interrupted operation.
    async fn interrupted(&self) -> Interrupted {
        let mut all = service::interrupted(&self.context).await.unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    async fn nothing_is_pending(&self) {
        let all = service::interrupted(&self.context).await.unwrap();
        assert!(all.is_empty(), "{all:?}");
        assert!(self.context.journal.as_ref().unwrap().interrupted().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_it_the_old_key_opens_nothing_and_everybody_who_should_opens_everything() {
    let scene = Scene::start().await;
    let other = scene.world.another_device("second machine").await;
    let leaked = scene.world.issue(ENVIRONMENT, "leaked").await;
    reshare(&scene.context, &scene.place, service::MissingKey::Refuse, &silent)
        .await
        .unwrap();
    // Whoever it leaked to has the key itself, and it is revoked by a client that seals nothing anew.
    let old = scene.world.open_key(ENVIRONMENT).await;
    scene.world.revoke_alone(leaked.issuance.token.id.as_str()).await;
    let before = scene.pulled().await;
    assert_eq!(scene.opened_with(&old).await, before.len());

    let organization = OrganizationId::new(scene.world.organization());
    let access = || service::access::access(&scene.context, &organization, &scene.place);
    assert_eq!(access().await.unwrap().may_have_kept(), ["leaked"]);

    let done = scene.renew().await.unwrap();
    assert_eq!(
        access().await.unwrap().may_have_kept(),
        [""; 0],
        "it is another key"
    );
    assert_eq!(done.before, key_fingerprint(&old));
    let now = scene.world.open_key(ENVIRONMENT).await;
    assert_eq!(done.now, key_fingerprint(&now));
    assert_ne!(done.now, done.before);
    assert_eq!(done.version, 2);
    assert_eq!(done.left_out, ["leaked"]);
    assert!(done.gap.is_some());
    assert_eq!(done.variables.len(), before.len());

    assert_eq!(scene.opened_with(&old).await, 0, "what leaked opens nothing new");
    assert_eq!(scene.opened_with(&now).await, before.len());
    scene.works().await;
    assert_eq!(scene.world.runs(&leaked).await, Runs::Refused);
    let access = key_access(&other, &scene.place).await.unwrap();
    assert_eq!(access.fingerprint, done.now, "another device opens it");
    scene.nothing_is_pending().await;

    let proof = prove_as_runner(&scene.context, &scene.place, &silent).await;
    assert_eq!(proof, RunnerProof::Passed(before.len()));
    let listed = service::list(&scene.context, &scene.place).await.unwrap();
    let names = listed
        .iter()
        .filter_map(|it| it.token())
        .map(|it| it.name.as_str());
    assert_eq!(names.filter(|it| *it == "renew-key-check").count(), 0);
    scene.works().await;
    scene.nothing_is_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_but_ciphertext_claim_and_version_of_a_variable_stays() {
    let scene = Scene::start().await;
    let key = scene.world.open_key(ENVIRONMENT).await;
    let values = ["", "\u{feff}marked", "two\nlines\r\n", "π 🚀 \0 end", "'\"`$(id)"];
    for (number, value) in values.iter().enumerate() {
        let upload = scene
            .world
            .upload(ENVIRONMENT, &key, &format!("ODD_{number}"), value, None);
        let upload = VariableUpload {
            line_bytes: Some(4711),
            is_vapor_secret: Some(number % 2 == 0),
            is_commented: Some(number % 3 == 0),
            client_sig: None,
            ..upload
        };
        scene
            .push_upload(sign_variable(&scene.world.own_device().identity, upload))
            .await;
    }
    let before = scene.pulled().await;
    scene.renew().await.unwrap();
    let after = scene.pulled().await;
    assert_eq!(before.len(), after.len());
    for (old, new) in before.iter().zip(&after) {
        let (mut old, mut new) = (old.clone(), new.clone());
        assert_eq!(
            new["version"].as_u64().unwrap(),
            old["version"].as_u64().unwrap() + 1
        );
        for member in ["ciphertext", "nonce", "claims"] {
            assert_ne!(old[member], new[member], "{member}");
        }
        for member in [
            "ciphertext",
            "nonce",
            "claims",
            "version",
            "updated_at",
            "updated_by",
        ] {
            old[member] = Value::Null;
            new[member] = Value::Null;
        }
        assert_eq!(old, new);
    }
    for (number, value) in values
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.starts_with('\u{feff}'))
    {
        assert_eq!(scene.value(&format!("ODD_{number}")).await, *value);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_checks_what_is_uploaded_takes_it() {
    let world = TestWorkspace::start_with(|options| options.strict = true).await;
    let place = world.place(ENVIRONMENT).await;
    let ci = world.issue(ENVIRONMENT, "ci").await;
    let context = journaled(world.context.clone(), world.folder.path());
    for version in [2, 3] {
        let done = renew_key(&context, &place, None, &silent).await.unwrap();
        assert_eq!(done.version, version);
        assert_eq!(world.runs(&ci).await, Runs::Decrypts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_lost_is_named_and_nothing_is_changed() {
    let scene = Scene::start().await;
    let key = scene.world.open_key(ENVIRONMENT).await;
    let stranger = make_environment_key(&mut system_rng());
    scene.push(&stranger, "STRANGE", "nobody here opens it").await;
    let before = scene.pulled().await;
    let refused = Problem::Unopened {
        names: vec!["STRANGE".to_owned()],
        is_renewed: false,
    };
    assert_eq!(scene.renew().await, Err(refused));
    assert_eq!(scene.pulled().await, before);
    let now = scene.world.open_key(ENVIRONMENT).await;
    assert!(now.ct_eq(&key));
    scene.nothing_is_pending().await;

    let without_journal = renew_key(&scene.world.context, &scene.place, None, &silent).await;
    assert_eq!(without_journal, Err(Problem::NoJournal));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_pushes_meanwhile_is_kept() {
    let scene = Scene::start().await;
    let key = scene.world.open_key(ENVIRONMENT).await;
    let name = scene.pulled().await[0]["name"].as_str().unwrap().to_owned();
    let gone = scene.pulled().await[1]["name"].as_str().unwrap().to_owned();
    // Before the key is published, and between that and the upload.
    for endpoint in [PUBLISH, PUSH] {
        let key = scene.world.open_key(ENVIRONMENT).await;
        let (proxy, run) = scene.renew_until(endpoint).await;
        let value = format!("theirs, at {}", endpoint.ending);
        scene.push(&key, &name, &value).await;
        scene.push(&key, "NEW", &value).await;
        proxy.let_go();
        let done = run.await.unwrap().unwrap();
        assert!(done.variables.contains(&"NEW".to_owned()));
        assert_eq!(scene.value(&name).await, value);
        assert_eq!(scene.value("NEW").await, value);
        assert_eq!(scene.opened_with(&key).await, 0);
        scene.works().await;
        scene.nothing_is_pending().await;
    }
    assert_eq!(scene.opened_with(&key).await, 0);

    // One that is deleted meanwhile comes back, which is told.
    let (proxy, run) = scene.renew_until(PUSH).await;
    let deleted = scene.world.database().execute(
        "DELETE FROM variables WHERE name = ?1 AND environment_id IN
            (SELECT id FROM environments WHERE name = ?2)",
        [gone.as_str(), ENVIRONMENT],
    );
    assert_eq!(deleted.unwrap(), 1);
    proxy.let_go();
    assert_eq!(run.await.unwrap().unwrap().revived, 1);
    scene.works().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_made_or_revoked_meanwhile_is_treated_as_it_should() {
    let scene = Scene::start().await;
    let ending = scene.world.issue(ENVIRONMENT, "ending").await;
    let (proxy, run) = scene.renew_until(PUBLISH).await;
    // The server keeps a key whose recipients it does not take without an envelope, so that another one has to be made.
    scene.world.revoke_alone(ending.issuance.token.id.as_str()).await;
    let made = service::create(
        &scene.world.context,
        &scene.place,
        &protocol::TokenName::parse("made meanwhile").unwrap(),
        &silent,
    )
    .await
    .unwrap();
    proxy.let_go();
    let done = run.await.unwrap().unwrap();
    assert_eq!(done.version, 3, "the first one nobody has");
    scene.works().await;
    assert_eq!(scene.world.runs(&made).await, Runs::Decrypts);
    assert_eq!(scene.world.runs(&ending).await, Runs::Refused);
    scene.nothing_is_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_up() {
    for (endpoint, fault) in [
        (PUBLISH, Fault::LostAfter),
        (PUBLISH, Fault::ActedBut(504)),
        (PUBLISH, Fault::Cut),
        (PUSH, Fault::LostAfter),
        (PUSH, Fault::ActedBut(502)),
    ] {
        let scene = Scene::start().await;
        let old = scene.world.open_key(ENVIRONMENT).await;
        let proxy = FaultProxy::at(scene.world.running.address(), endpoint, fault);
        let done = renew_key(&scene.through(&proxy), &scene.place, None, &silent).await;
        assert!(proxy.fired());
        assert_eq!(done.unwrap().version, 2);
        assert_eq!(scene.opened_with(&old).await, 0);
        scene.works().await;
        scene.nothing_is_pending().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing_and_what_is_uncertain_stays_in_the_journal() {
    let scene = Scene::start().await;
    let old = scene.world.open_key(ENVIRONMENT).await;
    let refusal = Fault::Status(403, "", "{}");
    let proxy = FaultProxy::at(scene.world.running.address(), PUBLISH, refusal);
    let refused = renew_key(&scene.through(&proxy), &scene.place, None, &silent).await;
    assert!(matches!(refused, Err(Problem::Call(_))), "{refused:?}");
    scene.nothing_is_pending().await;

    let proxy = FaultProxy::at(scene.world.running.address(), PUBLISH, Fault::LostBefore);
    let lost = renew_key(&scene.through(&proxy), &scene.place, None, &silent).await;
    assert!(matches!(lost, Err(Problem::RenewalUnfinished(_))), "{lost:?}");
    let found = scene.interrupted().await;
    assert_eq!(found.finding, Finding::NotActive(NotActive::NeverRegistered));
    assert_eq!(scene.renew().await, Err(Problem::RenewalPending));
    service::discard(found).unwrap();
    assert!(scene.world.open_key(ENVIRONMENT).await.ct_eq(&old));
    scene.works().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_upload_fails_the_journal_has_what_finishes_it() {
    let scene = Scene::start().await;
    let total = scene.pulled().await.len();
    let old = scene.world.open_key(ENVIRONMENT).await;
    let proxy = FaultProxy::at(scene.world.running.address(), PUSH, Fault::Status(500, "", "{}"));
    let failed = renew_key(&scene.through(&proxy), &scene.place, None, &silent).await;
    assert!(matches!(failed, Err(Problem::RenewalUnfinished(_))), "{failed:?}");
    let found = scene.interrupted().await;
    assert_eq!(found.finding, Finding::Variables { left: total, lost: 0 });
    assert_eq!(found.remedies(), [Remedy::Finish]);
    let forgotten = service::discard(found);
    assert_eq!(forgotten, Err(Problem::NotResumable(ResumeError::OnlyKey)));
    assert_eq!(scene.renew().await, Err(Problem::RenewalPending));

    let found = scene.interrupted().await;
    let finished = service::finish(&scene.context, found, &silent).await.unwrap();
    let Finished::Renewed(done) = finished else {
        panic!("{finished:?}")
    };
    assert_eq!(
        (done.before, done.variables.len()),
        (key_fingerprint(&old), total)
    );
    assert_eq!(scene.opened_with(&old).await, 0);
    scene.works().await;
    scene.nothing_is_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_end_in_one_key_that_everybody_opens() {
    for _ in 0..5 {
        let scene = Scene::start().await;
        let old = scene.world.open_key(ENVIRONMENT).await;
        let folder = tempfile::tempdir().unwrap();
        let other = journaled(scene.world.another_device("second machine").await, folder.path());
        reshare(&scene.context, &scene.place, service::MissingKey::Refuse, &silent)
            .await
            .unwrap();
        let (one, two) = tokio::join!(
            renew_key(&scene.context, &scene.place, None, &silent),
            renew_key(&other, &scene.place, None, &silent),
        );
        // Whoever came to know that the other's key counts may have to finish.
        for context in [&scene.context, &other, &scene.context] {
            for found in service::interrupted(context).await.unwrap() {
                if found.remedies().contains(&Remedy::Finish) {
                    drop(service::finish(context, found, &silent).await);
                }
            }
        }
        let now = scene.world.open_key(ENVIRONMENT).await;
        let total = scene.pulled().await.len();
        assert_eq!(scene.opened_with(&now).await, total, "{one:?} {two:?}");
        assert_eq!(scene.opened_with(&old).await, 0);
        let access = key_access(&other, &scene.place).await.unwrap();
        assert_eq!(access.fingerprint, key_fingerprint(&now));
        scene.works().await;
    }
}

/// No call has to wait for the next minute between the publication and the upload.
#[tokio::test(flavor = "multi_thread")]
async fn it_begins_only_when_the_server_takes_enough_calls() {
    let scene = Scene::start().await;
    let faults = testkit::Faults {
        budget: Some(testkit::Budget {
            calls: 14,
            window: Duration::from_secs(2),
        }),
        ..testkit::Faults::default()
    };
    let proxy = FaultProxy::start(scene.world.running.address(), faults);
    let done = renew_key(&scene.through(&proxy), &scene.place, None, &silent).await;
    assert_eq!(proxy.throttled(), 0, "{:?}", proxy.seen());
    let seen = proxy.seen();
    let publication = seen
        .iter()
        .position(|it| it.starts_with("POST") && it.contains("/key"));
    let looks = seen[..publication.unwrap()].len();
    assert!(looks > 7, "it looked again whether there are enough: {seen:?}");
    assert!(done.unwrap().gap.unwrap() < Duration::from_secs(2));
    scene.works().await;
}

/// The publication of one arrives after all that the other has done: what is uploaded is then under a key that only the other
/// one's journal has.
#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_late_is_mended_by_whoever_was_overtaken() {
    let scene = Scene::start().await;
    let folder = tempfile::tempdir().unwrap();
    let other = journaled(scene.world.another_device("second machine").await, folder.path());
    reshare(&scene.context, &scene.place, service::MissingKey::Refuse, &silent)
        .await
        .unwrap();
    let total = scene.pulled().await.len();
    let (proxy, run) = scene.renew_until(PUBLISH).await;
    renew_key(&other, &scene.place, None, &silent).await.unwrap();
    proxy.let_go();
    let lost = run.await.unwrap();
    let Err(Problem::RenewalUnfinished(why)) = &lost else {
        panic!("{lost:?}")
    };
    assert!(
        matches!(**why, Problem::Unopened { is_renewed: true, .. }),
        "{why:?}"
    );
    assert_eq!(
        scene.interrupted().await.finding,
        Finding::Variables { left: 0, lost: total }
    );
    // Whoever was overtaken has their key.
    let mut theirs = service::interrupted(&other).await.unwrap();
    let found = theirs.remove(0);
    assert_eq!(found.finding, Finding::Variables { left: total, lost: 0 });
    service::finish(&other, found, &silent).await.unwrap();
    scene.works().await;
    let found = scene.interrupted().await;
    assert_eq!(found.finding, Finding::Variables { left: 0, lost: 0 });
    service::finish(&scene.context, found, &silent).await.unwrap();
    scene.nothing_is_pending().await;
    scene.works().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_what_was_done_and_what_remains() {
    let scene = Scene::start().await;
    let old = scene.world.open_key(ENVIRONMENT).await;
    let output = scene
        .world
        .run(&["renew-key", "--env", ENVIRONMENT, "--json"], "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let total = scene.pulled().await.len();
    assert_eq!(told["previous_fingerprint"], key_fingerprint(&old).to_hex());
    assert_eq!(told["variables"].as_array().unwrap().len(), total);
    assert_eq!(
        (&told["runner"], &told["runner_decrypted"]),
        (&json!("passed"), &json!(total))
    );
    assert!(told["gap_milliseconds"].as_u64().is_some());
    scene.works().await;
    assert_eq!(scene.opened_with(&old).await, 0);

    let output = scene
        .world
        .run(&["renew-key", "--env", ENVIRONMENT, "--no-runner-check"], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for words in [
        "The key of staging is new",
        "Runners could not decrypt for",
        "change those that matter",
    ] {
        assert!(said.contains(words), "{said}");
    }

    // After a revocation, in one command.
    let old = scene.world.open_key(ENVIRONMENT).await;
    let leaked = scene.world.issue(ENVIRONMENT, "leaked").await;
    let output = scene
        .world
        .run(&["revoke", "--env", ENVIRONMENT, "leaked", "--renew-key"], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("is revoked") && said.contains("The key of staging is new"),
        "{said}"
    );
    assert_eq!(scene.opened_with(&old).await, 0);
    assert_eq!(scene.world.runs(&leaked).await, Runs::Refused);
    scene.works().await;
    let output = scene
        .world
        .run(&["revoke", "--env", ENVIRONMENT, "nobody", "--renew-key"], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("is new"), "{said}");
    let everything = ["revoke", "--everywhere", "--all", "--yes", "--renew-key"];
    let output = scene.world.run(&everything, "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for environment in ["production", "staging"] {
        assert!(
            said.contains(&format!("The key of {environment} is new")),
            "{said}"
        );
    }

    let developer = scene.world.session_of("developer");
    let url = scene.world.running.api_url();
    let arguments = ["renew-key", "--env", ENVIRONMENT];
    let output = scene
        .world
        .run_at(&url, &arguments, "", &[("GHOSTABLE_TOKEN", &developer)]);
    assert_ne!(output.status.code(), Some(0));
}
