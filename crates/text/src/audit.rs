//! What an audit points out.

use super::{Message, plural};
use model::{AuditFact, AuditFinding, TokenHealth};
use protocol::EnvironmentName;

/// Every kind of finding: the word for scripts, and what it is.
pub const KINDS: [(&str, &str); 12] = [
    (
        "not-shared",
        "A token is not shared: its runner decrypts nothing.",
    ),
    ("not-handed-over", "The values of a token were not handed over."),
    (
        "expired",
        "The CI token of a token that nobody revoked has expired.",
    ),
    ("expiring", "The CI token of a token ends soon."),
    ("unused", "A token has not been used for a long time."),
    ("being-replaced", "A token is being replaced."),
    ("status", "A token has a status that is not known."),
    (
        "key-of-nobody",
        "The newest key of an environment has no envelope: nobody has it.",
    ),
    (
        "still-sealed",
        "A key is still sealed for somebody who is revoked or not there any more.",
    ),
    (
        "may-have-kept",
        "Somebody who was revoked since a key was made may have kept it.",
    ),
    (
        "disclosed-signer",
        "A key was sealed by a device that uses a nonce again, so that anybody can sign in its name.",
    ),
    ("old-key", "A key is old."),
];

/// What is the matter, and what to do about it by command, which names the project where there are `several`.
pub fn finding(found: &AuditFinding, several: bool) -> Message {
    let project = if several {
        format!("--project {} ", found.project)
    } else {
        String::new()
    };
    let command = command(&found.fact, &found.environment);
    Message::new(what(&found.fact), format!("deploy-tokens {project}{command}"))
}

/// What is the matter.
pub fn what(fact: &AuditFact) -> String {
    match fact {
        AuditFact::Token { name, health, .. } => format!("{name} {}", super::health(health)),
        AuditFact::KeyOfNobody => {
            "The newest key has no envelope: nobody has it, and runners cannot decrypt".to_owned()
        }
        AuditFact::StillSealed(names) => format!(
            "The key is still sealed for {}, revoked or not there any more",
            few(names)
        ),
        AuditFact::MayHaveKept(names) => format!(
            "{} had the key and may have kept it: revoked since it was made",
            few(names)
        ),
        AuditFact::DisclosedSigner(prints) => format!(
            "The key was sealed by a device whose signing key {} anybody can compute: it uses a nonce again",
            few(prints)
        ),
        AuditFact::OldKey(days) => format!("The key is {} old", days_of(*days)),
    }
}

fn days_of(days: i64) -> String {
    plural(usize::try_from(days).unwrap_or_default(), "day")
}

/// A word or two for a kind, to choose by.
pub fn kind_in_words(kind: &str) -> &'static str {
    match kind {
        "not-shared" => "Not shared",
        "not-handed-over" => "Not handed over",
        "expired" => "Expired",
        "expiring" => "Ends soon",
        "unused" => "Unused",
        "being-replaced" => "Being replaced",
        "key-of-nobody" => "Key of nobody",
        "still-sealed" => "Still sealed",
        "may-have-kept" => "Key may be kept",
        "disclosed-signer" => "Signer disclosed",
        "old-key" => "Old key",
        _ => "Odd status",
    }
}

/// What a button says that leads to the remedy.
pub fn remedy_in_words(fact: &AuditFact) -> &'static str {
    match fact {
        AuditFact::Token { health, .. } => match health {
            TokenHealth::NotShared => "Share key…",
            TokenHealth::NotHandedOver | TokenHealth::Expired => "Rotate…",
            TokenHealth::Expiring(_) => "Replace…",
            TokenHealth::Unused(_) => "Revoke…",
            TokenHealth::Revoked => "Delete…",
            TokenHealth::BeingReplaced
            | TokenHealth::Other(_)
            | TokenHealth::Unreadable
            | TokenHealth::Active => "Show details",
        },
        AuditFact::KeyOfNobody => "Show access",
        AuditFact::StillSealed(_) => "Re-share key…",
        AuditFact::MayHaveKept(_) | AuditFact::DisclosedSigner(_) | AuditFact::OldKey(_) => "Renew key…",
    }
}

fn command(fact: &AuditFact, environment: &EnvironmentName) -> String {
    match fact {
        AuditFact::Token { id, health, .. } => format!("{} --env {environment} {id}", remedy(health)),
        AuditFact::KeyOfNobody => format!("reshare --env {environment} --make-key"),
        AuditFact::StillSealed(_) => format!("reshare --env {environment}"),
        AuditFact::MayHaveKept(_) | AuditFact::DisclosedSigner(_) | AuditFact::OldKey(_) => {
            format!("renew-key --env {environment}")
        }
    }
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
        AuditFact::DisclosedSigner(_) => "disclosed-signer",
        AuditFact::OldKey(_) => "old-key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::DeployTokenId;

    #[test]
    fn every_kind_has_its_words() {
        let healths = [
            TokenHealth::NotShared,
            TokenHealth::NotHandedOver,
            TokenHealth::Expired,
            TokenHealth::Expiring(3),
            TokenHealth::Unused(90),
            TokenHealth::BeingReplaced,
            TokenHealth::Unreadable,
        ];
        let token = |health| AuditFact::Token {
            id: DeployTokenId::new("dpl_tok_1"),
            name: "ci".to_owned(),
            health,
        };
        let others = [
            AuditFact::KeyOfNobody,
            AuditFact::StillSealed(vec!["old".to_owned()]),
            AuditFact::MayHaveKept(vec!["old".to_owned()]),
            AuditFact::DisclosedSigner(vec!["aaaa bbbb".to_owned()]),
            AuditFact::OldKey(400),
        ];
        let all: Vec<_> = healths.map(token).into_iter().chain(others).collect();
        let kinds: Vec<_> = all.iter().map(kind).collect();
        assert_eq!(kinds, KINDS.map(|(kind, _)| kind));
        let mut words: Vec<_> = kinds.iter().map(|it| kind_in_words(it)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), KINDS.len(), "no two are called the same");
    }
}
