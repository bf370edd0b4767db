//! A workspace in a folder of its own, served over real HTTP, and the services on top of it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};

use client::{ApiAddress, Client, NewDevice, Runner};
use model::{CallError, CiTokenOutcome, PlacedToken, Problem, Step};
use protocol::TokenName;
use protocol::crypto::{self, DeviceIdentity};
use protocol::secret::{CiToken, DeploySeed};
use service::verify::Pulled;
use service::{Context, Issued, LinkedDevice, Place, revocation};
use tempfile::TempDir;
use workspace::{LocalAccess, Options, Running, Workspace};

use crate::commands;

/// A served workspace, until it is dropped: its services here, what is sent to it by hand in `http`.
pub struct TestWorkspace {
    /// Where it lies.
    pub folder: TempDir,
    /// The server.
    pub running: Running,
    /// The API as its owner.
    pub client: Client,
    /// What its owner does, on the workspace's own device; without a journal.
    pub context: Context,
    /// For what no service sends.
    pub http: reqwest::Client,
}

/// Options for a folder, with the usual sample.
pub fn options(folder: &Path) -> Options {
    Options {
        data_dir: folder.to_owned(),
        ..Options::default()
    }
}

/// Any free port.
pub fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// A client of plain HTTP.
pub fn http_client() -> reqwest::Client {
    // Also for plain HTTP the client wants to know its TLS provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

impl TestWorkspace {
    /// With the usual sample.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With options that differ.
    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        Self::open(TempDir::new().unwrap(), change).await
    }

    /// In a folder where there may be a workspace.
    pub async fn open(folder: TempDir, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = options(folder.path());
        change(&mut options);
        let workspace = tokio::task::spawn_blocking(move || Workspace::open(options))
            .await
            .unwrap()
            .unwrap();
        Self::around(workspace.serve(any_port()).await.unwrap(), folder)
    }

    /// Around a server that runs already, on what is in the folder.
    pub fn around(running: Running, folder: TempDir) -> Self {
        let client = Client::new(address(&running), &running.local().access_token).unwrap();
        let context = Context::new(client.clone(), Some(own_device(&running)));
        Self {
            folder,
            running,
            client,
            context,
            http: http_client(),
        }
    }

    /// Whose it is, and how to get in.
    pub fn local(&self) -> &LocalAccess {
        self.running.local()
    }

    /// The device that holds every key.
    pub fn own_device(&self) -> LinkedDevice {
        own_device(&self.running)
    }

    /// An environment of the sample project.
    pub async fn place(&self, environment: &str) -> Place {
        let project = self.local().project_id.clone();
        service::find_environment(&self.context, &project, environment)
            .await
            .unwrap()
    }

    /// What a CI job with this token is to the server.
    pub fn runner(&self, token: &CiToken) -> Runner {
        Runner::new(address(&self.running), token).unwrap()
    }

    /// Fetches and decrypts as a runner with these secrets.
    pub async fn pull(&self, secrets: &Secrets) -> Result<Pulled, Problem> {
        service::verify::pull(
            &self.running.api_url(),
            &secrets.ci_token,
            &secrets.seed,
            None,
            &[],
        )
        .await
    }

    /// Whether a runner with these secrets decrypts everything or is refused; anything in between fails the test.
    pub async fn runs(&self, issued: &Issued) -> Runs {
        match self.pull(&Secrets::of(issued)).await {
            Ok(pulled) if pulled.report.problems.is_empty() && pulled.report.total > 0 => Runs::Decrypts,
            Err(Problem::Call(CallError::Unauthorized)) => Runs::Refused,
            other => panic!("neither decrypts nor is refused: {other:?}"),
        }
    }

    /// Creates and shares a token.
    pub async fn issue(&self, environment: &str, name: &str) -> Issued {
        let place = self.place(environment).await;
        let name = TokenName::parse(name).unwrap();
        let issued = service::create(&self.context, &place, &name, &silent)
            .await
            .unwrap();
        assert!(issued.issuance.share.is_ok());
        issued
    }

    /// What is active anywhere.
    pub async fn active(&self) -> Vec<PlacedToken> {
        let overview = revocation::survey(&self.context).await.unwrap();
        assert!(overview.unlisted.is_empty());
        overview.active
    }

    /// Runs a command on this workspace, as its owner.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        self.run_at(&self.running.api_url(), arguments, input, &[])
    }

    /// Runs a command on this workspace at an address, as its owner, with further variables.
    pub fn run_at(&self, url: &str, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
        self.run_in(self.folder.path(), url, arguments, input, variables)
    }

    /// Runs a command on this workspace, as its owner, on a machine that is not linked as a device.
    pub fn run_unlinked(&self, arguments: &[&str]) -> Output {
        let elsewhere = tempfile::tempdir().unwrap();
        self.run_in(elsewhere.path(), &self.running.api_url(), arguments, "", &[])
    }

    fn run_in(
        &self,
        data: &Path,
        url: &str,
        arguments: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Output {
        let mut child = commands()
            .arg("--data")
            .arg(data)
            .args(["--api", url])
            .args(arguments)
            .env_remove("RUST_LOG")
            // Exposed to sign in as a script does.
            .env("GHOSTABLE_TOKEN", self.local().access_token.expose())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    }

    /// Registers another device of the same user, as a colleague's machine would be.
    pub async fn another_device(&self, name: &str) -> Context {
        let identity = DeviceIdentity::make(&mut crypto::system_rng());
        let device = NewDevice {
            public_key: identity.encryption_public(),
            signing_key: identity.signing_public(),
            name,
            platform: "linux-x64 (6.1.0)",
        };
        let registered = self.client.register_device(&device).await.unwrap();
        let device = Some(LinkedDevice {
            id: registered.id,
            identity,
        });
        Context::new(self.client.clone(), device)
    }
}

/// What becomes of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// It reads every variable.
    Decrypts,
    /// The server does not know its CI token.
    Refused,
}

/// Where a client finds it.
pub fn address(running: &Running) -> ApiAddress {
    ApiAddress::parse(&running.api_url()).unwrap()
}

fn own_device(running: &Running) -> LinkedDevice {
    let local = running.local();
    LinkedDevice {
        id: local.device_id.clone(),
        identity: local.identity.clone(),
    }
}

/// What a runner is configured with.
#[derive(Clone)]
pub struct Secrets {
    /// Lets it in.
    pub ci_token: CiToken,
    /// Opens the key of the environment.
    pub seed: DeploySeed,
}

impl Secrets {
    /// Those of an issuance; one without a CI token fails the test.
    #[track_caller]
    pub fn of(issued: &Issued) -> Self {
        let CiTokenOutcome::Issued(ci_token) = &issued.issuance.ci_token else {
            panic!("no CI token was issued")
        };
        Self {
            ci_token: ci_token.clone(),
            seed: issued.issuance.seed.clone(),
        }
    }
}

/// Listens to no progress.
pub fn silent(_: Step) {}

/// Everything decrypted, and there was something.
#[track_caller]
pub fn assert_complete(pulled: &Pulled, expected: usize) {
    assert_eq!(pulled.report.problems, []);
    assert_eq!(
        (pulled.report.decrypted(), pulled.report.total),
        (expected, expected)
    );
}
