//! requests, fulfil: devices that wait for an environment key.

use serde::Serialize;

use super::{look_alike, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::Problem;
use protocol::{KeyRequest, Moment, Requests};
use service::{Asked, Context};
use text::Message;
use text::plural;

#[derive(Serialize)]
struct RequestJson<'a> {
    id: &'a str,
    organization_id: &'a str,
    project_id: &'a str,
    environment_id: &'a str,
    environment: Option<&'a str>,
    device_id: &'a str,
    device: Option<&'a str>,
    person: Option<&'a str>,
    required_key_version: Option<u64>,
    reason: Option<&'a str>,
    created_at: Option<String>,
}

impl<'a> From<&'a KeyRequest> for RequestJson<'a> {
    fn from(request: &'a KeyRequest) -> Self {
        Self {
            id: request.id.as_str(),
            organization_id: request.organization.as_str(),
            project_id: request.project.as_str(),
            environment_id: request.environment.as_str(),
            environment: request
                .environment_name
                .as_ref()
                .map(protocol::EnvironmentName::as_str),
            device_id: request.device.as_str(),
            device: request.device_label.as_deref(),
            person: request.person.as_deref(),
            required_key_version: request.required_version,
            reason: request.reason.as_ref().map(text::request_reason),
            created_at: request.created_at.map(Moment::to_wire),
        }
    }
}

/// Lists the requests that this device can fulfil.
pub async fn list(target: &Target, project: Option<&str>, json: bool) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    let (requests, lacking) = find(&connected.context, project).await?;
    tell_unreadable(&requests);
    tell_lacking(&lacking, connected.context.device.is_some());
    if json {
        let list: Vec<RequestJson<'_>> = requests.list.iter().map(RequestJson::from).collect();
        output::json(&list)?;
    } else if requests.list.is_empty() {
        output::tell("Nobody waits for a key that this device can share.");
    } else {
        let waiting: Vec<_> = requests
            .list
            .iter()
            .map(|it| (device(it), it.id.as_str()))
            .collect();
        look_alike::tell("Devices", waiting.iter().map(|(name, id)| (name.as_str(), *id)));
        output::result(&table(&requests.list))?;
    }
    Ok(0)
}

/// Fulfils the named requests, or all.
pub async fn fulfil(
    target: &Target,
    project: Option<&str>,
    ids: &[String],
    all: bool,
) -> Result<u8, Failure> {
    if ids.is_empty() && !all {
        return Err(Failure::new(
            WRONG_USE,
            "No request was named.",
            "Name requests by their ids (see: deploy-tokens requests), or use --all.",
        ));
    }
    let connected = target.connect().await?;
    if connected.context.device.is_none() {
        return Err(Problem::NoDevice.into());
    }
    let (requests, lacking) = find(&connected.context, project).await?;
    tell_unreadable(&requests);
    tell_lacking(&lacking, true);
    let wanted = if all {
        requests.list
    } else {
        service::select(&requests, ids)?
    };
    if wanted.is_empty() {
        output::tell("Nobody waits for a key that this device can share.");
    }
    let mut worst = 0;
    for done in service::fulfil_all(&connected.context, &wanted, &output::progress).await {
        let names: Vec<String> = done
            .requests
            .iter()
            .map(|request| output::strong(&device(request)))
            .collect();
        let (names, place) = (
            names.join(", "),
            done.requests.first().map(place).unwrap_or_default(),
        );
        match done.outcome {
            Ok(recipients) => output::tell(&format!(
                "The key of {place} is shared with {names} ({} in all).",
                plural(recipients, "recipient")
            )),
            Err(error) => {
                let mut failure = Failure::from(error);
                failure.message.what = format!("{place}, for {names}: {}", failure.message.what);
                output::failure(&failure.message);
                worst = worst.max(failure.code.max(FAILED));
            }
        }
    }
    Ok(worst)
}

/// Of one project, where one was named; else of all. Those that only others can answer are apart.
async fn find(context: &Context, project: Option<&str>) -> Result<(Requests, Vec<KeyRequest>), Failure> {
    let Asked {
        mut requests,
        mut lacking,
        unlisted,
    } = service::fulfillable(context).await?;
    output::unlisted(&unlisted);
    if project.is_some() {
        let project = service::directory(context).await?.find(project)?;
        requests.list.retain(|request| request.project == project.id);
        lacking.retain(|request| request.project == project.id);
    }
    Ok((requests, lacking))
}

fn tell_lacking(lacking: &[KeyRequest], linked: bool) {
    let Some(first) = lacking.first() else { return };
    let more = match lacking.len() {
        1 => String::new(),
        count => format!(" and {}", plural(count.saturating_sub(1), "other")),
    };
    let why = if linked {
        "This device lacks those keys itself: somebody else has to share them."
    } else {
        "This machine is not linked as a device: somebody else has to share those keys."
    };
    output::warning(&Message::new(
        format!("{} waits for the key of {}{more}.", device(first), place(first)),
        why,
    ));
}

fn tell_unreadable(requests: &Requests) {
    if requests.unreadable > 0 {
        output::warning(&Message::new(
            format!("{} cannot be read.", plural(requests.unreadable, "request")),
            "Report it to the people who run the server.",
        ));
    }
}

fn device(request: &KeyRequest) -> String {
    request
        .device_label
        .clone()
        .unwrap_or_else(|| request.device.to_string())
}

fn place(request: &KeyRequest) -> String {
    let project = request
        .project_name
        .clone()
        .unwrap_or_else(|| request.project.to_string());
    match &request.environment_name {
        Some(environment) => format!("{project}/{environment}"),
        None => format!("{project}/{}", request.environment),
    }
}

fn table(requests: &[KeyRequest]) -> String {
    let (now, zone) = (Moment::now(), jiff::tz::TimeZone::system());
    let mut rows = vec![["DEVICE", "PERSON", "ENVIRONMENT", "WAITS SINCE", "ID"].map(str::to_owned)];
    rows.extend(requests.iter().map(|request| {
        [
            device(request),
            request.person.clone().unwrap_or_else(|| "-".to_owned()),
            place(request),
            request
                .created_at
                .map_or_else(|| "-".to_owned(), |at| at.past(now, &zone)),
            request.id.to_string(),
        ]
    }));
    output::aligned(&rows)
}
