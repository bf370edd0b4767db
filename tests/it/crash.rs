//! The program is killed with -9 at every step of every operation, and what is left is compared with the server: no
//! active token without its secrets in hand, no secret lost that the server accepted, no second token.
//!
//! The steps come from `service::checkpoint::STEPS`; a step at which the program does not die fails its test.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use serde_json::Value;
use service::checkpoint::{Checkpoint, Operation, STEPS};
use testkit::Served;

mod random;

const ENVIRONMENT: &str = "staging";

/// A served workspace in a process of its own, and the program on it.
struct ServedFolder {
    data: tempfile::TempDir,
    served: Served,
}

impl ServedFolder {
    fn start(arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let small = ["--tokens", "2", "--devices", "2", "--variables", "2"];
        let served = Served::start(data.path(), &[&small, arguments].concat());
        Self { data, served }
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        testkit::commands()
            .arg("--data")
            .arg(self.data.path())
            .args(["--api", self.served.told("api")])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("GHOSTABLE_TOKEN", self.served.told("access_token"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// Runs a command that must succeed, and reads its JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Runs a command that must be killed at a step.
    fn killed(&self, arguments: &[&str], step: &str) -> Output {
        let output = self.run_with(arguments, &[("DEPLOY_TOKENS_KILL_AT", step)]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(9), "not killed at {step}: {said}");
        assert!(!said.contains("panicked"), "{step}: {said}");
        output
    }

    fn create(&self, name: &str) -> Value {
        self.json(&["create", "--env", ENVIRONMENT, "--name", name, "--json"])
    }

    fn renewed_key(&self) -> Value {
        self.json(&["renew-key", "--env", ENVIRONMENT, "--no-runner-check", "--json"])
    }

    fn verify(&self, issued: &Value) -> Option<i32> {
        let text = |name: &str| issued[name].as_str().unwrap().to_owned();
        let (token, seed) = (text("ci_token"), text("deploy_seed"));
        let variables = [
            ("GHOSTABLE_CI_TOKEN", token.as_str()),
            ("GHOSTABLE_DEPLOY_SEED", seed.as_str()),
        ];
        self.run_with(&["verify"], &variables).status.code()
    }

    /// The ids of the active tokens of a name.
    fn active(&self, name: &str) -> Vec<String> {
        let listed = self.json(&["list", "--env", ENVIRONMENT, "--json"]);
        let tokens = listed.as_array().unwrap().iter();
        tokens
            .filter(|token| token["name"] == name && token["status"] == "active")
            .map(|token| token["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn pending(&self) -> Vec<Value> {
        self.json(&["pending", "--json"]).as_array().unwrap().clone()
    }

    /// Takes the first remedy of the only interrupted operation, and gives its state and the secrets, if it has some.
    fn resolve(&self, step: &str) -> (String, Option<Value>) {
        let pending = self.pending();
        assert!(pending.len() <= 1, "{step}: {pending:?}");
        let Some(it) = pending.first() else {
            return ("nothing".to_owned(), None);
        };
        let (id, state) = (it["id"].as_str().unwrap(), it["state"].as_str().unwrap());
        let issued = match it["remedies"][0].as_str().unwrap() {
            "discard" => {
                self.json(&["resume", id, "--discard"]);
                None
            }
            _ => Some(self.json(&["resume", id, "--json"])).filter(|issued| !issued.is_null()),
        };
        assert_eq!(self.pending(), Vec::<Value>::new(), "{step}: something is left");
        (state.to_owned(), issued)
    }

    /// The key is published for everybody only where more is missing than what goes along with the registration: so it is
    /// before these steps, because somebody who is revoked is sealed for.
    fn make_way_for(&self, step: &str) {
        if !["listed", "sealed", "published"]
            .iter()
            .any(|it| step.ends_with(it))
        {
            return;
        }
        let left = self.create("left");
        let id = left["token"]["id"].as_str().unwrap();
        self.killed(&["revoke", "--env", ENVIRONMENT, id], "revoke.revoked");
        let pending = self.pending();
        self.json(&["resume", pending[0]["id"].as_str().unwrap(), "--discard"]);
    }

    fn revoke(&self, id: &str) {
        self.json(&["revoke", "--env", ENVIRONMENT, id]);
    }
}

fn steps(operation: Operation) -> Vec<String> {
    let (_, points) = STEPS.iter().find(|(listed, _)| *listed == operation).unwrap();
    let name = |point: &Checkpoint| format!("{}.{}", operation.name(), point.name());
    points.iter().map(name).collect()
}

fn row(step: &str, state: &str, end: &str) {
    println!("| {step:<28} | {state:<18} | {end:<34} |");
}

fn printed(killed: &Output) -> Option<Value> {
    serde_json::from_slice(&killed.stdout).ok()
}

#[test]
fn create_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for step in steps(Operation::Create) {
        let name = step.as_str();
        let arguments = ["create", "--env", ENVIRONMENT, "--name", name, "--json"];
        site.make_way_for(&step);
        let killed = site.killed(&arguments, &step);
        let (state, resumed) = site.resolve(&step);
        let in_hand = resumed.or_else(|| printed(&killed));
        let active = site.active(name);
        let end = match &in_hand {
            Some(issued) => {
                assert_eq!(active, [issued["token"]["id"].as_str().unwrap()], "{step}");
                assert_eq!(site.verify(issued), Some(0), "{step}");
                site.revoke(&active[0]);
                "secrets in hand, verified"
            }
            None => {
                assert_eq!(active, [""; 0], "{step}: an active token that nobody holds");
                "never registered"
            }
        };
        row(&step, &state, end);
    }
}

#[test]
fn rotate_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for step in steps(Operation::Rotate) {
        let before = site.create(&step);
        let id = before["token"]["id"].as_str().unwrap();
        site.make_way_for(&step);
        let killed = site.killed(&["rotate", "--env", ENVIRONMENT, id, "--json"], &step);
        let (state, resumed) = site.resolve(&step);
        let in_hand = resumed.or_else(|| printed(&killed));
        assert_eq!(site.active(&step), [id], "{step}");
        assert_eq!(
            site.verify(in_hand.as_ref().unwrap_or(&before)),
            Some(0),
            "{step}"
        );
        let end = if in_hand.is_some() {
            "new secrets in hand, verified"
        } else {
            "unchanged, the old secrets work"
        };
        row(&step, &state, end);
        site.revoke(id);
    }
}

#[test]
fn beginning_to_replace_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for step in steps(Operation::Replace) {
        let old = site.create(&step);
        let id = old["token"]["id"].as_str().unwrap();
        site.make_way_for(&step);
        let killed = site.killed(&["replace", "--env", ENVIRONMENT, id, "--json"], &step);
        assert_eq!(site.verify(&old), Some(0), "{step}: the old token works on");
        let pending = site.pending();
        let state = pending
            .first()
            .map_or("nothing", |it| it["state"].as_str().unwrap());
        let found = || pending[0]["id"].as_str().unwrap();
        let in_hand = match state {
            "nothing" => None,
            "never-registered" => {
                site.json(&["resume", found(), "--discard"]);
                None
            }
            "waiting" => Some(printed(&killed).expect("the secrets were printed")),
            _ => {
                let finish = ["replace", "--env", ENVIRONMENT, "--finish", id];
                let early = site.run(&finish).status.code();
                assert_eq!(early, Some(1), "{step}: nobody has the new values yet");
                Some(site.json(&["resume", found(), "--json"]))
            }
        };
        assert_eq!(site.verify(&old), Some(0), "{step}: the old token works on");
        let end = match &in_hand {
            None => {
                assert_eq!(site.active(&step), [id], "{step}");
                "never registered"
            }
            Some(successor) => {
                assert_eq!(site.verify(successor), Some(0), "{step}");
                assert_eq!(site.active(&step).len(), 2, "{step}");
                assert_eq!(site.pending()[0]["state"], "waiting", "{step}");
                site.json(&["replace", "--env", ENVIRONMENT, "--finish", id]);
                assert_eq!(site.verify(&old), Some(3), "{step}");
                assert_eq!(site.verify(successor), Some(0), "{step}");
                assert_eq!(site.active(&step), [successor["token"]["id"].as_str().unwrap()]);
                "secrets in hand, finished"
            }
        };
        assert_eq!(site.pending(), Vec::<Value>::new(), "{step}: something is left");
        site.active(&step).iter().for_each(|id| site.revoke(id));
        row(&step, state, end);
    }
}

#[test]
fn finishing_a_replacement_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for (index, step) in steps(Operation::Finish).iter().enumerate() {
        let old = site.create(step);
        let id = old["token"]["id"].as_str().unwrap();
        let successor = site.json(&["replace", "--env", ENVIRONMENT, id, "--json"]);
        let new = successor["token"]["id"].as_str().unwrap();
        site.killed(&["replace", "--env", ENVIRONMENT, "--finish", new], step);
        let pending = site.pending();
        let state = pending
            .first()
            .map_or("nothing", |it| it["state"].as_str().unwrap());
        match (state, index % 2) {
            ("nothing", _) => assert!(step.ends_with("closed"), "{step}: forgotten too early"),
            ("waiting", 0) => drop(site.json(&["replace", "--env", ENVIRONMENT, "--finish", id])),
            ("waiting", _) => drop(site.json(&["resume", pending[0]["id"].as_str().unwrap()])),
            other => panic!("{step}: {other:?}"),
        }
        assert_eq!(site.pending(), Vec::<Value>::new(), "{step}: something is left");
        assert_eq!(site.verify(&old), Some(3), "{step}");
        assert_eq!(site.verify(&successor), Some(0), "{step}");
        assert_eq!(site.active(step), [new], "{step}");
        site.revoke(new);
        row(step, state, "old one refused, new one works");
    }
}

#[test]
fn revoking_one_and_several_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for count in [1, 3] {
        for step in steps(Operation::Revoke) {
            let repeats = ["revoked", "mark-staged", "marked"]
                .iter()
                .any(|it| step.ends_with(it));
            for time in 1..=if repeats { count } else { 1 } {
                let step = format!("{step}#{time}");
                let tokens: Vec<Value> = (0..count)
                    .map(|_| site.create(&format!("{count} {step}")))
                    .collect();
                let mut arguments = vec!["revoke", "--env", ENVIRONMENT];
                arguments.extend(tokens.iter().map(|it| it["token"]["id"].as_str().unwrap()));
                site.killed(&arguments, &step);
                let (state, _) = site.resolve(&step);
                let left = site.active(&format!("{count} {step}"));
                let end = if left.is_empty() {
                    assert!(tokens.iter().all(|it| site.verify(it) == Some(3)), "{step}");
                    "all revoked"
                } else {
                    assert_eq!(left.len(), count, "{step}: half done, and forgotten");
                    assert_eq!(state, "nothing", "{step}");
                    assert_eq!(site.verify(&tokens[0]), Some(0), "{step}");
                    left.iter().for_each(|id| site.revoke(id));
                    "nothing begun, secrets in hand"
                };
                row(&format!("{step} of {count}"), &state, end);
            }
        }
    }
}

