//! User, organisations, projects, environments (docs/protocol.md 3).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::{attributes, data, json, known, known_moment, known_text, listed, needed, needed_text};
use super::written::seconds;
use super::{Resource, WireError};
use crate::types::{
    Environment, EnvironmentId, EnvironmentName, Listed, Organization, OrganizationId, Project, ProjectId,
    User,
};

/// The current user as a resource.
pub type UserDocument<'a> = Resource<'a, UserAttributes<'a>>;

/// The type of [`UserDocument`].
pub const USERS: &str = "users";

/// What is known of a user.
#[derive(Clone, Debug, Serialize)]
pub struct UserAttributes<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// The e-mail address.
    pub email: &'a str,
    /// When the user was registered.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// An organisation, flat.
#[derive(Clone, Debug, Serialize)]
pub struct OrganizationDocument<'a> {
    /// Its id.
    pub id: &'a OrganizationId,
    /// Its name.
    pub name: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// When it was made.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// A project, flat.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectDocument<'a> {
    /// Its id.
    pub id: &'a ProjectId,
    /// Its name.
    pub name: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// The organisation that it belongs to.
    pub organization_id: &'a OrganizationId,
    /// How it is deployed.
    pub deployment_provider: &'a str,
    /// What it is built with, as its maker said.
    pub stack: Option<Value>,
    /// In the order in which they were made; in the list of an organisation alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<EnvironmentDocument<'a>>>,
    /// When it was made.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// An environment, flat.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentDocument<'a> {
    /// Its id.
    pub id: &'a EnvironmentId,
    /// Its name.
    pub name: &'a EnvironmentName,
    /// `production`, `staging` and so on.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// How its file is written: `env`.
    pub file_format: &'a str,
    /// When it was made.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// A type that an environment may have.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EnvironmentTypeDocument {
    /// As it is sent.
    pub value: &'static str,
    /// As it is shown.
    pub label: &'static str,
}

/// A suggested name.
#[derive(Clone, Debug, Serialize)]
pub struct SuggestedName {
    /// A name that is free.
    pub name: String,
}

/// `POST /organizations/{organization}/projects`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateProjectRequest {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it is deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_provider: Option<String>,
    /// What it is built with, in whatever form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<Value>,
}

/// `POST /projects/{project}/environments`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateEnvironmentRequest {
    /// Its name.
    pub name: String,
    /// One of the types of [`EnvironmentTypeDocument`].
    #[serde(rename = "type")]
    pub kind: String,
    /// How its file is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_format: Option<String>,
}

/// `POST /projects/{project}/generate-suggested-environment-names`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestNamesRequest {
    /// The type that the environment will have.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The current user.
///
/// # Errors
/// [`WireError`] when the id is missing.
pub fn user(body: &[u8]) -> Result<User, WireError> {
    let answer = json(body)?;
    let resource = data(&answer);
    let attributes = attributes(resource);
    Ok(User {
        id: needed_text(resource, "id")?,
        name: known_text(attributes, "name"),
        email: known_text(attributes, "email"),
    })
}

/// The organisations of the user. An entry needs an id, which stands in for a name that is not told.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn organizations(body: &[u8]) -> Result<Listed<Organization>, WireError> {
    listed(body, organization)
}

fn organization(value: &Value) -> Result<Organization, WireError> {
    let id = needed(value, "id", OrganizationId::parse)?;
    Ok(Organization {
        name: known_text(attributes(value), "name").unwrap_or_else(|| id.to_string()),
        id,
    })
}

/// The projects of an organisation. An entry needs an id, which stands in for a name that is not told.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn projects(body: &[u8], organization: &OrganizationId) -> Result<Listed<Project>, WireError> {
    listed(body, |value| project_of(value, Some(organization)))
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
    let own = known(attributes, "organization_id", OrganizationId::parse);
    let id = needed(value, "id", ProjectId::parse)?;
    Ok(Project {
        name: known_text(attributes, "name").unwrap_or_else(|| id.to_string()),
        id,
        organization_id: own.or_else(|| organization.cloned()).ok_or(WireError::Missing {
            what: "organization_id",
        })?,
    })
}

/// The environments of a project. An entry needs its id and its name: calls take the one or the other
/// (docs/protocol.md 1.1).
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn environments(body: &[u8]) -> Result<Listed<Environment>, WireError> {
    listed(body, environment)
}

fn environment(value: &Value) -> Result<Environment, WireError> {
    let attributes = attributes(value);
    Ok(Environment {
        id: needed(value, "id", EnvironmentId::parse)?,
        name: needed(attributes, "name", EnvironmentName::parse)?,
        kind: known_text(attributes, "type").unwrap_or_default(),
        created_at: known_moment(attributes, "created_at"),
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
        assert_eq!(environments(b"{}").unwrap(), Listed::default());
        let broken = environments(br#"{"data":[{"id":"e"},{"id":"e2","name":"staging"},7]}"#).unwrap();
        let missing: Vec<_> = broken
            .unreadable
            .iter()
            .map(|it| (it.position, it.missing))
            .collect();
        assert_eq!((broken.list.len(), missing), (1, vec![(1, "name"), (3, "id")]));
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
