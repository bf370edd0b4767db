//! revoke --all, resume --all-revocations: many tokens at once.

use std::io::{BufRead as _, Read as _};
use std::time::Instant;

use super::args::Revoke;
use super::secret_sink::new_file;
use super::{locate, output, pending, renew_key};
use crate::connect::{Connected, Target};
use crate::failure::{FAILED, Failure, NOT_SHARED, REFUSED, UNREACHABLE, WRONG_USE};
use model::{
    Incident, KeyToRenew, ListOf, PlacedToken, Problem, RetryPolicy, RevocationStatus, RevokeTarget, Tally,
    Unlisted,
};
use private_file::NewFile;
use protocol::{Moment, TokenEntry};
use service::revocation::{self, KnownCiTokens, RunOptions, StopWaiting};
use service::{Context, Place};
use text::Message;
use text::{emergency as words, plural};

/// A command ends some day: after half a minute without an answer the rest stays in the journal.
const TRIES: usize = 8;

/// Ends all active tokens of an environment, or of everything.
pub async fn revoke_all(target: &Target, project: Option<&str>, options: &Revoke) -> Result<u8, Failure> {
    let (connected, active, unlisted) = match &options.env {
        Some(environment) => of_environment(target, project, environment).await?,
        None if project.is_some() => {
            return Err(Failure::new(
                WRONG_USE,
                "--everywhere goes through all projects, so none can be named.",
                "Leave --project and --dir out, or name an environment with --env.",
            ));
        }
        None => {
            let connected = target.connect().await?;
            let overview = revocation::survey(&connected.context).await?;
            (connected, overview.active, overview.unlisted)
        }
    };
    output::unlisted(&unlisted);
    let incomplete = if unlisted.is_empty() { 0 } else { FAILED };
    if active.is_empty() {
        output::tell(if unlisted.is_empty() {
            "There are no active deploy tokens."
        } else {
            "No deploy token was found that is active."
        });
        return Ok(incomplete);
    }
    output::tell(table(&active).trim_end());
    let report = options.report.as_deref();
    let report = report.map(new_file).transpose()?;
    if !options.yes
        && let Err(refused) = confirm(active.len())
    {
        if let Some(file) = report {
            file.discard();
        }
        return Err(refused);
    }
    let targets: Vec<RevokeTarget> = active.iter().map(RevokeTarget::from).collect();
    let wished = renew_key::wish(&connected.context, &places(&targets), options.renew_key);
    let done = run(&connected, &targets, unlisted, report).await;
    let done = renew_key::afterwards(&connected.context, wished, done).await;
    pending::mention(&connected.context);
    Ok(if done == 0 { incomplete } else { done })
}

/// The environments of these tokens, each once.
fn places(targets: &[RevokeTarget]) -> Vec<Place> {
    let keys = KeyToRenew::of(targets).into_iter();
    keys.map(|it| Place {
        project: it.project,
        environment: it.environment,
    })
    .collect()
}

async fn of_environment(
    target: &Target,
    project: Option<&str>,
    environment: &str,
) -> Result<(Connected, Vec<PlacedToken>, Vec<Unlisted>), Failure> {
    let (connected, project, place) = locate(target, project, environment).await?;
    let (mut active, mut unreadable) = (Vec::new(), Vec::new());
    for entry in service::list(&connected.context, &place).await? {
        match entry {
            TokenEntry::Token(token) if token.may_be_active() => active.push(PlacedToken {
                project: project.id.clone(),
                project_name: project.name.clone(),
                environment: place.environment.clone(),
                token,
            }),
            TokenEntry::Token(_) => {}
            TokenEntry::Malformed(entry) => unreadable.push(entry),
        }
    }
    model::emergency::sort_by_danger(&mut active);
    let unlisted = Unlisted::entries(ListOf::Tokens(project.name), unreadable);
    Ok((connected, active, unlisted.into_iter().collect()))
}

fn table(active: &[PlacedToken]) -> String {
    let (now, zone) = (Moment::now(), jiff::tz::TimeZone::system());
    let mut rows = vec![["NAME", "PROJECT", "ENVIRONMENT", "LAST USED", "ID"].map(str::to_owned)];
    rows.extend(active.iter().map(|it| {
        [
            it.token.name.clone(),
            it.project_name.clone(),
            text::environment(&it.environment.name).to_owned(),
            text::happened(it.token.last_use, now, &zone),
            it.token.id.to_string(),
        ]
    }));
    output::aligned(&rows)
}

/// Reads one line, which has to say what is about to happen.
fn confirm(count: usize) -> Result<(), Failure> {
    let wanted = format!("revoke {}", plural(count, "token"));
    output::tell(&format!(
        "Runners with {} stop at once. This cannot be undone.\nType “{wanted}” to go on:",
        if count == 1 { "it" } else { "them" }
    ));
    let mut typed = String::new();
    // What cannot be read was not typed.
    drop(std::io::stdin().lock().take(1024).read_line(&mut typed));
    if typed.trim() == wanted {
        return Ok(());
    }
    Err(Failure::new(
        WRONG_USE,
        "It was not confirmed, so nothing was changed.",
        "Type exactly what is asked for, or pass --yes in a script.",
    ))
}

