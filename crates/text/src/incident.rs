//! The words of an incident report.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::emergency::{outcome, proof, status as status_words, trouble, unlisted};
use super::{exactly, explain, plural};
use model::{
    Incident, KeyStatus, KeyToRenew, Readable, Renewed, RevocationStatus, RevokeTarget, Tally, Unlisted,
};
use protocol::Moment;
use protocol::unseen::shown;

/// Stands in a report for a user who could not be asked for.
const UNKNOWN_USER: &str = "not known: the server could not be asked";

/// The report as Markdown. Names and times; never a secret, and never a value.
pub fn report(incident: &Incident, zone: &TimeZone) -> String {
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
    keys(&mut text, &incident.keys);
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
        let why = trouble(status).map_or_else(|| status_words(status), |it| it.to_string());
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

fn keys(text: &mut String, keys: &[KeyToRenew]) {
    if keys.is_empty() {
        return;
    }
    text.push_str("## Keys\n\n");
    for it in keys {
        let place = plain(&super::place(&it.project_name, &it.environment.name));
        let said = match &it.status {
            KeyStatus::Renewed(done) => new_key(done),
            KeyStatus::NotRenewed(why) => format!("not renewed. {}", plain(&explain(why).to_string())),
            KeyStatus::Queued | KeyStatus::Renewing => "not renewed yet".to_owned(),
        };
        let _ = writeln!(text, "- {place}: {said}");
    }
    text.push('\n');
}

fn new_key(done: &Renewed) -> String {
    let mut said = format!(
        "a new key, version {}, `{}`, sealed for {}. What was kept of the old one opens nothing that the server gives now",
        done.version,
        done.now.short(),
        plural(done.recipients, "recipient"),
    );
    if let Some(gap) = done.gap {
        let _ = write!(said, "; runners could not decrypt for {:.2} s", gap.as_secs_f64());
    }
    if !done.left_out.is_empty() {
        let _ = write!(said, "; left out: {}", plain(&done.left_out.join(", ")));
    }
    said.push('.');
    said
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
    let is_new = |it: &Readable| {
        let renewed = incident
            .keys
            .iter()
            .filter(|key| matches!(key.status, KeyStatus::Renewed(_)));
        renewed
            .into_iter()
            .any(|key| key.project_name == it.project_name && key.environment.name == it.environment)
    };
    if !incident.reach.iter().all(is_new) {
        steps.push(
        "Renew the key of each environment named above that has none yet (Renew key on the page Access, or: deploy-tokens renew-key), so that a key \
         that was kept opens nothing new.",
    );
    }
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
pub(super) fn plain(text: &str) -> String {
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
pub fn file_stem(at: Moment) -> String {
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
    use model::{Problem, Proof};
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
        let text = report(
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
                keys: vec![KeyToRenew {
                    project: ProjectId::new("p"),
                    project_name: "Storefront".to_owned(),
                    environment: target("x").environment,
                    status: KeyStatus::NotRenewed(Problem::RevokeFirst),
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
            "Storefront / production: not renewed. Tokens of this environment still wait to be revoked",
            "1. Revoke what is still working",
            "2. Renew the key of each environment",
        ] {
            assert!(text.contains(said), "«{said}» is not in:\n{text}");
        }
        assert_eq!(file_stem(since), "incident-2026-11-24-090001");
    }
}
