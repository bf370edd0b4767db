//! Key re-share requests: who waits, and sharing the key with them (docs/protocol.md 10).
//!
//! There is no call that fulfils a request. The key is sealed again for everybody, and the publication names the
//! requests that it answers.

use std::collections::BTreeMap;

use super::preflight::{self, Ready};
use super::publish::{Published, Purpose, publish};
use crate::checkpoint::Operation;
use crate::directory::of_each;
use crate::{Context, Progress, find_environment};
use model::{CallError, ListOf, Problem, RequestError, Step, Unlisted};
use protocol::{
    Device, DeviceId, EnvironmentId, EnvironmentName, KeyRequest, Organization, OrganizationId, ProjectId,
    Recipient, RecipientKind, RequestFilter, RequestRole, Requests,
};

/// No list is longer than this many pages of 100; what is beyond is there when these are done.
const MAX_PAGES: u32 = 50;

/// The requests of all organisations of the user that could be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub requests: Requests,
    /// Those of environments whose key this device waits for itself, or cannot have, because it is not linked: others have
    /// to answer them.
    pub lacking: Vec<KeyRequest>,
    /// The organisations that gave no answer.
    pub unlisted: Vec<Unlisted>,
}

/// What became of the requests of one environment.
#[derive(Debug)]
pub struct Fulfilled {
    /// The requests, all of one environment.
    pub requests: Vec<KeyRequest>,
    /// For how many recipients the key was sealed, or why it was not.
    pub outcome: Result<usize, Problem>,
}

/// The pending requests that this device may be able to answer, and apart from them those that only others can; its own
/// are not among them.
///
/// # Errors
/// API errors.
pub async fn fulfillable(context: &Context) -> Result<Asked, Problem> {
    let own = context.device.as_ref().map(|it| it.id.clone());
    let filter = RequestFilter {
        role: Some(RequestRole::Actor),
        pending_only: true,
        ..RequestFilter::default()
    };
    let mut found = everywhere(context, &filter).await?;
    let pending = std::mem::take(&mut found.requests.list).into_iter();
    let (waits, others): (Vec<_>, Vec<_>) = pending
        .filter(KeyRequest::is_pending)
        .partition(|request| own.as_ref() == Some(&request.device));
    let is_lacking =
        |request: &KeyRequest| own.is_none() || waits.iter().any(|it| it.environment == request.environment);
    (found.lacking, found.requests.list) = others.into_iter().partition(is_lacking);
    Ok(found)
}

/// The devices that have made these requests, from the lists of the environments that they ask for, one of each project. What
/// cannot be had is left out.
pub async fn asking_devices(context: &Context, requests: &[KeyRequest]) -> Vec<Device> {
    let mut places: BTreeMap<&ProjectId, &EnvironmentName> = BTreeMap::new();
    for request in requests {
        if let Some(name) = &request.environment_name {
            places.entry(&request.project).or_insert(name);
        }
    }
    let lists = places
        .into_iter()
        .map(|(project, name)| context.client.devices(project, name));
    let lists = futures_util::future::join_all(lists).await;
    let mut found: Vec<Device> = Vec::new();
    for device in lists.into_iter().flatten().flat_map(|it| it.list) {
        let asks = requests.iter().any(|it| it.device == device.id);
        if asks && found.iter().all(|it| it.id != device.id) {
            found.push(device);
        }
    }
    found
}

/// The pending requests by which this device waits.
///
/// # Errors
/// [`Problem::NoDevice`]; API errors.
pub async fn waiting(context: &Context) -> Result<Asked, Problem> {
    let own = context.device()?.id.clone();
    let filter = RequestFilter {
        role: Some(RequestRole::Recipient),
        pending_only: true,
        device: Some(own.clone()),
        ..RequestFilter::default()
    };
    let mut found = everywhere(context, &filter).await?;
    found
        .requests
        .list
        .retain(|request| request.is_pending() && request.device == own);
    Ok(found)
}

/// Asks every organisation of the user. One that gives no answer hides no other's requests.
async fn everywhere(context: &Context, filter: &RequestFilter) -> Result<Asked, Problem> {
    let listed = context.client.organizations().await?;
    let ask =
        |organization: Organization| async move { requests_of(context, &organization.id, filter).await };
    let (found, mut unlisted) = of_each(&listed.list, ask).await?;
    unlisted.extend(Unlisted::entries(ListOf::Organizations, listed.unreadable));
    let mut all = Requests::default();
    for requests in found {
        all.list.extend(requests.list);
        all.unreadable += requests.unreadable;
    }
    Ok(Asked {
        requests: all,
        lacking: Vec::new(),
        unlisted,
    })
}

