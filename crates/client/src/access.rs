//! Calls about who may hold a key: members, re-share requests and the end of a device (docs/protocol.md 3, 4.1, 10).

use super::transport::segment;
use protocol::wire;

use super::Client;
use model::CallError;
use protocol::{DeviceId, Member, OrganizationId};
use protocol::{reshare::KeyRequest, reshare::RequestFilter, reshare::RequestPage, reshare::RequestRole};

/// The largest page that is asked for, as the reference does.
const PER_PAGE: u32 = 100;

impl Client {
    /// `GET /organizations/{org}/members`, for every member (docs/protocol.md 3).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn members(&self, organization: &OrganizationId) -> Result<Vec<Member>, CallError> {
        let path = format!("/organizations/{}/members", segment(organization.as_str()));
        Ok(wire::members::members(&self.transport.get(&path).await?)?)
    }

    /// `GET /organizations/{org}/key-reshare-requests`: one page, counted from 1.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn reshare_requests(
        &self,
        organization: &OrganizationId,
        filter: &RequestFilter,
        page: u32,
    ) -> Result<RequestPage, CallError> {
        let mut path = format!("{}?per_page={PER_PAGE}&page={page}", requests_path(organization));
        for (name, value) in [
            ("role", filter.role.map(role)),
            ("status", filter.pending_only.then_some("pending")),
            (
                "project_id",
                filter.project.as_ref().map(protocol::ProjectId::as_str),
            ),
            (
                "environment_id",
                filter.environment.as_ref().map(protocol::EnvironmentId::as_str),
            ),
            ("device_id", filter.device.as_ref().map(DeviceId::as_str)),
        ] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", segment(value)));
            }
        }
        Ok(wire::reshare::page(&self.transport.get(&path).await?)?)
    }

    /// `GET /organizations/{org}/key-reshare-requests/{id}`
    ///
    /// # Errors
    /// [`CallError`]; 404 when it is gone.
    pub async fn reshare_request(
        &self,
        organization: &OrganizationId,
        id: &str,
    ) -> Result<KeyRequest, CallError> {
        let path = format!("{}/{}", requests_path(organization), segment(id));
        Ok(wire::reshare::request(&self.transport.get(&path).await?)?)
    }

    /// `DELETE /devices/{id}`; a 404 or 410 means that it is gone already.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn revoke_device(&self, id: &DeviceId) -> Result<(), CallError> {
        let path = format!("/devices/{}", segment(id.as_str()));
        self.remove(&path).await
    }

    /// `DELETE /devices/{id}/delete`: removes the record of a revoked device; a 404 or 410 means that it is gone already.
    ///
    /// # Errors
    /// [`CallError`]; 409 while it is active.
    pub async fn delete_device(&self, id: &DeviceId) -> Result<(), CallError> {
        let path = format!("/devices/{}/delete", segment(id.as_str()));
        self.remove(&path).await
    }

    async fn remove(&self, path: &str) -> Result<(), CallError> {
        match self.transport.delete(path).await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.status(), Some(404 | 410)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn role(role: RequestRole) -> &'static str {
    match role {
        RequestRole::Actor => "actor",
        RequestRole::Recipient => "recipient",
    }
}

fn requests_path(organization: &OrganizationId) -> String {
    format!(
        "/organizations/{}/key-reshare-requests",
        segment(organization.as_str())
    )
}
