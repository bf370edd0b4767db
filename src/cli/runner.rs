//! The runner's side: verify, and what pull has in common with it.

use serde::Serialize;

use super::{given, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure};
use model::{CI_TOKEN_VARIABLE, CallError, CiTokenOutcome, Problem, SEED_VARIABLE};
use protocol::crypto::BundleProblemKind;
use protocol::secret::{CiToken, DeploySeed};
use protocol::{DeployTokenId, EnvironmentName};
use service::verify::{self as runner, Pulled};
use service::{Context, Issued};
use text::Message;

#[derive(Serialize)]
struct Report<'a> {
    environment: &'a str,
    decrypted: usize,
    total: usize,
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    name: Option<&'a str>,
    problem: String,
}

/// Says how many variables of how many decrypt. What was sealed when the environment `was_called` this is accepted.
pub async fn verify(target: &Target, json: bool, was_called: Option<EnvironmentName>) -> Result<u8, Failure> {
    let pulled = as_runner(target, async |address, ci_token, seed| {
        runner::try_out(address, ci_token, seed, was_called, target.own_checks()).await
    });
    let pulled = pulled.await?;
    let (report, complete) = (&pulled.report, is_complete(&pulled));
    let decrypted = report.decrypted();
    if json {
        let problems = report.problems.iter().map(|it| ProblemJson {
            name: it.name.as_deref(),
            problem: text::problem(&it.kind),
        });
        output::json(&Report {
            environment: &pulled.environment,
            decrypted,
            total: report.total,
            problems: problems.collect(),
        })?;
    } else {
        tell_problems(&pulled);
        output::result(&format!(
            "{}: a runner with these values decrypts {decrypted} of {} variables.\n",
            pulled.environment, report.total
        ))?;
    }
    Ok(if complete { 0 } else { FAILED })
}

/// What a runner has, and of which token.
pub(super) struct Pair {
    token: DeployTokenId,
    ci_token: CiToken,
    seed: DeploySeed,
}

/// What of an issuance can be checked: both values, once the key is shared with them.
pub(super) fn pair(issued: &Issued) -> Option<Pair> {
    let issuance = &issued.issuance;
    match (&issuance.ci_token, &issuance.share) {
        (CiTokenOutcome::Issued(ci_token), Ok(_)) => Some(Pair {
            token: issuance.token.id.clone(),
            ci_token: ci_token.clone(),
            seed: issuance.seed.clone(),
        }),
        _ => None,
    }
}

/// Checks as a runner what was just handed over, and tells it on standard error. The exit code stays that of the
/// issuance: a script must not take what it was given for failed.
pub(super) async fn check(context: &Context, pair: Option<Pair>) {
    let Some(Pair {
        token,
        ci_token,
        seed,
    }) = pair
    else {
        return;
    };
    match runner::check(context, &token, &ci_token, &seed).await {
        Ok(checked) if checked.is_complete() => output::tell(&format!(
            "Verified: a runner with these values decrypts {} of {} variables.",
            checked.decrypted, checked.total
        )),
        Ok(checked) => {
            output::warning(&text::explain(&checked.shortfall()));
        }
        Err(error) => {
            let cause = text::explain(&error);
            output::warning(&Message::new(
                format!("Not verified as a runner. {}", cause.what),
                cause.next,
            ));
        }
    }
}

pub(super) fn is_complete(pulled: &Pulled) -> bool {
    pulled.report.problems.is_empty() && pulled.report.decrypted() == pulled.report.total
}

pub(super) fn tell_problems(pulled: &Pulled) {
    for problem in &pulled.report.problems {
        let name = problem.name.as_deref().unwrap_or("the environment key");
        output::warning(&Message::new(
            format!("{name}: {}.", text::problem(&problem.kind)),
            repair(&problem.kind),
        ));
    }
}

fn repair(kind: &BundleProblemKind) -> String {
    let repair = text::repair(kind);
    match kind {
        BundleProblemKind::EnvironmentMismatch { .. } => {
            format!("{repair} --was-called NAME accepts a former name.")
        }
        _ => repair.to_owned(),
    }
}

/// Does something with the runner's values of the environment.
pub(super) async fn as_runner(
    target: &Target,
    fetch: impl AsyncFnOnce(&str, &CiToken, &DeploySeed) -> Result<Pulled, Problem>,
) -> Result<Pulled, Failure> {
    let ci_token = CiToken::new(given::needed(CI_TOKEN_VARIABLE)?);
    let seed = zeroize::Zeroizing::new(given::needed(SEED_VARIABLE)?);
    let seed = protocol::crypto::parse_seed(&seed).map_err(Problem::from)?;
    let (address, _running) = target.runner_address().await?;
    let pulled = fetch(address.as_str(), &ci_token, &seed).await;
    pulled.map_err(runner_failure)
}

fn runner_failure(error: model::Problem) -> Failure {
    let message = match error.call() {
        Some(CallError::Unauthorized) => Some(Message::new(
            format!(
                "The server does not accept {CI_TOKEN_VARIABLE}: it is revoked, replaced, expired or mistyped."
            ),
            "Take the value that was issued last, or rotate the token.",
        )),
        Some(CallError::UnsendableToken) => Some(Message::new(
            format!(
                "{CI_TOKEN_VARIABLE} has characters that no token has, such as a space, a line break or quotes of another kind. \
                 Nothing was sent."
            ),
            "Copy the value again as it was issued, without anything around it.",
        )),
        _ => None,
    };
    let failure = Failure::from(error);
    match message {
        Some(message) => Failure { message, ..failure },
        None => failure,
    }
}
