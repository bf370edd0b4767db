//! activity: who did what, deploy tokens and fetches of runners included.

use serde::Serialize;

use super::args::Activity;
use super::{locate, output};
use crate::connect::Target;
use crate::failure::{Failure, WRONG_USE};
use model::{ActivityFilter, Problem};
use protocol::token::{self, FindError};
use protocol::{ActivityAuthor, ActivityEntry, DeployTokenId, Moment};
use service::{Context, Place};
use text::{Message, plural};

#[derive(Serialize)]
struct EntryJson<'a> {
    id: Option<&'a str>,
    /// `other` where this program does not know the event.
    kind: &'static str,
    event: &'a str,
    description: &'a str,
    at: Option<String>,
    /// `known`, or why it is not known.
    at_why: &'static str,
    by: AuthorJson<'a>,
    subject_type: Option<&'a str>,
    subject_id: Option<&'a str>,
    subject: Option<&'a str>,
}

#[derive(Serialize)]
struct AuthorJson<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<&'a str>,
    name: Option<&'a str>,
    email: Option<&'a str>,
}

impl<'a> From<&'a ActivityEntry> for EntryJson<'a> {
    fn from(entry: &'a ActivityEntry) -> Self {
        Self {
            id: entry.id.as_deref(),
            kind: text::activity::word(entry.kind),
            event: &entry.event,
            description: &entry.description,
            at: entry.at.known().map(Moment::to_wire),
            at_why: entry.at.word(),
            by: AuthorJson::from(&entry.author),
            subject_type: entry.subject.kind.as_deref(),
            subject_id: entry.subject.id.as_deref(),
            subject: entry.subject.name.as_deref(),
        }
    }
}

impl<'a> From<&'a ActivityAuthor> for AuthorJson<'a> {
    fn from(author: &'a ActivityAuthor) -> Self {
        let nobody = Self {
            kind: "system",
            id: None,
            name: None,
            email: None,
        };
        match author {
            ActivityAuthor::Person { name, email } => Self {
                kind: "person",
                name: name.as_deref(),
                email: email.as_deref(),
                ..nobody
            },
            ActivityAuthor::Token { id, name } => Self {
                kind: "deploy_token",
                id: Some(id.as_str()),
                name: name.as_deref(),
                ..nobody
            },
            ActivityAuthor::System => nobody,
            ActivityAuthor::Other(kind) => Self { kind, ..nobody },
        }
    }
}

/// Prints the newest entries of an environment that fit.
pub(super) async fn list(target: &Target, project: Option<&str>, wanted: &Activity) -> Result<u8, Failure> {
    let limit = wanted.limit()?;
    let (connected, _, place) = locate(target, project, &wanted.place.env).await?;
    let context = &connected.context;
    let filter = filter(context, &place, wanted).await?;
    let found = service::activity(context, &place.project, &filter, limit).await?;
    output::clock(context);
    if found.unreadable > 0 {
        output::warning(&Message::new(
            format!("{} cannot be read.", plural(found.unreadable, "entry")),
            "Report it to the people who run the server.",
        ));
    }
    if wanted.json {
        let list: Vec<_> = found.entries.iter().map(EntryJson::from).collect();
        output::json(&list)?;
    } else if found.entries.is_empty() {
        output::tell("No such activity was found.");
    } else {
        output::result(&table(&found.entries))?;
    }
    if found.has_more {
        output::tell("There may be more, further back: raise --limit.");
    }
    Ok(0)
}

/// The token by its id or exact name. One that is not listed any more, or not to this person, is looked for as it was typed:
/// the activity still has its id or its name.
async fn filter(context: &Context, place: &Place, wanted: &Activity) -> Result<ActivityFilter, Failure> {
    let token = match &wanted.token {
        None => None,
        Some(wanted) => {
            let listed = match service::list(context, place).await {
                Err(Problem::NotAnAdmin) => Vec::new(),
                listed => listed?,
            };
            Some(match token::find(&listed, wanted) {
                Ok(found) => (found.id.clone(), found.name.clone()),
                Err(FindError::Unknown(typed)) => (DeployTokenId::new(typed.as_str()), typed),
                Err(several) => return Err(Problem::from(several).into()),
            })
        }
    };
    Ok(ActivityFilter {
        environment: Some(place.environment.id.clone()),
        token,
        kind: wanted.kind.map(Into::into),
    })
}

fn table(entries: &[ActivityEntry]) -> String {
    let (now, zone) = (Moment::now(), jiff::tz::TimeZone::system());
    let mut rows = vec![["WHEN", "WHAT", "WHO", "TOLD"].map(str::to_owned)];
    rows.extend(entries.iter().map(|entry| {
        [
            text::happened(entry.at, now, &zone),
            text::activity::happened(entry),
            text::activity::author(&entry.author),
            entry.description.clone(),
        ]
    }));
    output::aligned(&rows)
}

impl Activity {
    fn limit(&self) -> Result<usize, Failure> {
        match self.limit {
            1..=1000 => Ok(usize::from(self.limit)),
            _ => Err(Failure::new(
                WRONG_USE,
                "--limit is not a number from 1 to 1000.",
                "Name how many entries to print.",
            )),
        }
    }
}
