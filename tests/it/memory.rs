//! How often each secret is in the memory of a command and of a server, while a request is held and afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use serde_json::Value;
use testkit::memory::{self, Hit, Needle, Snapshot};
use testkit::{Endpoint, FaultProxy, Faults, Served, built};
use workspace::LocalAccess;

const READ: [(&str, &str); 1] = [("DEPLOY_TOKENS_MEMORY_IS_READ", "1")];
const ENVIRONMENT: &str = "staging";

/// A served workspace, a proxy that can hold requests to it, and what there is of secrets in it.
struct Setting {
    data: tempfile::TempDir,
    served: Served,
    proxy: FaultProxy,
    access: LocalAccess,
}

impl Setting {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let small = ["--tokens", "2", "--devices", "2", "--variables", "2"];
        let served = Served::start_with(data.path(), &small, &READ);
        let authority = served.told("api").split('/').nth(2).unwrap().to_owned();
        let address: SocketAddr = authority.parse().unwrap();
        let proxy = FaultProxy::start(address, Faults::default());
        let access = LocalAccess::read(data.path()).unwrap().unwrap();
        Self {
            data,
            served,
            proxy,
            access,
        }
    }

    fn begin(&self, arguments: &[&str]) -> Child {
        Command::new(built())
            .arg("--data")
            .arg(self.data.path())
            .args(["--api", &self.proxy.url])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("GHOSTABLE_TOKEN", self.access.access_token.expose())
            .envs(READ)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// What has to be guarded whatever is issued.
    fn standing(&self) -> Vec<Needle> {
        let api = self.served.told("api");
        [
            memory::standing(&self.access),
            memory::environment_key(api, &self.access, ENVIRONMENT),
        ]
        .concat()
    }

    /// The memory of a command while its request is held, and what it printed in the end.
    fn held(&self, arguments: &[&str], method: &'static str, ending: &'static str) -> (Snapshot, Output) {
        let before = self.proxy.held();
        let from = 1;
        self.proxy.hold(Endpoint { method, ending, from });
        let command = self.begin(arguments);
        let until = Instant::now() + Duration::from_secs(30);
        while self.proxy.held() == before {
            assert!(Instant::now() < until, "no {ending}: {:?}", self.proxy.seen());
            std::thread::sleep(Duration::from_millis(5));
        }
        let memory = Snapshot::take(command.id()).unwrap();
        self.proxy.let_go();
        (memory, command.wait_with_output().unwrap())
    }
}

fn issued(output: &Output) -> Vec<Needle> {
    assert_eq!(output.status.code(), Some(0), "{}", testkit::said(output));
    let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    let seed = BASE64.decode(text("deploy_seed").as_bytes()).unwrap();
    let mut needles = memory::forms("the seed", &seed.try_into().unwrap());
    needles.push(("the CI token".to_owned(), text("ci_token").into_bytes()));
    needles
}

/// How often each needle was found, and in which part of the memory.
fn counted(hits: &[Hit]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for hit in hits {
        *counts
            .entry(format!("{} in {}", hit.needle, hit.part()))
            .or_insert(0) += 1;
    }
    counts
}

/// Nothing of the needles on a stack, but for what the system itself put there, and nothing more often than this.
#[track_caller]
fn assert_kept_together(when: &str, hits: &[Hit]) {
    let counts = counted(hits);
    println!("{when}: {counts:#?}");
    for (found, count) in counts {
        let most = match found.as_str() {
            // The variable by which the command was told.
            "the user's token in [stack]" => 1,
            "the signing key, bytes in its own page" | "the encryption key, bytes in its own page" => 1,
            "the environment key, bytes in its own page" => 1,
            // With the one that the journal is given.
            "the seed, bytes in its own page" | "the CI token in its own page" => 2,
            // In the headers of the HTTP client.
            "the user's token in [heap]" | "the CI token in [heap]" => 3,
            _ => 0,
        };
        assert!(count <= most, "{when}: {found}: {count} times");
    }
}

#[test]
fn a_command_that_waits_has_one_copy_of_each_key() {
    let setting = Setting::start();
    let create = ["create", "--env", ENVIRONMENT, "--json", "--name"];
    let mut all = Vec::new();
    for (name, method, ending) in [
        ("held at registering", "POST", "/deploy-tokens"),
        ("held at verifying", "GET", "/ci/deploy"),
    ] {
        let (memory, output) = setting.held(&[&create[..], &[name]].concat(), method, ending);
        let needles = [setting.standing(), issued(&output)].concat();
        let hits = memory.find(&needles);
        for needle in ["the signing key, bytes", "the encryption key, bytes"] {
            let found = hits.iter().any(|hit| hit.needle == needle);
            assert!(found, "what is looked for can be found: {needle}");
        }
        assert_kept_together(name, &hits);
        all.extend(needles);
    }
    // It made the CI tokens, and its owner signed in with the bearer.
    let memory = Snapshot::take(setting.served.id()).unwrap();
    let hits = memory.find(&all);
    assert!(hits.is_empty(), "the server: {:#?}", counted(&hits));
}
