//! The words of an emergency: statuses, what is not listed, and the incident report.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{Message, exactly, explain, grouped, plural};
use model::{
    Incident, LeakError, Leaked, ListOf, Proof, Readable, RevocationStatus, RevokeTarget, Tally, Unlisted,
};
use protocol::unseen::shown;
use protocol::{Moment, UnreadEntry};

/// What to know before chosen tokens are revoked: how many of them a search hides, and how many a runner has used within the
/// last hour. `None` where neither is so.
pub fn chosen(count: usize, hidden: usize, used: usize) -> Option<String> {
    let hidden = match hidden {
        0 => None,
        _ if hidden == count => Some("none of them shown".to_owned()),
        _ => Some(format!("{} of them not shown", grouped(hidden))),
    };
    let used = match used {
        0 => None,
        _ => Some(format!("{} used in the last hour", grouped(used))),
    };
    let facts: Vec<String> = hidden.into_iter().chain(used).collect();
    (!facts.is_empty()).then(|| format!("{} chosen, {}.", grouped(count), facts.join(", ")))
}

/// What a line says while a run is under way and after it.
pub fn status(status: &RevocationStatus) -> String {
    match status {
        RevocationStatus::Queued => "Queued".to_owned(),
        RevocationStatus::Revoking => "Revoking".to_owned(),
        RevocationStatus::Retrying(_) => "No answer, trying again".to_owned(),
        RevocationStatus::Refused { .. } => "Refused by the server".to_owned(),
        RevocationStatus::Reshared { .. } => "Key sealed again without it".to_owned(),
        RevocationStatus::ReshareFailed { .. } => "Refused by the server, key not sealed again".to_owned(),
        RevocationStatus::NotRevoked(_) => "Not revoked".to_owned(),
        RevocationStatus::Unknown(_) => "Not known to be revoked".to_owned(),
    }
}

/// How it is known that runners are refused.
pub fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Answered => "the server answered that it is revoked",
        Proof::Listed => "the server lists it as revoked",
        Proof::RunnerRefused => "asked with its CI token, the server refuses it",
    }
}

/// The proof of a whole run, in a sentence: of one token, or of several.
pub fn proof_of(proof: Proof, count: usize) -> String {
    let it = if count == 1 { "it" } else { "them" };
    match proof {
        Proof::Answered => format!("Proof: the server answered that it has revoked {it}."),
        Proof::Listed => format!("Proof: the server lists {it} as revoked."),
        Proof::RunnerRefused if count == 1 => {
            "Proof: asked with its CI token, the server refuses it.".to_owned()
        }
        Proof::RunnerRefused => "Proof: asked with their CI tokens, the server refuses them.".to_owned(),
    }
}

/// What went wrong with a token, if something did.
pub fn trouble(status: &RevocationStatus) -> Option<Message> {
    match status {
        RevocationStatus::Retrying(why)
        | RevocationStatus::NotRevoked(why)
        | RevocationStatus::Unknown(why)
        | RevocationStatus::ReshareFailed { why, .. } => Some(explain(why)),
        _ => None,
    }
}

/// What could not be looked at.
pub fn unlisted(unlisted: &Unlisted) -> Message {
    let (whose, error) = match unlisted {
        Unlisted::Organization { name, error } => {
            (format!("The organisation {name} cannot be looked into."), error)
        }
        Unlisted::Project { name, error } => (format!("The tokens of {name} cannot be listed."), error),
        Unlisted::Entries { of, entries } => return unread(of, entries),
    };
    let cause = explain(error);
    Message::new(format!("{whose} {}", cause.what), cause.next)
}

/// Of a longer list only so many entries are named.
pub const MOST_NAMED: usize = 5;

/// Entries of a list that cannot be read: which, and why.
fn unread(of: &ListOf, entries: &[UnreadEntry]) -> Message {
    let (list, so) = match of {
        ListOf::Organizations => ("your organisations".to_owned(), ""),
        ListOf::Projects(organization) => (format!("the projects of {organization}"), ""),
        ListOf::Environments(project) => (format!("the environments of {project}"), ""),
        ListOf::Tokens(project) => (
            format!("the deploy tokens of {project}"),
            ", and may be active tokens that nothing here can revoke",
        ),
        ListOf::Devices => (
            "your devices".to_owned(),
            ", and may be active devices that nothing here can revoke",
        ),
    };
    let named = first_of(entries.iter().map(unread_entry));
    Message::new(
        format!("In the list of {list}, {named} cannot be read{so}."),
        "Look at them on the server. The others are not affected.",
    )
}

