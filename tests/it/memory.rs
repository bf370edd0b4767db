//! How often each secret is in the memory of a command and of a server, while a request is held and afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use client::{ApiAddress, Client};
use data_encoding::{BASE64, HEXLOWER};
use protocol::crypto::Accepted;
use protocol::secret::AccessToken;
use serde_json::Value;
use service::{Context, LinkedDevice};
use testkit::memory::{Hit, Needle, Snapshot};
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

    /// What has to be guarded whatever is issued.
    fn standing(&self) -> Vec<Needle> {
        let identity = &self.access.identity;
        let mut needles = vec![(
            "the user's token".to_owned(),
            self.access.access_token.expose().as_bytes().to_vec(),
        )];
        needles.extend(forms("the signing key", identity.signing_seed().expose()));
        needles.extend(forms(
            "the encryption key",
            identity.encryption_private_key().expose(),
        ));
        needles
    }

    /// The key of the environment.
    fn environment_key(&self) -> Vec<Needle> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let address = ApiAddress::parse(self.served.told("api")).unwrap();
            let client = Client::new(address, &AccessToken::new(self.access.access_token.expose().to_owned())).unwrap();
            let device = LinkedDevice {
                id: self.access.device_id.clone(),
                identity: self.access.identity.clone(),
            };
            let context = Context::new(client.clone(), Some(device));
            let place = service::find_environment(&context, &self.access.project_id, ENVIRONMENT)
                .await
                .unwrap();
            let published = client.environment_key(&place.project, place.name(), &self.access.device_id);
            let published = published.await.unwrap().unwrap();
            let opened = protocol::crypto::open_environment_key(
                &published,
                &place.project,
                place.name(),
                &self.access.device_id,
                &self.access.identity,
                &[],
                &Accepted::default(),
            )
            .unwrap();
            forms("the environment key", opened.key().expose())
        })
    }
}

/// 32 bytes as they are, and as texts have them.
fn forms(name: &str, bytes: &[u8; 32]) -> Vec<Needle> {
    vec![
        (format!("{name}, bytes"), bytes.to_vec()),
        (format!("{name}, base64"), BASE64.encode(bytes).into_bytes()),
        (format!("{name}, hex"), HEXLOWER.encode(bytes).into_bytes()),
    ]
}

fn issued(output: &Output) -> Vec<Needle> {
    assert_eq!(output.status.code(), Some(0), "{}", testkit::said(output));
    let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    let seed = BASE64.decode(text("deploy_seed").as_bytes()).unwrap();
    let mut needles = forms("the seed", &seed.try_into().unwrap());
    needles.push(("the CI token".to_owned(), text("ci_token").into_bytes()));
    needles
}

/// How often each needle was found, and in which part of the memory.
fn counted(hits: &[Hit]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for hit in hits {
        let part = hit.region.split_whitespace().nth(5).unwrap_or("other");
        *counts.entry(format!("{} in {part}", hit.needle)).or_insert(0) += 1;
    }
    counts
}

fn report(when: &str, hits: &[Hit]) {
    println!("{when}: {:#?}", counted(hits));
}

#[test]
fn a_command_that_waits() {
    let setting = Setting::start();
    let mut needles = setting.standing();
    needles.extend(setting.environment_key());
    let create = ["create", "--env", ENVIRONMENT, "--json", "--name"];
    for (name, method, ending) in [
        ("held-at-registering", "POST", "/deploy-tokens"),
        ("held-at-verifying", "GET", "/ci/deploy"),
    ] {
        let (memory, output) = setting.held(&[&create[..], &[name]].concat(), method, ending);
        let mut needles = needles.clone();
        needles.extend(issued(&output));
        report(name, &memory.find(&needles));
    }
    let memory = Snapshot::take(setting.served.id()).unwrap();
    report("the server", &memory.find(&needles));
}
