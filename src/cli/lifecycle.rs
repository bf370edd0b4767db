//! list, create, rotate, revoke, delete, reshare; replace is in a file of its own.

use super::args::{self, Again, HandOver, Issue, Revoke};
use super::secret_sink::SecretSink;
use super::send::{self, Sending};
use super::{locate, look_alike, output, pending, renew_key, runner};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, NOT_SHARED};
use model::{NewToken, Problem};
use protocol::crypto::Accepted;
use protocol::{EnvironmentName, TokenEntry, TokenName};
use service::checkpoint::Operation;
use service::{Context, Issued, MissingKey, Place, Revocations, WantedRenewal};
use text::Message;
use text::plural;

/// Prints the tokens of an environment.
pub(super) async fn list(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    json: bool,
) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let done = print(&connected.context, &place, json).await;
    pending::mention(&connected.context);
    done
}

async fn print(context: &Context, place: &Place, json: bool) -> Result<u8, Failure> {
    let (entries, uses) = service::list_with_uses(context, place).await?;
    tell_unreadable(&entries);
    output::clock(context);
    look_alike::tell("Tokens", named(&entries));
    let replacements = service::readable_replacements(context, place);
    if json {
        let tokens: Vec<_> = entries
            .iter()
            .filter_map(TokenEntry::token)
            .map(|token| output::TokenJson::listed(token, &replacements, &uses))
            .collect();
        output::json(&tokens)?;
    } else if entries.is_empty() {
        output::tell(&format!("{} has no deploy tokens.", place.name()));
    } else {
        output::result(&output::table(&entries, &replacements))?;
    }
    Ok(0)
}

fn named(entries: &[TokenEntry]) -> impl Iterator<Item = (&str, &str)> {
    let tokens = entries.iter().filter_map(TokenEntry::token);
    tokens.map(|it| (it.name.as_str(), it.id.as_str()))
}

/// Points out tokens that look like those that were chosen by their names. What is typed in ASCII is what it looks like.
pub(super) async fn mind_look_alikes(
    context: &Context,
    place: &Place,
    chosen: &[String],
) -> Result<(), Failure> {
    if chosen.iter().all(|it| it.is_ascii()) {
        return Ok(());
    }
    let entries = service::list(context, place).await?;
    for chosen in chosen {
        look_alike::tell_of("Tokens", chosen, named(&entries));
    }
    Ok(())
}

/// What of a list cannot be read, in two warnings at most, however much that is.
fn tell_unreadable(entries: &[TokenEntry]) {
    let unread: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            TokenEntry::Malformed(entry) => Some(text::emergency::unread_entry(entry)),
            TokenEntry::Token(_) => None,
        })
        .collect();
    let in_part: Vec<_> = entries
        .iter()
        .filter_map(TokenEntry::token)
        .filter(|token| !token.lacks().is_empty())
        .map(|token| format!("{} ({})", token.id, token.lacks().join(", ")))
        .collect();
    if !unread.is_empty() {
        output::warning(&Message::new(
            format!(
                "In the list, {} cannot be read, so that nothing can be done with it.",
                text::emergency::first_of(unread.into_iter())
            ),
            "It is left out of JSON. Report it to the people who run the server.",
        ));
    }
    if !in_part.is_empty() {
        output::warning(&Message::new(
            format!(
                "Not read as a whole, because of what is in brackets: {}.",
                text::emergency::first_of(in_part.into_iter())
            ),
            "It can be revoked by its id. Report it to the people who run the server.",
        ));
    }
}

/// Creates a token and hands its secrets over.
pub(super) async fn create(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    name: Option<String>,
    issue: Issue,
) -> Result<u8, Failure> {
    let lifetime = issue.end.lifetime()?;
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let (context, place) = (&connected.context, &place);
    let name = TokenName::parse(&name.unwrap_or_else(|| TokenName::suggestion(place.name(), |_| false)))?;
    let new = NewToken {
        name: name.as_str().to_owned(),
        lifetime,
    };
    let sink = SecretSink::prepare(issue.hand_over).await?;
    let twins = service::list(context, place).await?;
    let twins = twins
        .iter()
        .filter_map(TokenEntry::token)
        .filter(|it| it.may_be_active() && it.name == new.name);
    if twins.count() > 0 {
        output::warning(&Message::new(
            format!("An active token is already called “{}”.", new.name),
            "This one gets the same name; tell them apart by their ids.",
        ));
    }
    let issued = service::create(context, place, new, &output::progress).await;
    hand_over(context, sink, Operation::Create, issued, !issue.no_verify).await
}