/// What is said of each of a longer list: of the first few, and of how many more.
pub fn first_of(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MOST_NAMED);
    let mut named: Vec<String> = all.take(MOST_NAMED).collect();
    if more > 0 {
        named.push(format!("{} more", grouped(more)));
    }
    named.join(", ")
}

/// An entry that cannot be read: where it is, its name if it has one, and what it lacks.
pub fn unread_entry(entry: &UnreadEntry) -> String {
    let UnreadEntry {
        position,
        name,
        missing,
    } = entry;
    match name {
        Some(name) => format!("entry {position} (“{name}”, without “{missing}”)"),
        None => format!("entry {position} (without “{missing}”)"),
    }
}

/// A text in which nothing leaked was found.
pub(super) fn leak(error: LeakError) -> Message {
    match error {
        LeakError::Empty => Message::new(
            "There is nothing to look for.",
            "Copy the leaked block first: GHOSTABLE_CI_TOKEN=…, GHOSTABLE_DEPLOY_SEED=…, or either alone.",
        ),
        LeakError::Neither => Message::new(
            "There is neither a CI token nor a seed in that text.",
            "Give the lines with GHOSTABLE_CI_TOKEN and GHOSTABLE_DEPLOY_SEED, or either value alone.",
        ),
        LeakError::TooLong => Message::new(
            "That is more than 50 megabytes.",
            "Give it in parts, such as the lines around GHOSTABLE_CI_TOKEN and GHOSTABLE_DEPLOY_SEED.",
        ),
    }
}

/// Stands in a report for a user who could not be asked for.
const UNKNOWN_USER: &str = "not known: the server could not be asked";

/// What leaked and fits no token.
pub(super) fn nobodys_leak(works: Option<bool>, in_parts: bool) -> Message {
    Message::new(
        "No deploy token that you can see fits it.",
        match (works, in_parts) {
            (Some(true), _) => {
                "The server accepts its CI token all the same: its token is in a project that you cannot see. Tell the people who can."
            }
            (_, true) => {
                "A secret in it is cut, masked or broken over lines, so that nothing can be said about it: its token may well work. Look for the whole value."
            }
            (Some(false), false) => {
                "The server refuses its CI token: it is revoked, replaced or expired already, or of another server."
            }
            (None, false) => {
                "It may belong to another server, to a project that you cannot see, or be replaced already."
            }
        },
    )
}

/// What something that leaked is.
pub fn leaked(what: Leaked) -> &'static str {
    match what {
        Leaked::CiToken => "a CI token",
        Leaked::WrappedCiToken => "a CI token, perhaps: it is broken over lines, or more follows",
        Leaked::CutCiToken => "a part of a CI token",
        Leaked::MaskedCiToken => "a CI token that is masked",
        Leaked::Seed => "a seed",
        Leaked::CutSeed => "a part of a seed",
        Leaked::MaskedSeed => "a seed that is masked",
    }
}

/// A run in one sentence.
pub fn outcome(tally: Tally, is_complete: bool) -> String {
    let Tally {
        total,
        refused,
        gone,
        failed,
    } = tally;
    let mut text = if refused == total && total == 1 {
        "The token is refused by the server".to_owned()
    } else if refused == total && total == 2 && is_complete {
        "Both tokens are refused by the server".to_owned()
    } else if refused == total {
        let all = if is_complete { "All " } else { "" };
        format!("{all}{} are refused by the server", plural(total, "token"))
    } else {
        format!(
            "{} of {} are refused by the server",
            grouped(refused),
            plural(total, "token")
        )
    };
    if gone < refused {
        let _ = write!(text, ", the key sealed again without {} of them", grouped(gone));
    }
    if failed > 0 {
        let _ = write!(text, ", {} not revoked", grouped(failed));
    }
    text.push('.');
    if !is_complete {
        text.push_str(" There may be more, because not everything could be looked at.");
    }
    text
}

