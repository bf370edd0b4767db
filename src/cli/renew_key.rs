//! renew-key: a new environment key, with everything under it.

use serde::Serialize;

use super::args::RenewKey;
use super::{locate, output, pending};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, NOT_SHARED};
use model::{Problem, Renewed, RunnerProof};
use protocol::EnvironmentName;
use service::{Context, Place, WantedRenewal};
use text::Message;

#[derive(Serialize)]
struct RenewedJson<'a> {
    environment: &'a str,
    fingerprint: String,
    previous_fingerprint: String,
    version: u64,
    recipients: usize,
    /// All of them may have been read by whoever held the previous key.
    variables: &'a [String],
    left_out: &'a [String],
    revived: u64,
    /// How long runners could not decrypt.
    gap_milliseconds: Option<u128>,
    /// `passed`, `failed` or `skipped`.
    runner: &'static str,
    /// How many variables the throw-away token decrypted.
    runner_decrypted: Option<usize>,
    runner_problem: Option<String>,
}

impl<'a> RenewedJson<'a> {
    fn new(done: &'a Renewed, environment: &'a EnvironmentName, proof: Option<&RunnerProof>) -> Self {
        let (runner, runner_decrypted, runner_problem) = match proof {
            None => ("skipped", None, None),
            Some(RunnerProof::Passed(decrypted)) => ("passed", Some(*decrypted), None),
            Some(RunnerProof::Failed(problem)) => ("failed", None, Some(text::explain(problem).to_string())),
        };
        Self {
            environment: environment.as_str(),
            fingerprint: done.now.to_hex(),
            previous_fingerprint: done.before.to_hex(),
            version: done.version,
            recipients: done.recipients,
            variables: &done.variables,
            left_out: &done.left_out,
            revived: done.revived,
            gap_milliseconds: done.gap.map(|gap| gap.as_millis()),
            runner,
            runner_decrypted,
            runner_problem,
        }
    }
}

/// Makes the new key, and tries as a runner what came of it.
pub(super) async fn run(target: &Target, project: Option<&str>, wanted: RenewKey) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, &wanted.place.env).await?;
    let context = &connected.context;
    let was_called = wanted.was_called.map(EnvironmentName::new);
    let done = service::renew_key(context, &place, was_called.as_ref(), &output::progress).await?;
    let proof = if wanted.no_runner_check {
        None
    } else {
        Some(service::prove_as_runner(context, &place, &output::progress).await)
    };
    if wanted.json {
        output::json(&RenewedJson::new(&done, place.name(), proof.as_ref()))?;
    } else {
        tell(&done, place.name());
    }
    let code = match &proof {
        None => 0,
        Some(RunnerProof::Passed(decrypted)) => {
            output::tell(&text::renewal::passed(*decrypted));
            0
        }
        Some(RunnerProof::Failed(problem)) => {
            output::warning(&text::renewal::not_proven_because(problem));
            FAILED
        }
    };
    pending::mention(context);
    Ok(code)
}

/// Notes that the keys of these environments are to be renewed as soon as their tokens are revoked, if that is `wanted`.
pub(super) fn wish(context: &Context, places: &[Place], wanted: bool) -> Vec<WantedRenewal> {
    if wanted {
        service::want_renewals(context, places)
    } else {
        Vec::new()
    }
}

/// Makes the keys anew that were wished for before the revocation that ended with `code`, if that says that all tokens are
/// revoked. Gives the exit code of both.
pub(super) async fn afterwards(context: &Context, wished: Vec<WantedRenewal>, code: u8) -> u8 {
    if wished.is_empty() {
        return code;
    }
    if !matches!(code, 0 | NOT_SHARED) {
        output::warning(&Message::new(
            "The key was not renewed, because not everything is revoked.",
            "Revoke what is left. That the key is to be renewed is kept: deploy-tokens pending says how.",
        ));
        return code;
    }
    let mut worst = code;
    for wanted in wished {
        let environment = wanted.place().name().clone();
        match wanted.renew(context, &output::progress).await {
            Ok(done) => tell(&done, &environment),
            Err(problem) => {
                let failure = Failure::from(Problem::In {
                    environment,
                    problem: Box::new(problem),
                });
                output::failure(&failure.message);
                worst = worst.max(failure.code);
            }
        }
    }
    worst
}

/// What came of it, on standard error.
pub(super) fn tell(done: &Renewed, environment: &EnvironmentName) {
    for line in text::renewal::done(done, environment) {
        output::tell(&line);
    }
}
