//! Emergency revocation over the real server: by commands and by the services, on a rough road, and killed at every step.
#![cfg(all(feature = "headless", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and the table of steps is printed"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/proxy.rs"]
mod proxy;
#[path = "../common/rough.rs"]
mod rough;

mod commands;
mod crash;
mod road;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use common::{Secrets, World, silent};
use model::{Exposed, Problem};
use protocol::TokenName;
use service::{Context, Issued, emergency};

/// A workspace served by this process, and the program on it.
pub(crate) struct Site {
    pub(crate) world: World,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self {
            world: World::start().await,
        }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.world.context
    }

    /// Creates and shares a token.
    pub(crate) async fn issue(&self, environment: &str, name: &str) -> Issued {
        let place = self.world.place(environment).await;
        let name = TokenName::parse(name).unwrap();
        let issued = service::create(self.context(), &place, &name, &silent)
            .await
            .unwrap();
        assert!(issued.issuance.share.is_ok());
        issued
    }

    /// What is active anywhere.
    pub(crate) async fn active(&self) -> Vec<Exposed> {
        let overview = emergency::gather(self.context()).await.unwrap();
        assert!(overview.gaps.is_empty());
        overview.active
    }

    /// Runs a command on this workspace at an address.
    pub(crate) fn run_at(
        &self,
        url: &str,
        arguments: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deploy-tokens"))
            .arg("--data")
            .arg(self.world.folder.path())
            .args(["--api", url])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env(
                "GHOSTABLE_TOKEN",
                self.world.running.local().access_token.expose(),
            )
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

    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        self.run_at(&self.world.running.api_url(), arguments, input, &[])
    }

    /// Whether a runner with these secrets decrypts everything, is refused, or something in between.
    pub(crate) async fn runs(&self, issued: &Issued) -> Runs {
        match self.world.run(&Secrets::of(issued)).await {
            Ok(pulled) if pulled.report.problems.is_empty() && pulled.report.total > 0 => Runs::Decrypts,
            Err(Problem::Call(model::CallError::Unauthorized)) => Runs::Refused,
            other => panic!("neither decrypts nor is refused: {other:?}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    Decrypts,
    Refused,
}

pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[track_caller]
pub(crate) fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", said(output));
}