/// The report as Markdown. Names and times; never a secret, and never a value.
pub fn incident(incident: &Incident, zone: &TimeZone) -> String {
    let tally = Tally::of(incident.tokens.iter().map(|(_, status)| status));
    let mut text = format!(
        "# Incident report: deploy tokens revoked\n\n{}\n\n",
        outcome(tally, incident.unlisted.is_empty())
    );
    let seconds = incident.ended.seconds_since(incident.started).max(0);
    let _ = write!(
        text,
        "- Began: {}\n- Ended: {} ({} later)\n- By: {}\n- On: {}\n\n",
        incident.started.exact(zone),
        incident.ended.exact(zone),
        plural(usize::try_from(seconds).unwrap_or(0), "second"),
        plain(incident.by.as_deref().unwrap_or(UNKNOWN_USER)),
        plain(&incident.origin),
    );
    revoked(&mut text, incident, zone);
    left(&mut text, incident);
    unseen(&mut text, &incident.unlisted);
    reach(&mut text, &incident.reach);
    next(&mut text, incident);
    text
}

fn revoked(text: &mut String, incident: &Incident, zone: &TimeZone) {
    let refused = || incident.tokens.iter().filter_map(|it| Some((it, it.1.proof()?)));
    if refused().count() == 0 {
        return;
    }
    text.push_str("## Revoked\n\n");
    text.push_str("| Token | Where | Last used | Refused since | Proof | Key |\n|---|---|---|---|---|---|\n");
    for ((target, status), (how, at)) in refused() {
        let key = match status {
            RevocationStatus::Reshared { recipients: 0, .. } => "the environment has none".to_owned(),
            RevocationStatus::Reshared { recipients, .. } => {
                format!("sealed again for {recipients} without it")
            }
            _ => "not sealed again".to_owned(),
        };
        let used = exactly(target.last_use, zone);
        let _ = writeln!(
            text,
            "| {} ({}) | {} | {used} | {} | {} | {key} |",
            plain(&target.name),
            plain(target.token.as_str()),
            place(target),
            at.map_or_else(|| "before this run".to_owned(), |at| at.exact(zone)),
            proof(how),
        );
    }
    text.push('\n');
}

fn left(text: &mut String, incident: &Incident) {
    let left: Vec<_> = incident
        .tokens
        .iter()
        .filter(|(_, status)| !status.is_refused())
        .collect();
    if left.is_empty() {
        return;
    }
    text.push_str("## Not revoked\n\nTreat these as working.\n\n");
    for (target, status) in left {
        let why = trouble(status).map_or_else(|| super::emergency::status(status), |it| it.to_string());
        let (name, id) = (plain(&target.name), plain(target.token.as_str()));
        let _ = writeln!(text, "- {name} ({id}), {}: {}", place(target), plain(&why));
    }
    text.push('\n');
}

fn unseen(text: &mut String, unseen: &[Unlisted]) {
    if unseen.is_empty() {
        return;
    }
    text.push_str("## Not looked at\n\n");
    for it in unseen {
        let _ = writeln!(text, "- {}", plain(&unlisted(it).to_string()));
    }
    text.push('\n');
}

fn reach(text: &mut String, reach: &[Readable]) {
    text.push_str("## What their runners could have read\n\n");
    for Readable {
        project_name,
        environment,
        variables,
    } in reach
    {
        let place = format!("{} / {}", plain(project_name), plain(environment.as_str()));
        match variables {
            Ok(names) if names.list.is_empty() && names.unreadable.is_empty() => {
                let _ = writeln!(text, "- {place}: no variables");
            }
            Ok(names) => {
                let unreadable = names.unreadable.len();
                let mut names: Vec<String> = names.list.iter().map(|name| plain(name)).collect();
                let count = plural(names.len() + unreadable, "variable");
                if unreadable > 0 {
                    names.push(format!("{unreadable} whose names cannot be read"));
                }
                let _ = writeln!(text, "- {place}, {count}: {}", names.join(", "));
            }
            Err(why) => {
                let _ = writeln!(text, "- {place}: not known. {}", plain(&explain(why).to_string()));
            }
        }
    }
    text.push('\n');
}

