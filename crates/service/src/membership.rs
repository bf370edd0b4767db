//! Who the user is in an organisation, and who its admins are (docs/protocol.md 3, 16).

use crate::Context;
use model::{Membership, Problem};
use protocol::{Member, OrganizationId, Role};

/// Looks the user up among the members of an organisation.
///
/// # Errors
/// API errors.
pub async fn membership(context: &Context, organization: &OrganizationId) -> Result<Membership, Problem> {
    let client = &context.client;
    let (user, members) = tokio::try_join!(client.user(), client.members(organization))?;
    let is_own = |member: &&Member| member.id.as_ref() == Some(&user.id);
    let own = members.iter().find(is_own);
    let is_admin = |member: &&Member| member.role == Some(Role::Admin);
    let others = members.iter().filter(|member| !is_own(member));
    let names = others.filter(is_admin).filter_map(Member::label);
    Ok(Membership {
        role: own.and_then(|member| member.role.clone()),
        admins: names.map(str::to_owned).collect(),
        person: user.name.or(user.email),
    })
}
