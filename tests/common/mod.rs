//! What several tests need: a real workspace on a free port, and the services on top of it.
#![allow(dead_code, reason = "each test crate uses its own part of this")]

use std::net::SocketAddr;
use std::process::{Command, Output};

use client::{ApiAddress, Client, NewDevice, Runner};
use model::{CiTokenOutcome, Problem, Step};
use protocol::crypto::{self, DeviceIdentity};
use protocol::secret::{CiToken, DeploySeed};
use service::verify::Pulled;
use service::{Context, Issued, LinkedDevice, Place};
use tempfile::TempDir;
use workspace::{Options, Running, SampleSize, Workspace};

/// A served workspace in a folder of its own.
pub struct World {
    pub folder: TempDir,
    pub running: Running,
    pub context: Context,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(false).await
    }

    pub async fn start_with(rotate_keeps_ci_token: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_owned();
        let options = Options {
            data_dir,
            sample: SampleSize::default(),
            rotate_keeps_ci_token,
        };
        let workspace = tokio::task::spawn_blocking(move || Workspace::open(options))
            .await
            .unwrap()
            .unwrap();
        let running = workspace
            .serve(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let local = running.local();
        let client = Client::new(address(&running), &local.access_token).unwrap();
        let device = LinkedDevice {
            id: local.device_id.clone(),
            identity: local.identity.clone(),
        };
        let context = Context::new(client, Some(device));
        Self {
            folder,
            running,
            context,
        }
    }

    pub async fn place(&self, environment: &str) -> Place {
        let project = self.running.local().project_id.clone();
        service::find_environment(&self.context, &project, environment)
            .await
            .unwrap()
    }

    pub fn runner(&self, token: &CiToken) -> Runner {
        Runner::new(address(&self.running), token).unwrap()
    }

    /// Fetches and decrypts as a runner with these secrets.
    pub async fn run(&self, secrets: &Secrets) -> Result<Pulled, Problem> {
        service::verify::pull(&self.runner(&secrets.ci_token), &secrets.seed, &[]).await
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
        let registered = self.context.client.register_device(&device).await.unwrap();
        let device = Some(LinkedDevice {
            id: registered.id,
            identity,
        });
        Context::new(self.context.client.clone(), device)
    }
}

pub fn address(running: &Running) -> ApiAddress {
    ApiAddress::parse(&running.api_url()).unwrap()
}

/// What a runner is configured with.
#[derive(Clone)]
pub struct Secrets {
    pub ci_token: CiToken,
    pub seed: DeploySeed,
}

impl Secrets {
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

pub fn silent(_: Step) {}

/// Everything decrypted, and there was something.
pub fn assert_complete(pulled: &Pulled, expected: usize) {
    assert_eq!(pulled.report.problems, []);
    assert_eq!(
        (pulled.report.decrypted(), pulled.report.total),
        (expected, expected)
    );
}

/// Runs the real program; nothing of this process's Ghostable variables reaches it.
pub fn program(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deploy-tokens"));
    for name in [
        "GHOSTABLE_API",
        "GHOSTABLE_TOKEN",
        "GHOSTABLE_CI_TOKEN",
        "GHOSTABLE_DEPLOY_SEED",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}
