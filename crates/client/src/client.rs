//! Calls of a signed-in user and of a runner, one function each.

use serde::Serialize;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::ApiAddress;
use super::transport::{Bearer, Limits, Transport, segment};
use model::{CallError, NewToken, Pause};
use protocol::envelope::PublishedKey;
use protocol::secret::{AccessToken, CiToken};
use protocol::variable::Bundle;
use protocol::wire::{self, WireError, tokens::TokenAnswer};
use protocol::{
    DeployToken, DeployTokenId, Device, DeviceId, Environment, EnvironmentId, EnvironmentName, Lifetime,
    Listed, Moment, Organization, OrganizationId, Project, ProjectId, PublicKey, SigningPublicKey,
    TokenEntry, User, UserDevice,
};

/// What this program is to the server.
pub(super) const CLIENT_TYPE: &str = "desktop";

/// The API, as a signed-in user.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) transport: Transport,
}

/// What a new device tells about itself.
#[derive(Clone, Debug)]
pub struct NewDevice<'a> {
    /// X25519.
    pub public_key: PublicKey,
    /// Ed25519.
    pub signing_key: SigningPublicKey,
    /// As the user calls it.
    pub name: &'a str,
    /// System and architecture (docs/protocol.md 4.2).
    pub platform: &'a str,
}

impl Client {
    /// A client that sends `token` to `address` and nowhere else.
    ///
    /// # Errors
    /// [`CallError::Setup`] when TLS or the resolver cannot be set up.
    pub fn new(address: ApiAddress, token: &AccessToken) -> Result<Self, CallError> {
        Self::with_limits(address, token, Limits::default())
    }

