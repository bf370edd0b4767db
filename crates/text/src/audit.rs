//! What an audit points out.

use super::{Message, plural};
use model::{AuditFact, AuditFinding, TokenHealth};

/// What is the matter, and what to do about it by command, which names the project where there are `several`.
pub fn finding(found: &AuditFinding, several: bool) -> Message {
    let environment = &found.environment;
    let (what, command) = match &found.fact {
        AuditFact::Token { id, name, health } => {
            let (what, command) = token(health);
            (
                format!("{name} {what}"),
                format!("{command} --env {environment} {id}"),
            )
        }
        AuditFact::KeyOfNobody => (
            "The newest key has no envelope: nobody has it, and runners cannot decrypt".to_owned(),
            format!("reshare --env {environment} --make-key"),
        ),
        AuditFact::StillSealed(names) => (
            format!(
                "The key is still sealed for {}, revoked or not there any more",
                few(names)
            ),
            format!("reshare --env {environment}"),
        ),
        AuditFact::MayHaveKept(names) => (
            format!(
                "{} had the key and may have kept it: revoked since it was made",
                few(names)
            ),
            format!("renew-key --env {environment}"),
        ),
        AuditFact::OldKey(days) => (
            format!(
                "The key is {} old",
                plural(usize::try_from(*days).unwrap_or_default(), "day")
            ),
            format!("renew-key --env {environment}"),
        ),
    };
    let project = if several {
        format!("--project {} ", found.project)
    } else {
        String::new()
    };
    Message::new(what, format!("deploy-tokens {project}{command}"))
}

/// What is said after a token's name, and the command that mends it.
fn token(health: &TokenHealth) -> (String, &'static str) {
    match health {
        TokenHealth::NotShared => ("is not shared: its runner decrypts nothing".to_owned(), "reshare"),
        TokenHealth::NotHandedOver => ("was not handed over".to_owned(), "rotate"),
        TokenHealth::Expired => ("has expired".to_owned(), "rotate"),
        TokenHealth::Expiring(0) => ("expires within a day".to_owned(), "replace"),
        TokenHealth::Expiring(1) => ("expires in 1 day".to_owned(), "replace"),
        TokenHealth::Expiring(days) => (format!("expires in {days} days"), "replace"),
        TokenHealth::Unused(days) => (format!("has not been used for {days} days"), "revoke"),
        TokenHealth::BeingReplaced => ("is being replaced".to_owned(), "replace --finish"),
        TokenHealth::Other(status) => (format!("has the status {status}"), "list"),
        TokenHealth::Unreadable => ("has a status that cannot be read".to_owned(), "list"),
        TokenHealth::Active => ("is in order".to_owned(), "list"),
        TokenHealth::Revoked => ("is revoked".to_owned(), "delete"),
    }
}

fn few(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, rest @ ..] => format!("{one} and {} others", rest.len()),
    }
}

/// A stable word for scripts.
pub fn kind(fact: &AuditFact) -> &'static str {
    match fact {
        AuditFact::Token { health, .. } => match health {
            TokenHealth::NotShared => "not-shared",
            TokenHealth::NotHandedOver => "not-handed-over",
            TokenHealth::Expired => "expired",
            TokenHealth::Expiring(_) => "expiring",
            TokenHealth::Unused(_) => "unused",
            TokenHealth::BeingReplaced => "being-replaced",
            TokenHealth::Other(_) | TokenHealth::Unreadable => "status",
            TokenHealth::Active => "active",
            TokenHealth::Revoked => "revoked",
        },
        AuditFact::KeyOfNobody => "key-of-nobody",
        AuditFact::StillSealed(_) => "still-sealed",
        AuditFact::MayHaveKept(_) => "may-have-kept",
        AuditFact::OldKey(_) => "old-key",
    }
}
