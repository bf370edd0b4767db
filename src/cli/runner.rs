//! The runner's side: verify, pull.

use std::path::Path;

use serde::Serialize;

use super::output;
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::formats::dotenv::{self, Unwritable};
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

/// Writes a dotenv file; nothing is written when any variable does not decrypt (docs/protocol.md G10), is asked for and not
/// there, or cannot be written so that a shell that sources the file does nothing but set it. As [`verify`], what was sealed
/// under a former name is accepted.
pub async fn pull(
    target: &Target,
    file: &Path,
    only: &[String],
    was_called: Option<EnvironmentName>,
) -> Result<u8, Failure> {
    check_names(only)?;
    let pulled = as_runner(target, async |address, ci_token, seed| {
        runner::pull(address, ci_token, seed, was_called, only).await
    });
    let pulled = pulled.await?;
    if !is_complete(&pulled) {
        tell_problems(&pulled);
        return Err(Failure::new(
            FAILED,
            format!(
                "{} of {} variables decrypt; {} was not written.",
                pulled.report.decrypted(),
                pulled.report.total,
                file.display()
            ),
            "See to what is named above, and try again.",
        ));
    }
    let variables = &pulled.report.variables;
    let missing: Vec<_> = only
        .iter()
        .filter(|name| !variables.iter().any(|variable| variable.name == **name))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        return Err(Failure::new(
            WRONG_USE,
            format!(
                "{} has no variable {}; {} was not written.",
                pulled.environment,
                missing.join(", "),
                file.display()
            ),
            "Check the names, which are told apart by case.",
        ));
    }
    if let Some((name, why)) = dotenv::unwritable(variables) {
        return Err(unwritable(name, why, file));
    }
    let disagreed = dotenv::disagreed(variables);
    if !disagreed.is_empty() {
        output::warning(&Message::new(
            format!(
                "A shell reads {} as they are; other readers of dotenv files may not, because of the quotes, backslashes or \
                 carriage returns in the values.",
                disagreed.join(", ")
            ),
            "Source the file in a shell, or check these values where they are used.",
        ));
    }
    let text = dotenv::write(variables);
    // Exposed because writing the values in clear is what the command is for.
    private_file::replace(file, text.expose().as_bytes()).map_err(|error| {
        Failure::new(
            FAILED,
            format!("{} cannot be written: {error}.", file.display()),
            "Name another file with --file, or check the folder's permissions.",
        )
    })?;
    let count = text::plural(pulled.report.variables.len(), "variable");
    output::tell(&format!(
        "{count} of {} written to {}.",
        pulled.environment,
        file.display()
    ));
    Ok(0)
}

/// `--only` takes one name each time.
fn check_names(only: &[String]) -> Result<(), Failure> {
    match only
        .iter()
        .find(|name| name.trim().is_empty() || name.contains(','))
    {
        None => Ok(()),
        Some(wrong) => Err(Failure::new(
            WRONG_USE,
            format!("--only takes the name of one variable, and \"{wrong}\" is none."),
            "Give it once for each variable: --only A --only B.",
        )),
    }
}

fn unwritable(name: &str, why: Unwritable, file: &Path) -> Failure {
    let what = match why {
        Unwritable::Name => "its name would not be a variable's in a shell",
        Unwritable::Nul => "its value has a NUL character, which no environment can hold",
    };
    Failure::new(
        FAILED,
        format!(
            "{name:?} cannot be written: {what}. {} was not written.",
            file.display()
        ),
        "Rename or change it, or name the others with --only.",
    )
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

fn is_complete(pulled: &Pulled) -> bool {
    pulled.report.problems.is_empty() && pulled.report.decrypted() == pulled.report.total
}

fn tell_problems(pulled: &Pulled) {
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
async fn as_runner(
    target: &Target,
    fetch: impl AsyncFnOnce(&str, &CiToken, &DeploySeed) -> Result<Pulled, Problem>,
) -> Result<Pulled, Failure> {
    let ci_token = CiToken::new(variable(CI_TOKEN_VARIABLE)?);
    let seed = protocol::crypto::parse_seed(&zeroize::Zeroizing::new(variable(SEED_VARIABLE)?))
        .map_err(Problem::from)?;
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

fn variable(name: &'static str) -> Result<String, Failure> {
    process_env::text(name)?.ok_or_else(|| {
        Failure::new(
            WRONG_USE,
            format!("{name} is not set."),
            "Set it in the environment of this command, as a runner has it.",
        )
    })
}