    /// As [`Client::new`], with limits of its own.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_limits(address: ApiAddress, token: &AccessToken, limits: Limits) -> Result<Self, CallError> {
        // Exposed to be put into the Authorization header, which is marked as sensitive.
        let bearer = Bearer::new(token.expose());
        Ok(Self {
            transport: Transport::new(address, bearer, limits)?,
        })
    }

    /// The address this client calls.
    pub fn address(&self) -> &ApiAddress {
        self.transport.address()
    }

    /// Until when requests to this server wait because it takes no more for now, whoever in this process has sent them;
    /// `None` while none waits.
    pub fn waiting(&self) -> watch::Receiver<Option<Pause>> {
        self.transport.waiting()
    }

    /// How many calls the server takes yet in this minute, as it said last, less those under way; `None` where it does not say.
    pub fn calls_left(&self) -> Option<u64> {
        self.transport.calls_left()
    }

    /// By how many seconds the server's clock is ahead of this machine's, negative where it is behind; `None` before an answer
    /// has said what it is.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.transport.clock_ahead()
    }

    /// `GET /user`
    ///
    /// # Errors
    /// As every call: [`CallError`].
    pub async fn user(&self) -> Result<User, CallError> {
        Ok(wire::directory::user(&self.transport.get("/user").await?)?)
    }

    /// `GET /organizations`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn organizations(&self) -> Result<Listed<Organization>, CallError> {
        Ok(wire::directory::organizations(
            &self.transport.get("/organizations").await?,
        )?)
    }

    /// `GET /organizations/{org}/projects`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn projects(&self, organization: &OrganizationId) -> Result<Listed<Project>, CallError> {
        let path = format!("/organizations/{}/projects", segment(organization.as_str()));
        Ok(wire::directory::projects(
            &self.transport.get(&path).await?,
            organization,
        )?)
    }

    /// `GET /projects/{project}`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn project(&self, project: &ProjectId) -> Result<Project, CallError> {
        let path = format!("/projects/{}", segment(project.as_str()));
        Ok(wire::directory::project(&self.transport.get(&path).await?)?)
    }

    /// `GET /projects/{project}/environments`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn environments(&self, project: &ProjectId) -> Result<Listed<Environment>, CallError> {
        let path = format!("/projects/{}/environments", segment(project.as_str()));
        Ok(wire::directory::environments(&self.transport.get(&path).await?)?)
    }

    /// `POST /devices`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn register_device(&self, device: &NewDevice<'_>) -> Result<Device, CallError> {
        let request = wire::devices::RegisterDeviceRequest {
            public_key: device.public_key.to_base64(),
            public_signing_key: device.signing_key.to_base64(),
            name: Some(device.name.to_owned()),
            platform: Some(device.platform.to_owned()),
            client_type: Some(CLIENT_TYPE.to_owned()),
        };
        Ok(wire::devices::device(
            &self.transport.post("/devices", body(&request)?).await?,
        )?)
    }

    /// `GET /devices/{id}`
    ///
    /// # Errors
    /// [`CallError`]; 403, 404, 410 and 422 mean that the local identity is stale.
    pub async fn device(&self, id: &DeviceId) -> Result<Device, CallError> {
        let path = format!("/devices/{}", segment(id.as_str()));
        Ok(wire::devices::device(&self.transport.get(&path).await?)?)
    }

    /// `GET /user/devices`: one's own, revoked ones too, with their names.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn own_devices(&self) -> Result<Listed<UserDevice>, CallError> {
        Ok(wire::devices::own_devices(
            &self.transport.get("/user/devices").await?,
        )?)
    }

    /// `GET /projects/{project}/environments/{name}/devices`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn devices(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
    ) -> Result<Listed<Device>, CallError> {
        let path = in_environment(project, environment, "devices");
        Ok(wire::devices::devices(&self.transport.get(&path).await?)?)
    }

    /// `GET …/environments/{name}/key` as a device. `None` when the server says that there is no key.
    ///
    /// # Errors
    /// [`CallError::ReshareRequired`] when the key exists but is not shared with this device; 404 when there is no such
    /// project, or no environment of that name in it (docs/protocol.md G3).
    pub async fn environment_key(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
        device: &DeviceId,
    ) -> Result<Option<PublishedKey>, CallError> {
        let query = segment(device.as_str());
        let path = format!(
            "{}?device_id={query}",
            in_environment(project, environment, "key")
        );
        let answer = self.transport.get_as_device(&path, device).await?;
        Ok(wire::environment_key::parse_key_response(text(&answer)?)?)
    }

    /// `POST …/key/envelopes`: `signed` is the finished body (docs/protocol.md 5.7, 6.4).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn share_environment_key(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
        signed: String,
    ) -> Result<(), CallError> {
        let path = in_environment(project, environment, "key/envelopes");
        self.transport.post(&path, signed.into_bytes()).await.map(drop)
    }

    /// `POST …/key`: `signed` is the finished body (docs/protocol.md 5.7, 6.4).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_environment_key(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
        signed: String,
    ) -> Result<PublishedKey, CallError> {
        let path = in_environment(project, environment, "key");
        let answer = self.transport.post(&path, signed.into_bytes()).await?;
        Ok(wire::environment_key::parse_key_response(text(&answer)?)?
            .ok_or(WireError::Missing { what: "data" })?)
    }

    /// `GET /projects/{project}/deploy-tokens`, of one environment or of all.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn tokens(
        &self,
        project: &ProjectId,
        environment: Option<&EnvironmentId>,
    ) -> Result<Vec<TokenEntry>, CallError> {
        let query = environment.map(|id| format!("?environment_id={}", segment(id.as_str())));
        let path = format!("{}{}", tokens_path(project), query.unwrap_or_default());
        Ok(wire::tokens::tokens(&self.transport.get(&path).await?)?)
    }

    /// `POST /projects/{project}/deploy-tokens`, with the DEK sealed for the new key where that is to go along
    /// (docs/protocol.md 7.2).
    ///
    /// # Errors
    /// [`CallError`]; see [`CallError::may_have_happened`].
    pub async fn create_token(
        &self,
        project: &ProjectId,
        environment: &EnvironmentId,
        new: &NewToken,
        key: &PublicKey,
        sealed: Option<String>,
    ) -> Result<TokenAnswer, CallError> {
        let request = wire::tokens::CreateTokenRequest {
            name: new.name.clone(),
            environment_id: environment.clone(),
            public_key: key.to_base64(),
            expires_after: Some(new.lifetime.days()),
            recipient: sealed.map(along),
        };
        Ok(wire::tokens::answer(
            &self
                .transport
                .post_for_secret(&tokens_path(project), body(&request)?)
                .await?,
        )?)
    }

    /// `POST …/deploy-tokens/{id}/rotate`; as [`Client::create_token`].
    ///
    /// # Errors
    /// [`CallError`]; see [`CallError::may_have_happened`].
    pub async fn rotate_token(
        &self,
        project: &ProjectId,
        token: &DeployTokenId,
        key: &PublicKey,
        lifetime: Lifetime,
        sealed: Option<String>,
    ) -> Result<TokenAnswer, CallError> {
        let path = format!("{}/rotate", token_path(project, token));
        let request = wire::tokens::RotateTokenRequest {
            public_key: Some(key.to_base64()),
            expires_after: Some(lifetime.days()),
            recipient: sealed.map(along),
        };
        Ok(wire::tokens::answer(
            &self.transport.post_for_secret(&path, body(&request)?).await?,
        )?)
    }

    /// `POST …/deploy-tokens/{id}/revoke`
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn revoke_token(
        &self,
        project: &ProjectId,
        token: &DeployTokenId,
    ) -> Result<DeployToken, CallError> {
        let path = format!("{}/revoke", token_path(project, token));
        Ok(wire::tokens::token(
            &self.transport.post(&path, b"{}".to_vec()).await?,
        )?)
    }

    /// `DELETE …/deploy-tokens/{id}` (docs/protocol.md 7.3).
    ///
    /// # Errors
    /// [`CallError`]; 404 means that it is gone, or that the address is wrong; 405 that this server has no delete.
    pub async fn delete_token(&self, project: &ProjectId, token: &DeployTokenId) -> Result<(), CallError> {
        self.transport.delete(&token_path(project, token)).await.map(drop)
    }
}

