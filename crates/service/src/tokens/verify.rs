//! The runner's side: fetch with a CI token, decrypt with a seed (docs/protocol.md 8).

use crate::Context;
use crate::off_thread::off_thread;
use client::{ApiAddress, Runner};
use model::Problem;
use protocol::crypto::{self, BundleProblem, BundleReport};
use protocol::secret::{CiToken, DeploySeed};

/// What a runner gets: the environment's name and the opened bundle.
#[derive(Debug)]
pub struct Pulled {
    /// The environment's name.
    pub environment: String,
    /// Decrypted variables, and what could not be decrypted.
    pub report: BundleReport,
}

/// Fetches and decrypts as a runner would, at this address: all variables, or only the named ones.
///
/// # Errors
/// [`Problem::Address`] when credentials may not be sent there; API errors, [`model::CallError::Unauthorized`] for a CI
/// token that is not valid. Variables that do not decrypt are in the report.
pub async fn pull(
    address: &str,
    ci_token: &CiToken,
    seed: &DeploySeed,
    only: &[String],
) -> Result<Pulled, Problem> {
    open(&Runner::new(ApiAddress::parse(address)?, ci_token)?, seed, only).await
}

async fn open(runner: &Runner, seed: &DeploySeed, only: &[String]) -> Result<Pulled, Problem> {
    let bundle = runner.bundle(only).await?;
    let seed = seed.clone();
    let environment = bundle.environment.clone();
    let report = off_thread(move || crypto::open_bundle(&bundle, &seed)).await?;
    Ok(Pulled { environment, report })
}

/// What a runner with a pair of secrets can do: numbers and the first thing in its way, no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many variables decrypt.
    pub decrypted: usize,
    /// How many there are.
    pub total: usize,
    /// The first thing that does not work.
    pub problem: Option<BundleProblem>,
}

impl Checked {
    /// What a runner with this pair cannot do.
    pub fn shortfall(&self) -> Problem {
        Problem::Unverified {
            name: self.problem.as_ref().and_then(|it| it.name.clone()),
            kind: self.problem.as_ref().map(|it| it.kind.clone()),
            decrypted: self.decrypted,
            total: self.total,
        }
    }

    /// Whether nothing is in a runner's way.
    pub fn is_complete(&self) -> bool {
        self.problem.is_none() && self.decrypted == self.total
    }
}

/// Acts as the runner that will have this pair, at the address that the context calls. The server counts it as a use
/// of the token. The decrypted values are wiped before this returns.
///
/// # Errors
/// As [`pull`].
pub async fn check(context: &Context, ci_token: &CiToken, seed: &DeploySeed) -> Result<Checked, Problem> {
    let runner = Runner::new(context.client.address().clone(), ci_token)?;
    let report = open(&runner, seed, &[]).await?.report;
    Ok(Checked {
        decrypted: report.decrypted(),
        total: report.total,
        problem: report.problems.into_iter().next(),
    })
}
