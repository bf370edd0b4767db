//! Organisations, their members, and what roles may do (docs/protocol.md 3, 16).

use super::Call;
use crate::answer::{Answer, Reply};
use crate::documents;
use crate::roles::{self, Permission::Administer, Role};
use crate::store::directory;
use crate::store::users::User;
use protocol::wire::members::MatrixDocument;
use protocol::wire::{Count, Data, DataWithMeta};

/// `GET /organizations`; one that was moved is among them.
pub(super) fn list(call: &Call<'_, User>) -> Answer {
    let organizations = directory::organizations(call.db, call.who)?;
    let data: Vec<_> = organizations.iter().map(documents::organization).collect();
    Reply::ok(&Data { data })
}

/// `GET /organizations/{organization}`
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let (organization, _) = call.member()?;
    Reply::ok(&Data {
        data: documents::organization(&organization),
    })
}

/// `GET /organizations/{organization}/members`, for every member.
pub(super) fn members(call: &Call<'_, User>) -> Answer {
    let (organization, _) = call.member()?;
    let members = directory::members(call.db, &organization.id)?;
    let data: Vec<_> = members.iter().map(documents::member).collect();
    let meta = Count { count: data.len() };
    Reply::ok(&DataWithMeta { data, meta })
}

/// `GET /organizations/{organization}/permission-matrix`
pub(super) fn permission_matrix(call: &Call<'_, User>) -> Answer {
    let organization = call.organization(Administer)?;
    Reply::ok(&Data {
        data: MatrixDocument {
            organization_id: organization.id.as_str(),
            roles: Role::ALL.map(Role::document).into(),
            permissions: roles::permissions(),
        },
    })
}
