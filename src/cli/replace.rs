//! replace: a successor beside a token, and the old one's end.

use super::args::{self, Again, Issue};
use super::{given, lifecycle, locate, output, pending, runner};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, NOT_SHARED};
use model::{CI_TOKEN_VARIABLE, Problem, Proof, Replacement, ReplacementState};
use protocol::secret::CiToken;
use protocol::{EnvironmentName, Moment, TokenEntry};
use service::Replaced;
use service::checkpoint::Operation;
use text::Message;

/// Makes the successor and hands its secrets over.
pub(super) async fn begin(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    token: &str,
    again: Again,
    issue: Issue,
) -> Result<u8, Failure> {
    let lifetime = issue.end.lifetime()?;
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let (context, place) = (&connected.context, &place);
    lifecycle::mind_look_alikes(context, place, &[token.to_owned()]).await?;
    let sink = lifecycle::sink_for(context, place, token, again, issue.hand_over).await?;
    let issued = service::replace(context, place, token, lifetime, &output::progress).await;
    let successor = issued
        .as_ref()
        .ok()
        .map(|issued| issued.issuance.token.id.clone());
    let pair = issued
        .as_ref()
        .ok()
        .filter(|_| !issue.no_verify)
        .and_then(runner::pair);
    let done = sink.hand_over(context, Operation::Replace, issued).await;
    runner::check(context, pair).await;
    if let Some(successor) = successor {
        output::tell(&format!(
            "The old token works until you say that CI has the new values: deploy-tokens replace --env {} --finish {successor}",
            place.name()
        ));
    }
    pending::mention(context);
    done
}

/// Revokes the old token, after telling whether the successor was used.
pub(super) async fn finish(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    token: &str,
) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let (context, place) = (&connected.context, &place);
    let (listed, _) = service::list_with_uses(context, place).await?;
    let all = service::replacements(context, place)?;
    if let [only] = all
        .iter()
        .filter(|it| is_named(it, token))
        .collect::<Vec<_>>()
        .as_slice()
    {
        output::tell(&standing(only, &listed));
    }
    let known = given::optional(CI_TOKEN_VARIABLE)?.map(CiToken::new);
    let done = service::finish_replacement(context, place, token, known.as_ref(), &output::progress).await?;
    let code = tell_replaced(&done, place.name());
    pending::mention(context);
    Ok(code)
}

fn is_named(it: &Replacement, token: &str) -> bool {
    let id = |id: &protocol::DeployTokenId| id.as_str() == token;
    it.name == token || id(&it.old) || it.successor.as_ref().is_some_and(id)
}

/// How a replacement stands, in a sentence.
fn standing(it: &Replacement, listed: &[TokenEntry]) -> String {
    let name = output::strong(&it.name);
    match it.progress(listed) {
        ReplacementState::Used(at) => {
            let zone = jiff::tz::TimeZone::system();
            format!(
                "The successor of {name} was used {}.",
                at.past(Moment::now(), &zone)
            )
        }
        ReplacementState::UseNotKnown => {
            format!("It is not known whether the successor of {name} has been used.")
        }
        ReplacementState::Unused => format!("The successor of {name} has not been used yet."),
        ReplacementState::Issuing => format!("The successor of {name} was not handed over yet."),
        ReplacementState::SuccessorGone => format!("The successor of {name} is not active."),
        ReplacementState::Unclear => format!("How the successor of {name} stands cannot be read."),
        ReplacementState::OldGone => format!("{name} itself is not active any more."),
    }
}

/// Tells how a replacement ended, and gives the exit code.
pub(super) fn tell_replaced(done: &Replaced, place: &EnvironmentName) -> u8 {
    let name = output::strong(&done.name);
    let code = match &done.proof {
        Ok(Proof::RunnerRefused) => {
            output::tell(&format!(
                "{name} ({}) is revoked: the server refused its CI token when it was tried.",
                done.old
            ));
            0
        }
        Ok(Proof::Listed | Proof::Answered) => {
            output::tell(&format!(
                "{name} ({}) is revoked: the server does not list it as active any more.",
                done.old
            ));
            0
        }
        Err(Problem::NotDone) => {
            output::failure(&text::explain(&Problem::NotDone));
            return FAILED;
        }
        Err(error) => {
            let cause = text::explain(error);
            output::warning(&Message::new(
                format!(
                    "{} ({}) is revoked; the server could not be asked once more. {}",
                    done.name, done.old, cause.what
                ),
                "List the tokens to see it.",
            ));
            0
        }
    };
    output::tell(&format!("{name} ({}) has taken its place.", done.successor.id));
    match &done.share {
        Ok(_) => code,
        Err(error) => {
            output::warning(&lifecycle::not_sealed_again(&text::explain(error), place));
            NOT_SHARED
        }
    }
}