/// The API, as a runner (docs/protocol.md 8.1).
#[derive(Clone, Debug)]
pub struct Runner {
    transport: Transport,
}

impl Runner {
    /// A client that sends a CI token to `address` and nowhere else.
    ///
    /// # Errors
    /// [`CallError::Setup`] when TLS or the resolver cannot be set up.
    pub fn new(address: ApiAddress, token: &CiToken) -> Result<Self, CallError> {
        // Exposed to be put into the Authorization header, which is marked as sensitive.
        let bearer = Bearer::new(token.expose().trim());
        Ok(Self {
            transport: Transport::new(address, bearer, Limits::default())?,
        })
    }

    /// `GET /ci/deploy`: the sealed variables and the sealed key; all of them, or only the named ones.
    ///
    /// # Errors
    /// [`CallError::Unauthorized`] when the CI token is not (or no longer) valid.
    pub async fn bundle(&self, only: &[String]) -> Result<Bundle, CallError> {
        Ok(self.dated_bundle(only).await?.0)
    }

    /// The same, and when the server gave it by its own clock, where it says so: its activity has a `deploy` of about that
    /// time (docs/protocol.md 17, G30).
    ///
    /// # Errors
    /// As [`Runner::bundle`].
    pub async fn dated_bundle(&self, only: &[String]) -> Result<(Bundle, Option<Moment>), CallError> {
        let mut path = "/ci/deploy?include_meta=1&include_versions=1".to_owned();
        for name in only {
            path.push_str(&format!("&only%5B%5D={}", segment(name)));
        }
        let answer = self.transport.get_dated(&path).await?;
        Ok((wire::bundle::parse_bundle(text(&answer.body)?)?, answer.at))
    }
}

pub(super) fn in_environment(project: &ProjectId, environment: &EnvironmentName, rest: &str) -> String {
    let (project, environment) = (segment(project.as_str()), segment(environment.as_str()));
    format!("/projects/{project}/environments/{environment}/{rest}")
}

fn along(edek_b64: String) -> wire::tokens::TokenRecipientRequest {
    wire::tokens::TokenRecipientRequest { edek_b64 }
}

fn tokens_path(project: &ProjectId) -> String {
    format!("/projects/{}/deploy-tokens", segment(project.as_str()))
}

fn token_path(project: &ProjectId, token: &DeployTokenId) -> String {
    format!("{}/{}", tokens_path(project), segment(token.as_str()))
}

pub(super) fn body<T: Serialize>(request: &T) -> Result<Vec<u8>, CallError> {
    serde_json::to_vec(request).map_err(|_| CallError::Malformed(WireError::Wrong { what: "request" }))
}

pub(super) fn text(answer: &Answer) -> Result<&str, WireError> {
    std::str::from_utf8(answer).map_err(|_| WireError::NotJson)
}

/// An answer's bytes; wiped, because it may hold a CI token.
pub(super) type Answer = Zeroizing<Vec<u8>>;
