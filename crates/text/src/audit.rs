//! What an audit points out.

use super::{Message, plural};
use model::{AuditFact, AuditFinding, TokenHealth};

/// What is the matter, and what to do about it by command, which names the project where there are `several`.
pub fn finding(found: &AuditFinding, several: bool) -> Message {
    let environment = &found.environment;
    let (what, command) = match &found.fact {
        AuditFact::Token { id, name, health } => (
            format!("{name} {}", super::health(health)),
            format!("{} --env {environment} {id}", remedy(health)),
        ),
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

/// The command that mends it.
fn remedy(health: &TokenHealth) -> &'static str {
    match health {
        TokenHealth::NotShared => "reshare",
        TokenHealth::NotHandedOver | TokenHealth::Expired => "rotate",
        TokenHealth::Expiring(_) => "replace",
        TokenHealth::Unused(_) => "revoke",
        TokenHealth::BeingReplaced => "replace --finish",
        TokenHealth::Other(_) | TokenHealth::Unreadable | TokenHealth::Active => "list",
        TokenHealth::Revoked => "delete",
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
