//! The activity feed of a project or an organisation (docs/protocol.md 17).

use super::Call;
use super::paging::Paging;
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::roles::{Permission, Role};
use crate::store::activity::{self, Feed};
use crate::store::directory::Organization;
use crate::store::users::User;
use protocol::wire::DataWithMeta;

/// `GET /projects/{project}/activity`
pub(super) fn of_project(call: &Call<'_, User>) -> Answer {
    let (project, organization, role) = call.visible_project()?;
    allow(&organization, role)?;
    feed(call, Feed::Project(&project.id))
}

/// `GET /organizations/{organization}/activity`
pub(super) fn of_organization(call: &Call<'_, User>) -> Answer {
    let (organization, role) = call.member()?;
    allow(&organization, role)?;
    feed(call, Feed::Organization(organization.id.as_str()))
}

/// The plan has to have an audit log, and the role has to give it.
fn allow(organization: &Organization, role: Role) -> Result<(), Refusal> {
    let may = organization.has_audits() && role.may(Permission::ViewAudit);
    may.then_some(()).ok_or_else(Refusal::forbidden)
}

fn feed(call: &Call<'_, User>, feed: Feed<'_>) -> Answer {
    let paging = Paging::of(call.input)?;
    let found = activity::list(call.db, feed, paging.offset(), paging.per_page)?;
    let (found, meta) = paging.cut(call.input, found);
    let data: Vec<_> = found.iter().map(documents::activity).collect();
    Reply::ok(&DataWithMeta { data, meta })
}