#[test]
fn renewing_the_key_survives_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    let token = site.create("works on");
    for step in steps(Operation::RenewKey) {
        site.killed(&["renew-key", "--env", ENVIRONMENT], &step);
        let (state, _) = site.resolve(&step);
        assert_eq!(site.verify(&token), Some(0), "{step}");
        let again = site.json(&["renew-key", "--env", ENVIRONMENT, "--json"]);
        assert_eq!(again["runner"], "passed", "{step}");
        assert_eq!(site.verify(&token), Some(0), "{step}");
        row(&step, &state, "everything under the key of now");
    }
}

/// Whoever kept the key of a leaked token must not keep it because of a power failure.
#[test]
fn a_key_that_is_to_be_renewed_after_a_revocation_is_not_forgotten_after_a_kill() {
    let site = ServedFolder::start(&[]);
    let staying = site.create("stays");
    for step in [
        "revoke.checked",
        "revoke.intended",
        "revoke.revoked",
        "renew-key.locked",
        "renew-key.intended#2",
        "renew-key.published",
        "renew-key.released",
    ] {
        let leaked = site.create(step);
        let before = site.renewed_key()["fingerprint"].clone();
        let id = leaked["token"]["id"].as_str().unwrap();
        site.killed(&["revoke", "--env", ENVIRONMENT, id, "--renew-key"], step);
        let left: Vec<Value> = site.pending();
        let states: Vec<&str> = left.iter().map(|it| it["state"].as_str().unwrap()).collect();
        let wish = left.iter().find(|it| it["state"] == "key-wanted");
        if let (Some(wish), true) = (wish, states.contains(&"queue")) {
            let early = site.run(&["resume", wish["id"].as_str().unwrap()]);
            let said = String::from_utf8_lossy(&early.stderr).into_owned();
            assert!(said.contains("still wait to be revoked"), "{step}: {said}");
        }
        if step == "revoke.checked" {
            assert_eq!(states, ["key-wanted"], "{step}");
            // Asked for again, the wish is the same.
            site.json(&["revoke", "--env", ENVIRONMENT, id, "--renew-key"]);
        }
        for state in ["queue", "variables", "never-registered", "key-wanted"] {
            while let Some(it) = site.pending().iter().find(|it| it["state"] == state) {
                let id = it["id"].as_str().unwrap();
                let remedy = if state == "never-registered" {
                    "--discard"
                } else {
                    "--json"
                };
                site.json(&["resume", id, remedy]);
            }
        }
        assert_eq!(site.pending(), Vec::<Value>::new(), "{step}");
        assert_eq!(site.active(step), Vec::<String>::new(), "{step}");
        assert_ne!(site.renewed_key()["previous_fingerprint"], before, "{step}");
        assert_eq!(site.verify(&leaked), Some(3), "{step}");
        assert_eq!(site.verify(&staying), Some(0), "{step}");
        row(step, &states.join(", "), "revoked, and the key is new");
    }
}

