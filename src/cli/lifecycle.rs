//! list, create, rotate, revoke, delete, reshare; replace is in a file of its own.

use super::args::{Command, HandOver};
use super::secret_sink::SecretSink;
use super::{locate, output, pending, replace, runner};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, NOT_SHARED, WRONG_USE};
use model::NewToken;
use protocol::crypto::Accepted;
use protocol::{EnvironmentName, TokenEntry, TokenName};
use service::checkpoint::Operation;
use service::{Context, MissingKey, Place, Revocations};
use text::Message;
use text::plural;

/// Runs one of them.
pub async fn run(target: &Target, project: Option<&str>, command: Command) -> Result<u8, Failure> {
    match command {
        Command::List { place, json } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let done = list(&connected.context, &place, json).await;
            pending::mention(&connected.context);
            done
        }
        Command::Create {
            place,
            name,
            end,
            no_verify,
            hand_over,
        } => {
            let lifetime = end.lifetime()?;
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let name = TokenName::parse(&name.unwrap_or_else(|| TokenName::suggestion(place.name())))?;
            let new = NewToken {
                name: name.as_str().to_owned(),
                lifetime,
            };
            let done = create(&connected.context, &place, new, hand_over, !no_verify).await;
            pending::mention(&connected.context);
            done
        }
        Command::Rotate {
            place,
            token,
            end,
            no_verify,
            hand_over,
        } => {
            let lifetime = end.lifetime()?;
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let sink = SecretSink::prepare(hand_over)?;
            let issued =
                service::rotate(&connected.context, &place, &token, lifetime, &output::progress).await;
            let pair = issued.as_ref().ok().filter(|_| !no_verify).and_then(runner::pair);
            let done = sink.hand_over(Operation::Rotate, issued);
            runner::check(&connected.context, pair).await;
            pending::mention(&connected.context);
            done
        }
        Command::Replace {
            place,
            token,
            finish: true,
            ..
        } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            replace::finish(&connected.context, &place, &token).await
        }
        Command::Replace {
            place,
            token,
            end,
            no_verify,
            hand_over,
            ..
        } => {
            let lifetime = end.lifetime()?;
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let asked = (token.as_str(), lifetime);
            replace::begin(&connected.context, &place, asked, hand_over, !no_verify).await
        }
        Command::Revoke(wanted) => {
            let environment = wanted.env.unwrap_or_default();
            let (connected, _, place) = locate(target, project, &environment).await?;
            let done = revoke(&connected.context, &place, &wanted.tokens).await;
            pending::mention(&connected.context);
            Ok(done)
        }
        Command::Delete { place, tokens } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            Ok(delete(&connected.context, &place, &tokens).await)
        }
        Command::Reshare {
            place,
            make_key,
            was_called,
            accept_unnamed,
        } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let missing = if make_key {
                MissingKey::Make
            } else {
                MissingKey::Refuse
            };
            let accepted = Accepted {
                former_name: was_called.map(EnvironmentName::new),
                unnamed: accept_unnamed,
            };
            let context = &connected.context;
            let count =
                service::reshare_accepting(context, &place, missing, &accepted, &output::progress).await?;
            output::tell(&format!(
                "The key of {} is sealed for {}.",
                place.name(),
                plural(count, "recipient")
            ));
            Ok(0)
        }
        Command::Serve(_)
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Find { .. }
        | Command::Requests { .. }
        | Command::Fulfil { .. }
        | Command::Licences
        | Command::LocalUser { .. }
        | Command::Verify { .. }
        | Command::Pull { .. }
        | Command::Pending { .. }
        | Command::Resume { .. } => Ok(WRONG_USE),
    }
}

async fn list(context: &Context, place: &Place, json: bool) -> Result<u8, Failure> {
    let entries = service::list(context, place).await?;
    for entry in &entries {
        if let TokenEntry::Malformed { id, missing, .. } = entry {
            let id = id
                .as_ref()
                .map_or("without an id", protocol::DeployTokenId::as_str);
            output::warning(&Message::new(
                format!("An entry ({id}) cannot be read: “{missing}” is missing."),
                "It is left out of JSON. Report it to the people who run the server.",
            ));
        }
    }
    let replacements = service::readable_replacements(context, place);
    if json {
        let tokens: Vec<_> = entries
            .iter()
            .filter_map(TokenEntry::token)
            .map(|token| output::TokenJson::listed(token, &replacements))
            .collect();
        output::json(&tokens)?;
    } else if entries.is_empty() {
        output::tell(&format!("{} has no deploy tokens.", place.name()));
    } else {
        output::result(&output::table(&entries, &replacements))?;
    }
    Ok(0)
}

async fn create(
    context: &Context,
    place: &Place,
    new: NewToken,
    hand_over: HandOver,
    verify: bool,
) -> Result<u8, Failure> {
    let sink = SecretSink::prepare(hand_over)?;
    let twins = service::list(context, place).await?;
    let twins = twins
        .iter()
        .filter_map(TokenEntry::token)
        .filter(|it| it.is_active() && it.name == new.name);
    if twins.count() > 0 {
        output::warning(&Message::new(
            format!("An active token is already called “{}”.", new.name),
            "This one gets the same name; tell them apart by their ids.",
        ));
    }
    let issued = service::create(context, place, new, &output::progress).await;
    let pair = issued.as_ref().ok().filter(|_| verify).and_then(runner::pair);
    let done = sink.hand_over(Operation::Create, issued);
    runner::check(context, pair).await;
    done
}

async fn revoke(context: &Context, place: &Place, tokens: &[String]) -> u8 {
    match service::revoke_all(context, place, tokens, &output::progress).await {
        Ok(done) => tell_revoked(done, place.name()),
        Err(error) => report(error),
    }
}

/// Tells what became of each token, and gives the exit code.
pub(super) fn tell_revoked(done: Revocations, place: &EnvironmentName) -> u8 {
    let mut worst = 0;
    for (_, outcome) in done.tokens {
        let code = match outcome {
            Ok(token) => {
                output::tell(&format!(
                    "{} ({}) is revoked: runners with it are refused.",
                    output::strong(&token.name),
                    token.id
                ));
                0
            }
            Err(error) => report(error),
        };
        worst = worst.max(code);
    }
    if let Some(Err(error)) = done.share {
        output::warning(&not_sealed_again(&text::explain(&error), place));
        worst = worst.max(NOT_SHARED);
    }
    worst
}

pub(super) fn not_sealed_again(cause: &Message, place: &EnvironmentName) -> Message {
    Message::new(
        format!(
            "The environment key was not sealed again for those who remain. {}",
            cause.what
        ),
        format!("{} Then run: deploy-tokens reshare --env {}", cause.next, place),
    )
}

async fn delete(context: &Context, place: &Place, tokens: &[String]) -> u8 {
    let mut worst = 0;
    for wanted in tokens {
        let code = match service::delete(context, place, wanted).await {
            Ok(token) => {
                output::tell(&format!(
                    "The record of {} ({}) is deleted.",
                    output::strong(&token.name),
                    token.id
                ));
                0
            }
            Err(error) => report(error),
        };
        worst = worst.max(code);
    }
    worst
}

fn report(error: model::Problem) -> u8 {
    let failure = Failure::from(error);
    output::failure(&failure.message);
    failure.code.max(FAILED)
}
