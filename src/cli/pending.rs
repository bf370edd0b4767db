//! pending, resume: operations that were interrupted.

use serde::Serialize;

use super::args::{Choice, HandOver};
use super::secret_sink::SecretSink;
use super::{lifecycle, output, renew_key, replace};
use crate::connect::Target;
use crate::failure::{Failure, WRONG_USE};
use model::formats::Format;
use model::{Finding, NotActive, Remedy, WorkKind};
use protocol::{EnvironmentName, Lifetime, Moment};
use service::checkpoint::Operation;
use service::{Context, Finished, Interrupted};
use text::Message;

/// Says on standard error that operations were interrupted, if some were.
pub fn mention(context: &Context) {
    let all = context
        .journal
        .as_ref()
        .map_or_else(Vec::new, |journal| journal.interrupted());
    if !all.is_empty() {
        let Message { what, next } = text::unfinished(&all, Moment::now());
        output::warning(&Message::new(
            what,
            format!("{next} See what can be done: deploy-tokens pending"),
        ));
    }
}

#[derive(Serialize)]
struct PendingJson<'a> {
    id: &'a str,
    operation: Option<&'static str>,
    name: Option<&'a str>,
    token: Option<&'a str>,
    environment: Option<&'a str>,
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet_closed: Option<bool>,
    state: &'static str,
    says: String,
    remedies: Vec<&'static str>,
}

/// Lists them.
pub async fn list(target: &Target, json: bool) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    service::tidy(&connected.context).await?;
    let all = service::interrupted(&connected.context).await?;
    if json {
        output::json(&all.iter().map(as_json).collect::<Vec<_>>())?;
    } else if all.is_empty() {
        output::tell("No operation was interrupted.");
    } else {
        output::result(&all.iter().map(as_text).collect::<String>())?;
    }
    Ok(0)
}

fn as_json(it: &Interrupted) -> PendingJson<'_> {
    let about = it.about.as_ref();
    PendingJson {
        id: it.id.as_str(),
        operation: about.map(|about| verb(about.kind)),
        name: about.map(|about| about.name.as_str()),
        token: about.and_then(|about| Some(about.token.as_ref()?.as_str())),
        environment: about.map(|about| about.environment.as_str()),
        started_at: about.map(|about| about.started.to_wire()),
        kept_until: it.shown.map(|shown| shown.until.to_wire()),
        sheet_closed: it.shown.map(|shown| shown.is_closed),
        state: state(&it.finding),
        says: says(it),
        remedies: it.remedies().iter().map(|remedy| name(*remedy)).collect(),
    }
}

fn as_text(it: &Interrupted) -> String {
    let what = it.about.as_ref().map_or_else(String::new, |about| {
        let zone = jiff::tz::TimeZone::system();
        format!(
            "{} {} in {}, begun {}\n",
            verb(about.kind),
            output::strong_result(&about.name),
            about.environment,
            about.started.past(Moment::now(), &zone)
        )
    });
    let ways: String = it
        .remedies()
        .iter()
        .map(|remedy| format!("  {}\n", command(it, *remedy)))
        .collect();
    format!("{}  {what}  {}\n{ways}", it.id, says(it))
}

fn command(it: &Interrupted, remedy: Remedy) -> String {
    let option = match remedy {
        Remedy::Show | Remedy::Finish => "",
        Remedy::Rotate => " --rotate",
        Remedy::Revoke => " --revoke",
        Remedy::Discard => " --discard",
    };
    format!("deploy-tokens resume {}{option}", it.id)
}

fn verb(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Create => "create",
        WorkKind::Rotate => "rotate",
        WorkKind::Replace => "replace",
        WorkKind::Revoke(_) => "revoke",
        WorkKind::RenewKey => "renew-key",
    }
}

fn name(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Show => "show",
        Remedy::Finish => "finish",
        Remedy::Rotate => "rotate",
        Remedy::Revoke => "revoke",
        Remedy::Discard => "discard",
    }
}

