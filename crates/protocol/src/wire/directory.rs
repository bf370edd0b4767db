//! User, organisations, projects, environments (docs/protocol.md 3).

use serde_json::Value;

use super::WireError;
use super::shape::{attributes, data, json, list, moment, optional_text, text};
use crate::types::{
    Environment, EnvironmentId, EnvironmentName, Organization, OrganizationId, Project, ProjectId, User,
};

/// The current user.
///
/// # Errors
/// [`WireError`] when the id is missing.
pub fn user(body: &[u8]) -> Result<User, WireError> {
    let answer = json(body)?;
    let resource = data(&answer);
    let attributes = attributes(resource);
    Ok(User {
        id: text(resource, "id")?,
        name: optional_text(attributes, "name"),
        email: optional_text(attributes, "email"),
    })
}

/// The organisations of the user.
///
/// # Errors
/// [`WireError`] names what an entry lacks.
pub fn organizations(body: &[u8]) -> Result<Vec<Organization>, WireError> {
    let answer = json(body)?;
    list(&answer)?.iter().map(organization).collect()
}

fn organization(value: &Value) -> Result<Organization, WireError> {
    Ok(Organization {
        id: OrganizationId::new(text(value, "id")?),
        name: text(attributes(value), "name")?,
    })
}

/// The projects of an organisation.
///
/// # Errors
/// [`WireError`] names what an entry lacks.
pub fn projects(body: &[u8], organization: &OrganizationId) -> Result<Vec<Project>, WireError> {
    let answer = json(body)?;
    list(&answer)?
        .iter()
        .map(|value| project_of(value, Some(organization)))
        .collect()
}

/// One project, wrapped or bare.
///
/// # Errors
/// [`WireError`] names what it lacks.
pub fn project(body: &[u8]) -> Result<Project, WireError> {
    let answer = json(body)?;
    project_of(data(&answer), None)
}

fn project_of(value: &Value, organization: Option<&OrganizationId>) -> Result<Project, WireError> {
    let attributes = attributes(value);
    let own = optional_text(attributes, "organization_id").map(OrganizationId::new);
    Ok(Project {
        id: ProjectId::new(text(value, "id")?),
        name: text(attributes, "name")?,
        organization_id: own.or_else(|| organization.cloned()).ok_or(WireError::Missing {
            what: "organization_id",
        })?,
    })
}

/// The environments of a project.
///
/// # Errors
/// [`WireError`] names what an entry lacks.
pub fn environments(body: &[u8]) -> Result<Vec<Environment>, WireError> {
    let answer = json(body)?;
    list(&answer)?.iter().map(environment).collect()
}

fn environment(value: &Value) -> Result<Environment, WireError> {
    let attributes = attributes(value);
    Ok(Environment {
        id: EnvironmentId::new(text(value, "id")?),
        name: EnvironmentName::new(text(attributes, "name")?),
        kind: optional_text(attributes, "type").unwrap_or_default(),
        created_at: moment(attributes, "created_at"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read_and_gaps_are_named() {
        let flat = br#"{"data":[{"id":"e1","name":"production","type":"production","base_id":null}]}"#;
        let nested = br#"{"data":[{"id":"e1","attributes":{"name":"production","type":"production"}}]}"#;
        assert_eq!(environments(flat).unwrap(), environments(nested).unwrap());
        assert_eq!(environments(b"{}").unwrap(), []);
        assert_eq!(
            environments(br#"{"data":[{"id":"e"}]}"#),
            Err(WireError::Missing { what: "name" })
        );
        assert_eq!(
            user(br#"{"data":{"attributes":{}}}"#),
            Err(WireError::Missing { what: "id" })
        );
        let wrapped = br#"{"data":{"id":"p","name":"Shop","organization_id":"o"}}"#;
        assert_eq!(
            project(wrapped),
            project(br#"{"id":"p","name":"Shop","organization_id":"o"}"#)
        );
    }
}