fn next(text: &mut String, incident: &Incident) {
    let any =
        |wanted: fn(&RevocationStatus) -> bool| incident.tokens.iter().any(|(_, status)| wanted(status));
    let mut steps = Vec::new();
    if any(|status| !status.is_refused()) {
        steps.push("Revoke what is still working, listed above.");
    }
    if any(|status| matches!(status, RevocationStatus::ReshareFailed { .. })) {
        steps.push(
            "Seal the keys again from a device that holds them (Re-share key), where it says so above.",
        );
    }
    steps.push(
        "Renew the key of each environment named above (Renew key on the page Access, or: deploy-tokens renew-key), so that a key \
         that was kept opens nothing new.",
    );
    steps.push(
        "Change every value named above where it comes from (databases, providers, signing keys), and push the new ones. \
         A runner may have kept what it read.",
    );
    steps.push("Create new deploy tokens, and put their values into CI.");
    steps.push("Look through the logs of the services behind these values for use by others since the leak.");
    text.push_str("## What to do next\n\n");
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {step}", number + 1);
    }
}

fn place(target: &RevokeTarget) -> String {
    plain(&super::place(&target.project_name, &target.environment.name))
}

/// A name as it stands, with what Markdown would take for its own set off.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in shown(text).chars() {
        match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '#' | '&' => safe.extend(['\\', letter]),
            letter => safe.push(letter),
        }
    }
    safe
}

/// The stem of the report's file: `incident-2026-11-24-091205`.
pub fn incident_file(at: Moment) -> String {
    let digits: String = at
        .to_wire()
        .chars()
        .take(19)
        .map(|letter| if letter == 'T' { '-' } else { letter })
        .filter(|letter| *letter != ':')
        .collect();
    format!("incident-{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Problem;
    use protocol::{DeployTokenId, Environment, EnvironmentId, EnvironmentName, Listed, ProjectId};

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn target(name: &str) -> RevokeTarget {
        RevokeTarget {
            project: ProjectId::new("p"),
            project_name: "Storefront".to_owned(),
            environment: Environment {
                id: EnvironmentId::new("e"),
                name: EnvironmentName::new("production"),
                kind: "production".to_owned(),
                created_at: None,
            },
            token: DeployTokenId::new("dpl_tok_1"),
            name: name.to_owned(),
            last_use: protocol::Occurrence::At(at("2026-11-24T08:00:00Z")),
        }
    }

    #[test]
    fn the_report_says_what_was_revoked_what_was_not_and_what_could_be_read() {
        let since = at("2026-11-24T09:00:01Z");
        let report = incident(
            &Incident {
                by: Some("Sam Rivera <sam@northwind.example>".to_owned()),
                origin: "ghostable.dev".to_owned(),
                started: at("2026-11-24T09:00:00Z"),
                ended: at("2026-11-24T09:00:04Z"),
                tokens: vec![
                    (
                        target("ci|main"),
                        RevocationStatus::Reshared {
                            proof: Proof::RunnerRefused,
                            at: Some(since),
                            recipients: 7,
                        },
                    ),
                    (
                        target("earlier"),
                        RevocationStatus::Refused {
                            proof: Proof::Listed,
                            at: None,
                        },
                    ),
                    (target("second"), RevocationStatus::NotRevoked(Problem::NotDone)),
                ],
                reach: vec![Readable {
                    project_name: "Storefront".to_owned(),
                    environment: EnvironmentName::new("production"),
                    variables: Ok(Listed {
                        list: vec!["APP_KEY".to_owned(), "DB_PASSWORD".to_owned()],
                        unreadable: Vec::new(),
                    }),
                }],
                unlisted: Vec::new(),
            },
            &TimeZone::UTC,
        );
        for said in [
            "2 of 3 tokens are refused by the server, the key sealed again without 1 of them, 1 not revoked.",
            "Sam Rivera \\<sam@northwind.example\\>",
            "| ci\\|main (dpl_tok_1) | Storefront / production | 24 Nov 2026, 08:00:00 +00:00 | 24 Nov 2026, 09:00:01 +00:00",
            "asked with its CI token, the server refuses it | sealed again for 7 without it |",
            "08:00:00 +00:00 | before this run | the server lists it as revoked | not sealed again |",
            "- second (dpl_tok_1), Storefront / production: The server took the call, but still lists it as it was.",
            "Storefront / production, 2 variables: APP_KEY, DB_PASSWORD",
            "1. Revoke what is still working",
        ] {
            assert!(report.contains(said), "«{said}» is not in:\n{report}");
        }
        assert_eq!(incident_file(since), "incident-2026-11-24-090001");
    }
}