/// Gives a token new secrets and hands them over.
pub(super) async fn rotate(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    token: &str,
    again: Again,
    issue: Issue,
) -> Result<u8, Failure> {
    let lifetime = issue.end.lifetime()?;
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let context = &connected.context;
    mind_look_alikes(context, &place, &[token.to_owned()]).await?;
    let sink = sink_for(context, &place, token, again, issue.hand_over).await?;
    let issued = service::rotate(context, &place, token, lifetime, &output::progress).await;
    hand_over(context, sink, Operation::Rotate, issued, !issue.no_verify).await
}

/// Where the values of a token will go that it had before.
///
/// # Errors
/// As [`SecretSink::prepare`]; for a token that is not there, or that was never sent anywhere.
pub(super) async fn sink_for(
    context: &Context,
    place: &Place,
    token: &str,
    again: Again,
    hand_over: HandOver,
) -> Result<SecretSink, Failure> {
    if !again.send_again {
        return SecretSink::prepare(hand_over).await;
    }
    let entries = service::list(context, place).await?;
    let found = protocol::token::find(&entries, token).map_err(Problem::from)?;
    let destinations = send::again(context, &found.id, send::asked(&hand_over)?)?;
    Ok(SecretSink::Sent(Sending::prepare(destinations).await?))
}

/// Hands over what was issued, checks it as its runner where that is wanted, and mentions what else waits.
async fn hand_over(
    context: &Context,
    sink: SecretSink,
    operation: Operation,
    issued: Result<Issued, Problem>,
    verify: bool,
) -> Result<u8, Failure> {
    let pair = issued.as_ref().ok().filter(|_| verify).and_then(runner::pair);
    let done = sink.hand_over(context, operation, issued).await;
    runner::check(context, pair).await;
    output::clock(context);
    pending::mention(context);
    done
}

/// Ends the tokens that are named.
pub(super) async fn revoke(target: &Target, project: Option<&str>, wanted: &Revoke) -> Result<u8, Failure> {
    let environment = wanted.env.as_deref().unwrap_or_default();
    let (connected, _, place) = locate(target, project, environment).await?;
    let context = &connected.context;
    mind_look_alikes(context, &place, &wanted.tokens).await?;
    let wished = renew_key::wish(context, std::slice::from_ref(&place), wanted.renew_key);
    let done = match service::revoke_all(context, &place, &wanted.tokens, &output::progress).await {
        Ok(done) => {
            let code = tell_revoked(done, place.name());
            Ok(renew_key::afterwards(context, wished, code).await)
        }
        Err(error) => {
            // Nothing is revoked, and nothing went on that is to be gone on with.
            wished.into_iter().for_each(WantedRenewal::give_up);
            Err(error.into())
        }
    };
    pending::mention(context);
    done
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

/// Deletes records of revoked tokens.
pub(super) async fn delete(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    tokens: &[String],
) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, &place.env).await?;
    mind_look_alikes(&connected.context, &place, tokens).await?;
    let mut worst = 0;
    for wanted in tokens {
        let code = match service::delete(&connected.context, &place, wanted).await {
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
    Ok(worst)
}

fn report(error: Problem) -> u8 {
    let failure = Failure::from(error);
    output::failure(&failure.message);
    failure.code.max(FAILED)
}

/// Seals the key again for everybody.
pub(super) async fn reshare(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    make_key: bool,
    accepted: &Accepted,
) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let missing = if make_key {
        MissingKey::Make
    } else {
        MissingKey::Refuse
    };
    let context = &connected.context;
    let count = service::reshare_accepting(context, &place, missing, accepted, &output::progress).await?;
    output::tell(&format!(
        "The key of {} is sealed for {}.",
        place.name(),
        plural(count, "recipient")
    ));
    Ok(0)
}