/// All pages of an organisation's requests.
pub(super) async fn requests_of(
    context: &Context,
    organization: &OrganizationId,
    filter: &RequestFilter,
) -> Result<Requests, CallError> {
    let mut all = Requests::default();
    for number in 1..=MAX_PAGES {
        let page = context
            .client
            .reshare_requests(organization, filter, number)
            .await?;
        let empty = page.requests.is_empty() && page.unreadable == 0;
        all.list.extend(page.requests);
        all.unreadable += page.unreadable;
        if empty || !page.has_more {
            break;
        }
    }
    Ok(all)
}

/// The pending requests with these ids.
///
/// # Errors
/// [`Problem::Request`] for an id that is not among them.
pub fn select(requests: &Requests, ids: &[String]) -> Result<Vec<KeyRequest>, Problem> {
    let find = |id: &String| {
        let found = requests.list.iter().find(|request| request.id.as_str() == id);
        let unknown = || Problem::Request(RequestError::Unknown(id.clone()));
        found.cloned().ok_or_else(unknown)
    };
    ids.iter().map(find).collect()
}

/// Fulfils one request and gives the number of recipients.
///
/// # Errors
/// [`Problem::Request`] when it cannot be fulfilled (any more); what the checks found; API errors.
pub async fn fulfil(
    context: &Context,
    request: &KeyRequest,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let current = context
        .client
        .reshare_request(&request.organization, request.id.as_str())
        .await?;
    if !current.is_pending() {
        return Err(Problem::Request(RequestError::NotPending));
    }
    answer(context, &[current], progress).await
}

/// Fulfils many requests, with one publication for each environment. One that fails does not stop the others.
pub async fn fulfil_all(
    context: &Context,
    requests: &[KeyRequest],
    progress: Progress<'_>,
) -> Vec<Fulfilled> {
    let mut groups: Vec<(&ProjectId, &EnvironmentId, Vec<KeyRequest>)> = Vec::new();
    for request in requests {
        let (project, environment) = (&request.project, &request.environment);
        match groups
            .iter_mut()
            .find(|group| (group.0, group.1) == (project, environment))
        {
            Some((_, _, group)) => group.push(request.clone()),
            None => groups.push((project, environment, vec![request.clone()])),
        }
    }
    let mut done = Vec::new();
    for (_, _, group) in groups {
        done.extend(fulfil_group(context, group, progress).await);
    }
    done
}

/// One publication for all; if it is refused because of one of them, each is tried alone.
async fn fulfil_group(context: &Context, group: Vec<KeyRequest>, progress: Progress<'_>) -> Vec<Fulfilled> {
    let outcome = answer(context, &group, progress).await;
    let by_one_of_them = match &outcome {
        Err(Problem::Request(_)) => true,
        Err(Problem::Call(error)) => error.status() == Some(422),
        _ => false,
    };
    if !by_one_of_them || group.len() == 1 {
        return vec![Fulfilled {
            requests: group,
            outcome,
        }];
    }
    let mut done = Vec::new();
    for request in group {
        let outcome = fulfil(context, &request, progress).await;
        done.push(Fulfilled {
            requests: vec![request],
            outcome,
        });
    }
    done
}

async fn answer(
    context: &Context,
    requests: &[KeyRequest],
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    progress(Step::Check);
    let Some(first) = requests.first() else {
        return Ok(0);
    };
    if first.environment_name.is_none() {
        return Err(Problem::Request(RequestError::NoEnvironment));
    }
    let place = find_environment(context, &first.project, first.environment.as_str()).await?;
    let _lock = context.lock(&place).await?;
    let Ready { key, lists } = preflight::check(context, &place).await?;
    let devices = lists.device_recipients();
    let waits = |request: &KeyRequest| contains(&devices, &request.device);
    if !requests.iter().all(waits) {
        return Err(Problem::Request(RequestError::DeviceGone));
    }
    let purpose = Purpose {
        requests,
        ..Purpose::default()
    };
    let (what, operation) = (Published::Again(&key), Operation::Reshare);
    let count = publish(context, &place, &lists, what, purpose, operation, progress).await?;
    progress(Step::Done);
    Ok(count)
}

fn contains(recipients: &[Recipient], device: &DeviceId) -> bool {
    let wanted = RecipientKind::Device(device.clone());
    recipients.iter().any(|recipient| recipient.kind == wanted)
}