/// Ends them, tells of each, and writes the report.
async fn run(
    connected: &Connected,
    targets: &[RevokeTarget],
    unlisted: Vec<Unlisted>,
    report: Option<NewFile>,
) -> u8 {
    let context = &connected.context;
    let (started, clock) = (Moment::now(), Instant::now());
    let tell = |index: usize, status: &RevocationStatus| tell_status(&targets[index], status);
    let options = options(context, &tell);
    let statuses = revocation::revoke_targets(context, targets, &options).await;
    let code = tell_outcome(&statuses, unlisted.is_empty(), clock);
    if let Some(file) = report {
        let incident = incident(connected, started, targets, &statuses, unlisted).await;
        let text = text::incident::report(&incident, &jiff::tz::TimeZone::system());
        let path = file.path().to_owned();
        match file.fill(text.as_bytes()) {
            Ok(()) => output::tell(&format!("The incident report is in {}.", path.display())),
            Err(error) => output::warning(&Message::new(
                format!(
                    "The incident report cannot be written to {}: {error}.",
                    path.display()
                ),
                "What was revoked is revoked all the same.",
            )),
        }
    }
    code
}

fn options<'a>(
    context: &Context,
    tell: &'a (dyn Fn(usize, &RevocationStatus) + Send + Sync),
) -> RunOptions<'a> {
    RunOptions {
        retry: RetryPolicy::REVOKE.tries(TRIES),
        stop: StopWaiting::default(),
        known: KnownCiTokens::held_here(context),
        tell,
    }
}

async fn incident(
    connected: &Connected,
    started: Moment,
    targets: &[RevokeTarget],
    statuses: &[RevocationStatus],
    unlisted: Vec<Unlisted>,
) -> Incident {
    let tokens = targets.iter().cloned().zip(statuses.iter().cloned()).collect();
    revocation::incident(
        &connected.context,
        connected.origin.clone(),
        started,
        tokens,
        unlisted,
    )
    .await
}

fn tell_status(target: &RevokeTarget, status: &RevocationStatus) {
    let what = match status {
        // Told once, when the server first says so.
        RevocationStatus::Refused { .. } | RevocationStatus::Retrying(_) => {
            words::status(status).to_lowercase()
        }
        RevocationStatus::NotRevoked(why) | RevocationStatus::Unknown(why) => {
            let name = format!("{} ({})", target.name, target.token);
            let said = words::status(status).to_lowercase();
            let why = text::explain(why);
            return output::warning(&Message::new(format!("{name}: {said}. {}", why.what), why.next));
        }
        RevocationStatus::Queued
        | RevocationStatus::Revoking
        | RevocationStatus::Reshared { .. }
        | RevocationStatus::ReshareFailed { .. } => return,
    };
    output::tell(&format!(
        "{} ({}) in {}: {what}",
        output::strong(&target.name),
        target.token,
        text::place(&target.project_name, &target.environment.name)
    ));
}

fn tell_outcome(statuses: &[RevocationStatus], is_complete: bool, clock: Instant) -> u8 {
    let tally = Tally::of(statuses);
    let took = clock.elapsed().as_secs_f32();
    output::tell(&format!(
        "{} It took {took:.1} s.",
        words::outcome(tally, is_complete)
    ));
    let mut told: Vec<&Problem> = Vec::new();
    for status in statuses {
        if let RevocationStatus::ReshareFailed { why, .. } = status
            && !told.contains(&why)
        {
            let cause = text::explain(why);
            output::warning(&Message::new(
                format!(
                    "The environment key was not sealed again for those who remain. {}",
                    cause.what
                ),
                format!("{} Then run: deploy-tokens reshare --env ENVIRONMENT", cause.next),
            ));
            told.push(why);
        }
    }
    let any = |wanted: fn(&RevocationStatus) -> bool| statuses.iter().any(wanted);
    if any(|status| matches!(status, RevocationStatus::Unknown(_))) {
        UNREACHABLE
    } else if any(|status| matches!(status, RevocationStatus::NotRevoked(_))) {
        REFUSED
    } else if !told.is_empty() {
        NOT_SHARED
    } else {
        0
    }
}

/// Finishes all interrupted revocations.
pub async fn resume(target: &Target) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    let context = &connected.context;
    let taken = revocation::take_up(context).await;
    if taken.is_empty() {
        output::tell("No revocation was interrupted.");
        return Ok(0);
    }
    let (targets, clock) = (taken.targets.clone(), Instant::now());
    let tell = |index: usize, status: &RevocationStatus| tell_status(&targets[index], status);
    let wished = service::wanted_renewals(context, &places(&targets));
    let statuses = taken.go_on(context, &options(context, &tell)).await;
    let done = tell_outcome(&statuses, true, clock);
    Ok(renew_key::afterwards(context, wished, done).await)
}
