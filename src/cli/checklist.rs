//! checklist: the values that may have been read, until each is changed.

use serde::Serialize;

use super::args::Checklist as Options;
use super::{locate, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::{CheckedPlace, CheckedValue, Checklist, ValueState};
use protocol::Moment;
use service::{Context, checklist};
use text::checklist as words;

#[derive(Serialize)]
struct ChecklistJson<'a> {
    id: &'a str,
    begun_at: String,
    because: &'a [String],
    done: usize,
    total: usize,
    values: Vec<ValueJson<'a>>,
    /// Environments that could not be looked through.
    not_compared: &'a [String],
    /// What could not be asked now, in words.
    not_looked_at: Vec<String>,
}

#[derive(Serialize)]
struct ValueJson<'a> {
    project: &'a str,
    environment: &'a str,
    name: &'a str,
    /// Whether it may have been read here; else it is the same value as one that may.
    exposed: bool,
    since: Option<String>,
    /// Where else the same value stood.
    same_as: Vec<SameJson<'a>>,
    /// `open`, `changed`, `deleted`, `settled` or `unknown`.
    state: &'static str,
    changed_at: Option<String>,
    changed_by: Option<&'a str>,
}

#[derive(Serialize)]
struct SameJson<'a> {
    project: &'a str,
    environment: &'a str,
    name: &'a str,
}

impl<'a> ChecklistJson<'a> {
    fn new(checklist: &'a Checklist) -> Self {
        let (done, total) = checklist.done();
        let of_place = |place: &'a CheckedPlace| {
            let value = move |value| ValueJson::new(checklist, place, value);
            place.values.iter().map(value)
        };
        let problems = checklist.places.iter().filter_map(|it| it.problem.as_ref());
        Self {
            id: &checklist.id,
            begun_at: checklist.begun.to_wire(),
            because: &checklist.because,
            done,
            total,
            values: checklist.places.iter().flat_map(of_place).collect(),
            not_compared: &checklist.not_compared,
            not_looked_at: problems.map(|it| text::explain(it).to_string()).collect(),
        }
    }
}

impl<'a> ValueJson<'a> {
    fn new(checklist: &'a Checklist, place: &'a CheckedPlace, value: &'a CheckedValue) -> Self {
        let (state, changed_at, changed_by) = match &value.state {
            ValueState::AsItWas => ("open", None, None),
            ValueState::Changed { at, by } => ("changed", *at, by.as_deref()),
            ValueState::Deleted => ("deleted", None, None),
            ValueState::Settled { .. } => ("settled", None, None),
            ValueState::NotKnown => ("unknown", None, None),
        };
        let same = checklist.same_as(place, value).into_iter();
        Self {
            project: &place.project_name,
            environment: place.environment.name.as_str(),
            name: &value.name,
            exposed: place.is_exposed,
            since: value.since.map(Moment::to_wire),
            same_as: same
                .map(|(place, value)| SameJson {
                    project: &place.project_name,
                    environment: place.environment.name.as_str(),
                    name: &value.name,
                })
                .collect(),
            state,
            changed_at: changed_at.map(Moment::to_wire),
            changed_by,
        }
    }
}

/// Begins one, shows those that are open, notes what is dealt with, or forgets one; 1 while something is left to do.
pub(super) async fn run(target: &Target, project: Option<&str>, wanted: Options) -> Result<u8, Failure> {
    let all = match &wanted.env {
        Some(environment) => {
            let (connected, _, place) = locate(target, project, environment).await?;
            let context = &connected.context;
            let everywhere = wanted.everywhere;
            let begun =
                checklist::begin(context, &[place], wanted.because, everywhere, &output::progress).await?;
            vec![begun]
        }
        None => {
            let connected = target.connect().await?;
            let context = &connected.context;
            let known = chosen(checklist::checklists(context)?, wanted.id.as_deref())?;
            if let (true, [one]) = (wanted.forget, known.as_slice()) {
                checklist::close(context, &one.id)?;
                output::tell("The checklist is forgotten.");
                return Ok(0);
            }
            for name in &wanted.settled {
                settle(context, &known, name)?;
            }
            looked(context, &known).await?
        }
    };
    if wanted.json {
        output::json(&all.iter().map(ChecklistJson::new).collect::<Vec<_>>())?;
    } else {
        for checklist in &all {
            output::result(&table(checklist))?;
        }
    }
    for checklist in &all {
        output::tell(&format!("{} ({})", words::summary(checklist), checklist.id));
        for place in &checklist.not_compared {
            output::tell(&words::not_compared(place));
        }
        for problem in checklist.places.iter().filter_map(|it| it.problem.as_ref()) {
            output::warning(&text::explain(problem));
        }
    }
    if all.is_empty() {
        output::tell("No checklist is open.");
    }
    Ok(if all.iter().all(Checklist::is_done) {
        0
    } else {
        FAILED
    })
}

fn chosen(all: Vec<Checklist>, id: Option<&str>) -> Result<Vec<Checklist>, Failure> {
    let Some(id) = id else { return Ok(all) };
    let found: Vec<Checklist> = all.into_iter().filter(|it| it.id.starts_with(id)).collect();
    match found.len() {
        1 => Ok(found),
        0 => Err(Failure::new(
            WRONG_USE,
            format!("There is no checklist “{id}”."),
            "deploy-tokens checklist lists those that are open.",
        )),
        _ => Err(Failure::new(
            WRONG_USE,
            format!("More than one checklist begins with “{id}”."),
            "Give more of its id.",
        )),
    }
}

fn settle(context: &Context, known: &[Checklist], name: &str) -> Result<(), Failure> {
    let mut any = false;
    for checklist in known {
        let places = checklist.places.iter();
        for place in places.filter(|it| it.values.iter().any(|it| it.name == name)) {
            checklist::settle(context, &checklist.id, &place.environment.id, name, true)?;
            any = true;
        }
    }
    if any {
        return Ok(());
    }
    Err(Failure::new(
        WRONG_USE,
        format!("The checklist has no “{name}”."),
        "Give the name of a variable that is on it.",
    ))
}

async fn looked(context: &Context, known: &[Checklist]) -> Result<Vec<Checklist>, Failure> {
    let mut all = Vec::new();
    for checklist in known {
        all.extend(checklist::look(context, &checklist.id).await?);
    }
    Ok(all)
}

fn table(checklist: &Checklist) -> String {
    let (now, zone) = (Moment::now(), jiff::tz::TimeZone::system());
    let mut rows = vec![["WHERE", "NAME", "STATE", "THE SAME VALUE"].map(str::to_owned)];
    for place in &checklist.places {
        for value in &place.values {
            rows.push([
                text::place(&place.project_name, &place.environment.name),
                value.name.clone(),
                words::state(&value.state, now, &zone),
                words::same(checklist, place, value),
            ]);
        }
    }
    output::aligned(&rows)
}
