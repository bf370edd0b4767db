//! The runner's side: fetch with a CI token, decrypt with a seed (docs/protocol.md 8).

use std::time::Instant;

use crate::Context;
use crate::activity::OwnChecks;
use crate::off_thread::off_thread;
use client::{ApiAddress, Runner};
use model::{CallError, Problem};
use protocol::crypto::{self, BundleProblem, BundleReport};
use protocol::secret::{CiToken, DeploySeed};
use protocol::variable::Bundle;
use protocol::{DeployTokenId, EnvironmentName, RecipientKind};

/// What a runner gets: the environment's name and the opened bundle.
#[derive(Debug)]
pub struct Pulled {
    /// The environment's name.
    pub environment: String,
    /// Decrypted variables, and what could not be decrypted.
    pub report: BundleReport,
}

/// Fetches and decrypts as a runner would, at this address: all variables, or only the named ones. What was sealed when the
/// environment `was_called` this is accepted (docs/protocol.md G21).
///
/// # Errors
/// [`Problem::Address`] when credentials may not be sent there; API errors, [`model::CallError::Unauthorized`] for a CI
/// token that is not valid. Variables that do not decrypt are in the report.
pub async fn pull(
    address: &str,
    ci_token: &CiToken,
    seed: &DeploySeed,
    was_called: Option<EnvironmentName>,
    only: &[String],
) -> Result<Pulled, Problem> {
    let runner = Runner::new(ApiAddress::parse(address)?, ci_token)?;
    open(runner.bundle(only).await?, seed, was_called).await
}

/// The same, of all variables, to see whether it works: it is not taken for a use by CI (docs/protocol.md G30), if `own` is
/// where this machine keeps such checks.
///
/// # Errors
/// As [`pull`].
pub async fn try_out(
    address: &str,
    ci_token: &CiToken,
    seed: &DeploySeed,
    was_called: Option<EnvironmentName>,
    own: Option<OwnChecks>,
) -> Result<Pulled, Problem> {
    let runner = Runner::new(ApiAddress::parse(address)?, ci_token)?;
    open(fetch_as_own(&runner, own, None).await?, seed, was_called).await
}

/// Fetches as the runner, and notes that it was this program: for this token, or for the one that the bundle is sealed for.
///
/// # Errors
/// [`CallError`].
pub(crate) async fn fetch_as_own(
    runner: &Runner,
    own: Option<OwnChecks>,
    token: Option<&DeployTokenId>,
) -> Result<Bundle, CallError> {
    let begun = Instant::now();
    let (fetched, answered) = match runner.dated_bundle(&[]).await {
        Ok((bundle, answered)) => (Ok(bundle), answered),
        Err(error) => (Err(error), None),
    };
    let may_be_noted = match &fetched {
        Ok(_) => true,
        Err(error) => error.may_have_happened(),
    };
    let named = fetched.as_ref().ok().and_then(addressee);
    if let (true, Some(own), Some(token)) = (may_be_noted, own, token.or(named)) {
        own.note(token, begun, answered).await;
    }
    fetched
}

/// The token that a bundle is for: the server leaves its entry alone in the envelope (docs/protocol.md 8.1).
fn addressee(bundle: &Bundle) -> Option<&DeployTokenId> {
    match bundle.key.as_ref()?.sealed.as_ref()?.recipients.as_slice() {
        [only] => match &only.kind {
            RecipientKind::Deployment(id) => Some(id),
            RecipientKind::Device(_) => None,
        },
        _ => None,
    }
}

async fn open(
    bundle: Bundle,
    seed: &DeploySeed,
    was_called: Option<EnvironmentName>,
) -> Result<Pulled, Problem> {
    let seed = seed.clone();
    let environment = bundle.environment.clone();
    let report =
        off_thread(move || crypto::open_bundle_accepting(&bundle, &seed, was_called.as_ref())).await?;
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

/// Acts as the runner that will have this token's pair, at the address that the context calls. The server counts it as a
/// use of the token; that it was none by CI is noted here. The decrypted values are wiped before this returns.
///
/// # Errors
/// As [`pull`].
pub async fn check(
    context: &Context,
    token: &DeployTokenId,
    ci_token: &CiToken,
    seed: &DeploySeed,
) -> Result<Checked, Problem> {
    let runner = Runner::new(context.client.address().clone(), ci_token)?;
    let token = Some(token).filter(|token| !token.as_str().is_empty());
    let bundle = fetch_as_own(&runner, OwnChecks::of(context), token).await?;
    let report = open(bundle, seed, None).await?.report;
    Ok(Checked {
        decrypted: report.decrypted(),
        total: report.total,
        problem: report.problems.into_iter().next(),
    })
}