#[test]
fn resuming_and_resharing_survive_a_kill_at_every_step() {
    let site = ServedFolder::start(&[]);
    for step in steps(Operation::Reshare) {
        site.killed(&["reshare", "--env", ENVIRONMENT], &step);
        assert_eq!(site.pending().len(), 0, "{step}");
        site.json(&["reshare", "--env", ENVIRONMENT]);
        row(&step, "nothing", "shared again");
    }
    for step in steps(Operation::Resume) {
        let arguments = ["create", "--env", ENVIRONMENT, "--name", &step, "--json"];
        site.killed(&arguments, "create.registered");
        let id = site.pending()[0]["id"].as_str().unwrap().to_owned();
        let killed = site.killed(&["resume", &id, "--json"], &step);
        let (state, resumed) = site.resolve(&step);
        let issued = resumed.or_else(|| printed(&killed)).unwrap();
        let active = site.active(&step);
        assert_eq!(active, [issued["token"]["id"].as_str().unwrap()], "{step}");
        assert_eq!(site.verify(&issued), Some(0), "{step}");
        site.revoke(&active[0]);
        row(&step, &state, "secrets in hand, verified");
    }
}

#[test]
fn another_token_made_in_between_is_not_touched() {
    let site = ServedFolder::start(&[]);
    for step in steps(Operation::Create) {
        let name = step.as_str();
        let arguments = ["create", "--env", ENVIRONMENT, "--name", name, "--json"];
        site.make_way_for(&step);
        let killed = site.killed(&arguments, &step);
        let other = site.create("in between");
        let (state, resumed) = site.resolve(&step);
        assert_eq!(site.verify(&other), Some(0), "{step}");
        let in_hand = resumed.or_else(|| printed(&killed));
        let active = site.active(name);
        assert_eq!(active.len(), usize::from(in_hand.is_some()), "{step}");
        if let Some(issued) = &in_hand {
            assert_eq!(site.verify(issued), Some(0), "{step}");
        }
        active.iter().for_each(|id| site.revoke(id));
        site.revoke(other["token"]["id"].as_str().unwrap());
        row(&step, &state, "both as they should be");
    }
}