fn state(finding: &Finding) -> &'static str {
    match finding {
        Finding::Complete => "complete",
        Finding::Unfinished { .. } => "unfinished",
        Finding::ValuesGone => "values-gone",
        Finding::OtherKey => "other-key",
        Finding::NotActive(NotActive::NeverRegistered) => "never-registered",
        Finding::NotActive(NotActive::Superseded) => "superseded",
        Finding::NotActive(NotActive::Revoked) => "revoked",
        Finding::NotActive(NotActive::Gone) => "gone",
        Finding::NotActive(NotActive::SuccessorGone) => "successor-gone",
        Finding::Waiting { .. } => "waiting",
        Finding::Queue { .. } => "queue",
        Finding::Variables { .. } => "variables",
        Finding::KeyWanted => "key-wanted",
        Finding::InUse => "in-use",
        Finding::Elsewhere => "elsewhere",
        Finding::Unreadable(_) => "unreadable",
        Finding::Unknown(_) => "unknown",
    }
}

/// What became of it; where several things can be meant, also what the options do.
fn says(it: &Interrupted) -> String {
    let says = text::pending(&it.facts(), Moment::now());
    match &it.finding {
        Finding::Waiting { .. } => {
            format!("{says} Finishing revokes the old one, --revoke its successor, --discard keeps both.")
        }
        _ => says,
    }
}

/// Finishes one of them, or revokes its token, or forgets it.
pub async fn resume(target: &Target, id: &str, choice: Choice, hand_over: HandOver) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    let context = &connected.context;
    service::tidy(context).await?;
    let chosen = pick(service::interrupted(context).await?, id)?;
    let about = chosen.about.as_ref();
    let place = about.map_or_else(|| EnvironmentName::new(""), |about| about.environment.clone());
    if choice.discard {
        service::discard(chosen)?;
        output::tell("The interrupted operation is forgotten.");
        return Ok(0);
    }
    if choice.revoke {
        let done = service::take_back(context, chosen, &output::progress).await?;
        return Ok(lifecycle::tell_revoked(done, &place));
    }
    if choice.rotate {
        let sink = SecretSink::prepare(hand_over).await?;
        let lifetime = Lifetime::default();
        let rotated = service::rotate_unclaimed(context, chosen, lifetime, &output::progress).await;
        return sink.hand_over(context, Operation::Rotate, rotated).await;
    }
    let hands_over = !matches!(
        chosen.finding,
        Finding::Queue { .. } | Finding::Waiting { .. } | Finding::Variables { .. } | Finding::KeyWanted
    );
    // Checked before anything is done, where there is something to hand over.
    let sink = if hands_over {
        SecretSink::prepare(hand_over).await?
    } else {
        SecretSink::Standard(Format::default())
    };
    match service::finish(context, chosen, &output::progress).await {
        Ok(Finished::Issued(issued)) => sink.hand_over(context, Operation::Resume, Ok(*issued)).await,
        Ok(Finished::Replaced(done)) => Ok(replace::tell_replaced(&done, &place)),
        Ok(Finished::Renewed(done)) => {
            renew_key::tell(&done, &place);
            Ok(0)
        }
        Ok(Finished::Revoked(done)) => Ok(lifecycle::tell_revoked(done, &place)),
        Err(error) => sink.hand_over(context, Operation::Resume, Err(error)).await,
    }
}

fn pick(all: Vec<Interrupted>, wanted: &str) -> Result<Interrupted, Failure> {
    let mut fitting: Vec<Interrupted> = all
        .into_iter()
        .filter(|it| !wanted.is_empty() && it.id.as_str().starts_with(wanted))
        .collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Failure::new(
            WRONG_USE,
            format!("Several interrupted operations begin with “{wanted}”."),
            "Give more of the id.",
        )),
        (None, _) => Err(Failure::new(
            WRONG_USE,
            format!("There is no interrupted operation “{wanted}”."),
            "List them: deploy-tokens pending",
        )),
    }
}
