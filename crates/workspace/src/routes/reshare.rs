//! Key re-share requests (docs/protocol.md 10). They are fulfilled by publishing, not by a call of their own.

use super::Call;
use super::paging::Paging;
use crate::answer::{Answer, Refusal, Reply};
use crate::checks;
use crate::documents;
use crate::roles::Permission::ManageEnvironment;
use crate::store::reshare::{self, Filter};
use crate::store::users::User;
use protocol::wire::reshare::RequestState;
use protocol::wire::{Data, DataWithMeta};

/// `GET /organizations/{organization}/key-reshare-requests`. Whoever may share keys is told of all requests, as `actor` and
/// without a role; others of their own, and as `actor` of none.
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let (organization, role) = call.member()?;
    let manages = role.may(ManageEnvironment);
    let own = match call.input.query("role") {
        None => !manages,
        Some("recipient") => true,
        Some("actor") => false,
        Some(_) => return Err(Refusal::invalid("role", &checks::selected("role"))),
    };
    let paging = Paging::of(call.input)?;
    let filter = Filter {
        own,
        status: status(call)?,
        project_id: id(call, "project_id")?,
        environment_id: id(call, "environment_id")?,
        device_id: id(call, "device_id")?,
        offset: paging.offset(),
        limit: paging.per_page,
    };
    let found = if own || manages {
        reshare::list(call.db, organization.id.as_str(), call.who, &filter)?
    } else {
        Vec::new()
    };
    let (found, meta) = paging.cut(call.input, found);
    let data: Vec<_> = found.iter().map(documents::request).collect();
    Reply::ok(&DataWithMeta { data, meta })
}

fn status(call: &Call<'_, User>) -> Result<Option<String>, Refusal> {
    match call.input.query("status") {
        Some(text) if RequestState::parse(text).is_none() => {
            Err(Refusal::invalid("status", &checks::selected("status")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn id(call: &Call<'_, User>, name: &str) -> Result<Option<String>, Refusal> {
    match call.input.query(name) {
        Some(text) if !checks::is_uuid(text) => Err(Refusal::invalid(name, &checks::uuid(name))),
        text => Ok(text.map(str::to_owned)),
    }
}

/// `GET /organizations/{organization}/key-reshare-requests/{request}`, for who waits and for who may share keys.
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let (organization, role) = call.member()?;
    let request = reshare::find(call.db, organization.id.as_str(), call.input.path("request"))?
        .ok_or_else(|| Refusal::not_found("Crypto\\Models\\EnvironmentKeyReshareRequest"))?;
    if request.target_user.id != call.who.id && !role.may(ManageEnvironment) {
        return Err(Refusal::forbidden());
    }
    Reply::ok(&Data {
        data: documents::request(&request),
    })
}