#[test]
fn an_interrupted_token_can_be_revoked_and_a_damaged_entry_is_told() {
    let site = ServedFolder::start(&[]);
    let arguments = ["create", "--env", ENVIRONMENT, "--name", "unwanted", "--json"];
    site.killed(&arguments, "create.received");
    let id = site.pending()[0]["id"].as_str().unwrap().to_owned();
    let refused = site.run(&["resume", &id, "--discard"]);
    assert_eq!(refused.status.code(), Some(1), "an active token is not forgotten");
    site.json(&["resume", &id, "--revoke"]);
    assert_eq!((site.active("unwanted").len(), site.pending().len()), (0, 0));

    site.killed(&arguments, "create.received");
    let id = site.pending()[0]["id"].as_str().unwrap().to_owned();
    let file = site.data.path().join(format!("journal/{id}.entry"));
    let sealed = std::fs::read(&file).unwrap();
    let seedless = String::from_utf8_lossy(&sealed);
    assert!(
        !seedless.contains("unwanted") && !seedless.contains("ci_token"),
        "it is sealed"
    );
    for damaged in [
        Vec::new(),
        sealed[..sealed.len() / 2].to_vec(),
        b"not an entry at all".to_vec(),
    ] {
        std::fs::write(&file, &damaged).unwrap();
        assert_eq!(site.pending()[0]["state"], "unreadable");
        assert_ne!(site.run(&["resume", &id]).status.code(), Some(0));
        assert_eq!(std::fs::read(&file).unwrap(), damaged, "it is left as it is");
        let listed = site.run(&["list", "--env", ENVIRONMENT]);
        assert!(String::from_utf8_lossy(&listed.stderr).contains("interrupted"));
    }
    std::fs::write(&file, &sealed).unwrap();
    let (state, issued) = site.resolve("restored");
    assert_eq!(
        (state.as_str(), site.verify(&issued.unwrap())),
        ("unfinished", Some(0))
    );
}
