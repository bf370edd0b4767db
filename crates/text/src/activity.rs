//! The activity in words.

use model::TokenUse;
use protocol::{ActivityAuthor, ActivityEntry, ActivityKind};

/// A kind in a word, as programs and filters have it.
pub fn word(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Created => "created",
        ActivityKind::Rotated => "rotated",
        ActivityKind::Revoked => "revoked",
        ActivityKind::Deleted => "deleted",
        ActivityKind::Fetched => "fetched",
        ActivityKind::Shared => "shared",
        ActivityKind::Other => "other",
    }
}

/// What happened, in a few words; of an event that this program does not know, the server's own word for it.
pub fn happened(entry: &ActivityEntry) -> String {
    match entry.kind {
        ActivityKind::Created => "token created".to_owned(),
        ActivityKind::Rotated => "token rotated".to_owned(),
        ActivityKind::Revoked => "token revoked".to_owned(),
        ActivityKind::Deleted => "token deleted".to_owned(),
        ActivityKind::Fetched => "fetched by a runner".to_owned(),
        ActivityKind::Shared => "key shared".to_owned(),
        ActivityKind::Other => entry.event.replace('_', " "),
    }
}

/// How often runners were seen to fetch with a token: at least so often, where not all of it was read.
pub fn fetches(seen: TokenUse) -> String {
    let count = match seen.fetches {
        1 => "1 fetch".to_owned(),
        many => format!("{many} fetches"),
    };
    if seen.are_all {
        format!("{count} in all")
    } else {
        format!("at least {count}")
    }
}

/// Who did it.
pub fn author(author: &ActivityAuthor) -> String {
    let first = |texts: [&Option<String>; 2], absent: &str| {
        let mut texts = texts.into_iter().flatten();
        texts.next().cloned().unwrap_or_else(|| absent.to_owned())
    };
    match author {
        ActivityAuthor::Person { name, email } => first([name, email], "somebody"),
        ActivityAuthor::Token { id, name } => name.clone().unwrap_or_else(|| id.to_string()),
        ActivityAuthor::System => "nobody any more".to_owned(),
        ActivityAuthor::Other(kind) if kind.is_empty() => "not told".to_owned(),
        ActivityAuthor::Other(kind) => kind.clone(),
    }
}
