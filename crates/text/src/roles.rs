//! Roles, and whom to ask for what they do not give.

use model::Membership;
use protocol::Role;

/// A role, as a member has it.
pub fn role(role: &Role) -> &str {
    match role {
        Role::Admin => "Admin",
        Role::Developer => "Developer",
        Role::ReadOnly => "Developer, read only",
        Role::Auditor => "Auditor",
        Role::BillingOnly => "Billing only",
        Role::Other(text) => text,
    }
}

/// What a role lets its member do here, in a sentence.
pub fn role_gives(role: &Role) -> &'static str {
    match role {
        Role::Admin => "Sees and changes deploy tokens, and shares keys.",
        Role::Developer => "Shares keys and answers requests for them. Deploy tokens are for admins.",
        Role::ReadOnly => {
            "Sees who holds keys, and gets keys. Sharing them is for developers and admins, deploy tokens are for admins."
        }
        Role::Auditor => "Reads the activity. Keys and deploy tokens are for others.",
        Role::BillingOnly => "Sees the subscription. Keys and deploy tokens are for others.",
        Role::Other(_) => "What it gives is not known to this program; the server decides.",
    }
}

/// Who the user is there, as the beginning of a sentence: "You are a developer in Northwind".
pub fn standing(role: &Role, organization: &str) -> String {
    let who = match role {
        Role::Admin => "are an admin",
        Role::Developer => "are a developer",
        Role::ReadOnly => "are a developer who reads only",
        Role::Auditor => "are an auditor",
        Role::BillingOnly => "are there for the billing",
        Role::Other(text) => return format!("Your role in {organization} is “{text}”"),
    };
    format!("You {who} in {organization}")
}

/// Whom to ask for what only admins may do: by name, as far as the names are known. `to` is what for, as the end of the
/// sentence; it may be empty.
pub fn ask_an_admin(membership: Option<&Membership>, organization: &str, to: &str) -> String {
    let names = membership.map_or(&[] as &[String], |it| it.admins.as_slice());
    let who = match names {
        [] if to.is_empty() => return format!("Ask an admin of {organization}."),
        [] => return format!("Ask an admin of {organization} {to}."),
        [one] => format!("{one}, an admin of {organization}"),
        [one, two] => format!("{one} or {two}, admins of {organization}"),
        [one, two, three] => format!("{one}, {two} or {three}, admins of {organization}"),
        [one, two, rest @ ..] => {
            format!("{one}, {two} or {} more admins of {organization}", rest.len())
        }
    };
    match to {
        "" => format!("Ask {who}."),
        to => format!("Ask {who}, {to}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admins_are_named_as_far_as_they_are_few() {
        let asked = |names: &[&str], to| {
            let membership = Membership {
                admins: names.iter().map(|&it| it.to_owned()).collect(),
                ..Membership::default()
            };
            ask_an_admin(Some(&membership), "Northwind", to)
        };
        assert_eq!(asked(&[], ""), "Ask an admin of Northwind.");
        assert_eq!(asked(&[], "to look"), "Ask an admin of Northwind to look.");
        let one = "Ask Grace Hopper, an admin of Northwind";
        assert_eq!(asked(&["Grace Hopper"], ""), format!("{one}."));
        assert_eq!(asked(&["Grace Hopper"], "to look"), format!("{one}, to look."));
        assert_eq!(asked(&["A", "B"], ""), "Ask A or B, admins of Northwind.");
        assert_eq!(asked(&["A", "B", "C"], ""), "Ask A, B or C, admins of Northwind.");
        let four = "Ask A, B or 2 more admins of Northwind.";
        assert_eq!(asked(&["A", "B", "C", "D"], ""), four);
    }
}
