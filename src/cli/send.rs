//! Sending what was issued to destinations, and which there are.

use serde::Serialize;

use super::args::HandOver;
use super::{locate, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use courier::Courier;
use model::destinations::KINDS;
use model::{Destination, Handed, Issuance, Parcel, Problem};
use protocol::{DeployTokenId, Moment, TokenEntry};
use service::Context;
use text::Message;

/// Where an issuance will be sent to: its tools are there, and say that they are signed in.
pub(super) struct Sending {
    courier: Courier,
    destinations: Vec<Destination>,
}

impl Sending {
    /// Checks each tool, and says what will be run.
    ///
    /// # Errors
    /// What is missing; nothing was changed on the server then.
    pub(super) async fn prepare(destinations: Vec<Destination>) -> Result<Self, Failure> {
        let courier = Courier::default();
        for destination in &destinations {
            let program = courier.ready(destination).await.map_err(Problem::from)?;
            output::tell(&format!(
                "{} will be run for {}.",
                program.display(),
                output::strong(&destination.title())
            ));
        }
        Ok(Self::of(destinations))
    }

    /// The same, of tools that were checked already.
    pub(super) fn of(destinations: Vec<Destination>) -> Self {
        Self {
            courier: Courier::default(),
            destinations,
        }
    }

    /// Sends it to each, and tells what became of that; whether all have it.
    pub(super) async fn send(&self, context: &Context, issuance: &Issuance) -> bool {
        let parcel = Parcel::from(issuance);
        let mut have_all = true;
        for destination in &self.destinations {
            let title = output::strong(&destination.title());
            match self.courier.send(destination, &parcel).await {
                Ok(sent) => {
                    service::note_handed(context, &issuance.token.id, destination);
                    output::tell(&format!("{title}: {}", text::destinations::seen(&sent)));
                }
                Err(error) => {
                    have_all = false;
                    let message = text::explain(&error.into());
                    output::failure(&Message::new(format!("{title}: {}", message.what), message.next));
                }
            }
        }
        have_all
    }
}

/// The destinations that were asked for.
///
/// # Errors
/// For a text that is none.
pub(super) fn asked(hand_over: &HandOver) -> Result<Vec<Destination>, Failure> {
    let read = |text: &String| Destination::parse(text).map_err(|error| Problem::from(error).into());
    hand_over.send.iter().map(read).collect()
}

/// Those to which a token's values were sent before, beside those that were asked for.
///
/// # Errors
/// When nothing is known, and nothing else was asked for.
pub(super) fn again(
    context: &Context,
    token: &DeployTokenId,
    asked: Vec<Destination>,
) -> Result<Vec<Destination>, Failure> {
    let mut all = asked;
    for handed in service::handed(context).remove(token).unwrap_or_default() {
        if !all.contains(&handed.destination) {
            all.push(handed.destination);
        }
    }
    if all.is_empty() {
        return Err(Failure::new(
            WRONG_USE,
            "It is not known on this machine that the token's values were ever sent anywhere.",
            "Nothing was changed. Name the destination: --send KIND:TARGET",
        ));
    }
    Ok(all)
}

/// What was issued and not sent everywhere is in the journal.
pub(super) fn not_everywhere(id: &service::journal::EntryId) -> Failure {
    Failure::new(
        FAILED,
        "Not every destination has the new values. They are kept in the journal.",
        format!(
            "Send them again: deploy-tokens resume {id} --send KIND:TARGET; without --send it prints them."
        ),
    )
}

#[derive(Serialize)]
struct KindJson {
    kind: &'static str,
    name: &'static str,
    target: &'static str,
    example: String,
    program: Option<String>,
}

#[derive(Serialize)]
struct HandedJson {
    token: String,
    name: String,
    destination: String,
    sent_at: String,
}

/// Prints which destinations there are, or to which the tokens of an environment were sent.
pub(super) async fn destinations(
    target: &Target,
    project: Option<&str>,
    environment: Option<&str>,
    json: bool,
) -> Result<u8, Failure> {
    match environment {
        Some(environment) => print_handed(target, project, environment, json).await,
        None => print_kinds(json),
    }
}

fn print_kinds(json: bool) -> Result<u8, Failure> {
    let courier = Courier::default();
    let kinds = KINDS.map(|kind| {
        let example = format!("{}:{}", kind.name, kind.example);
        let program = Destination::of(kind, kind.example).ok();
        let program = program.filter(|_| !kind.programs.is_empty());
        let program = program.and_then(|it| courier.program(&it).ok());
        KindJson {
            kind: kind.name,
            name: kind.label,
            target: kind.hint,
            example,
            program: program.map(|it| it.display().to_string()),
        }
    });
    if json {
        output::json(&kinds)?;
        return Ok(0);
    }
    let mut printed = String::new();
    for (kind, it) in KINDS.iter().zip(&kinds) {
        let runs = match &it.program {
            Some(program) => format!("runs {program}"),
            None if kind.programs.is_empty() => "runs what it names".to_owned(),
            None => format!("not there: {}", kind.install),
        };
        let (name, example) = (output::strong_result(it.name), &it.example);
        printed.push_str(&format!("{name}  {example}\n  {}\n  {runs}\n", it.target));
    }
    output::result(&printed)?;
    Ok(0)
}

async fn print_handed(
    target: &Target,
    project: Option<&str>,
    environment: &str,
    json: bool,
) -> Result<u8, Failure> {
    let (connected, _, place) = locate(target, project, environment).await?;
    let entries = service::list(&connected.context, &place).await?;
    let mut known = service::handed(&connected.context);
    let mut lines: Vec<(HandedJson, Handed)> = Vec::new();
    for token in entries.iter().filter_map(TokenEntry::token) {
        for handed in known.remove(&token.id).unwrap_or_default() {
            let as_json = HandedJson {
                token: token.id.to_string(),
                name: token.name.clone(),
                destination: handed.destination.to_string(),
                sent_at: handed.at.to_wire(),
            };
            lines.push((as_json, handed));
        }
    }
    if json {
        output::json(&lines.iter().map(|(it, _)| it).collect::<Vec<_>>())?;
    } else if lines.is_empty() {
        output::tell("No token of it was sent anywhere from this machine.");
    } else {
        let zone = jiff::tz::TimeZone::system();
        let now = Moment::now();
        let rows: Vec<_> = lines
            .iter()
            .map(|(it, handed)| {
                [
                    it.name.clone(),
                    it.destination.clone(),
                    text::destinations::handed(handed, now, &zone),
                ]
            })
            .collect();
        output::result(&output::aligned(&rows))?;
    }
    Ok(0)
}
