//! The activity feed: who did what, deploy tokens and runners included (docs/protocol.md 17).

use serde::Serialize;
use serde_json::Value;

use super::WireError;
use super::read::{attributes, known, known_text, listed_with_meta, needed, occurrence, told_text};
use super::written::seconds;
use crate::types::shape::to_line;
use crate::types::{
    ActivityAuthor, ActivityEntry, ActivityKind, ActivityPage, ActivitySubject, DeployTokenId, NotKnown,
    Occurrence,
};

/// The most characters that are kept of a name or of the server's word for an event.
const LONGEST_NAME: usize = 255;
/// The most characters that are kept of a sentence.
const LONGEST_SENTENCE: usize = 600;

/// One entry.
#[derive(Clone, Debug, Serialize)]
pub struct ActivityDocument<'a> {
    /// Which one.
    pub id: &'a str,
    /// Which log it is in: `cli-token` for the bearers of deploy tokens.
    pub log_name: &'a str,
    /// What happened, such as `deployment_token_created`, or `deploy` for a runner's fetch.
    pub event: &'a str,
    /// In a sentence; the only place where a deploy token is named that was created, rotated, revoked or deleted.
    pub description: &'a str,
    /// When.
    #[serde(serialize_with = "seconds")]
    pub occurred_at: &'a str,
    /// What it was done to.
    pub subject: SubjectDocument<'a>,
    /// Who did it.
    pub causer: CauserDocument<'a>,
}

/// What something was done to.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectDocument<'a> {
    /// `project`, `environment`, `environment_token` and others.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Its id.
    pub id: Option<&'a str>,
    /// Its name at that time.
    pub name: Option<&'a str>,
}

/// Who did something.
#[derive(Clone, Debug, Serialize)]
pub struct CauserDocument<'a> {
    /// `user`, `deployment_token`, or `system` where there is nobody (any more).
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The person or the deploy token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The e-mail address of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
}

/// A page of the activity. An entry that cannot be read is counted and hides no other; one with an event that this program
/// does not know is kept as it is told.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn page(body: &[u8]) -> Result<ActivityPage, WireError> {
    let (listed, meta) = listed_with_meta(body, entry_of)?;
    // Where it leads is not followed: it is asked for by its number.
    let has_more = meta["has_more"].as_bool();
    Ok(ActivityPage {
        entries: listed.list,
        unreadable: listed.unreadable.len(),
        has_more: has_more.unwrap_or_else(|| told_text(&meta, "next_page_url").is_some()),
    })
}

fn entry_of(value: &Value) -> Result<ActivityEntry, WireError> {
    let told = attributes(value);
    let event = needed(told, "event", |text| Some(to_line(&text, LONGEST_NAME)))?;
    let at = match occurrence(told, "occurred_at") {
        Occurrence::Never => Occurrence::NotKnown(NotKnown::Unreadable),
        at => at,
    };
    let subject = &told["subject"];
    Ok(ActivityEntry {
        id: known_text(value, "id"),
        kind: ActivityKind::of(&event),
        event,
        description: to_line(
            &told_text(told, "description").unwrap_or_default(),
            LONGEST_SENTENCE,
        ),
        at,
        subject: ActivitySubject {
            kind: name(subject, "type"),
            id: known_text(subject, "id"),
            name: name(subject, "name"),
        },
        author: author_of(&told["causer"]),
    })
}

fn author_of(causer: &Value) -> ActivityAuthor {
    match told_text(causer, "type").as_deref() {
        Some("user") => ActivityAuthor::Person {
            name: name(causer, "name"),
            email: name(causer, "email"),
        },
        Some(kind @ ("deployment_token" | "environment_token")) => {
            match known(causer, "id", DeployTokenId::parse) {
                Some(id) => ActivityAuthor::Token {
                    id,
                    name: name(causer, "name"),
                },
                None => ActivityAuthor::Other(kind.to_owned()),
            }
        }
        Some("system") => ActivityAuthor::System,
        Some(other) => ActivityAuthor::Other(to_line(other, LONGEST_NAME)),
        None => ActivityAuthor::Other(String::new()),
    }
}

fn name(object: &Value, member: &str) -> Option<String> {
    told_text(object, member).map(|text| to_line(&text, LONGEST_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Moment;

    const AT: &str = "2026-07-01T10:00:00+00:00";

    #[test]
    fn what_is_written_is_read() {
        let document = ActivityDocument {
            id: "a1",
            log_name: "environment",
            event: "deploy",
            description: "Deployed environment \"production\".",
            occurred_at: AT,
            subject: SubjectDocument {
                kind: "environment",
                id: Some("e"),
                name: Some("production"),
            },
            causer: CauserDocument {
                kind: "deployment_token",
                id: Some("t1"),
                name: Some("ci"),
                email: None,
            },
        };
        let body = serde_json::json!({ "data": [document], "meta": { "has_more": true } });
        let read = page(body.to_string().as_bytes()).unwrap();
        let [entry] = read.entries.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(
            (entry.kind, entry.at),
            (ActivityKind::Fetched, Occurrence::At(Moment::parse(AT).unwrap()))
        );
        assert_eq!(
            entry.author,
            ActivityAuthor::Token {
                id: DeployTokenId::new("t1"),
                name: Some("ci".to_owned()),
            }
        );
        assert!(read.has_more && entry.is_in(&crate::types::EnvironmentId::new("e")));
    }

    #[test]
    fn one_that_cannot_be_read_hides_no_other_and_unknown_ones_stay() {
        let long = "x".repeat(5000);
        let body = serde_json::json!({ "data": [
            7, null, [], { "id": "no event" }, { "event": 7.5, "occurred_at": null },
            { "event": "brand_new", "description": format!("a\u{1b}[31m\n{long}"), "occurred_at": "soon",
              "subject": null, "causer": { "type": "robot" } },
            { "event": "deploy", "causer": { "type": "deployment_token" } },
            { "event": "deploy", "causer": 3, "subject": "x" },
        ], "meta": { "next_page_url": "http://elsewhere.example/2" } });
        let read = page(body.to_string().as_bytes()).unwrap();
        assert_eq!((read.entries.len(), read.unreadable, read.has_more), (4, 4, true));
        let kinds: Vec<_> = read.entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(
            kinds,
            [
                ActivityKind::Other,
                ActivityKind::Other,
                ActivityKind::Fetched,
                ActivityKind::Fetched
            ]
        );
        let odd = &read.entries[1];
        assert_eq!(odd.event, "brand_new");
        assert_eq!(odd.at, Occurrence::NotKnown(NotKnown::Unreadable));
        assert_eq!(odd.description.chars().count(), LONGEST_SENTENCE);
        assert!(odd.description.starts_with("a [31m x"), "no control characters");
        assert_eq!(odd.author, ActivityAuthor::Other("robot".to_owned()));
        assert_eq!(
            read.entries[2].author,
            ActivityAuthor::Other("deployment_token".to_owned())
        );
        for body in ["", "[]", "{\"data\":7}"] {
            assert!(page(body.as_bytes()).is_err(), "{body}");
        }
        assert_eq!(page(b"{}").unwrap(), ActivityPage::default());
    }
}
