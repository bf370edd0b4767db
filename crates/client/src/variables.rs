//! Variables as a device reads and uploads them, and their names without values (docs/protocol.md 9).

use super::client::{body, in_environment, text};
use super::transport::segment;
use protocol::wire;

use super::Client;
use model::CallError;
use protocol::variable::{Bundle, VariableState, VariableUpload};
use protocol::{DeviceId, EnvironmentName, Listed, ProjectId};

impl Client {
    /// `GET …/environments/{name}/keys`: the names, in the server's order.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn variable_names(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
    ) -> Result<Listed<String>, CallError> {
        let path = in_environment(project, environment, "keys");
        Ok(wire::names::variable_names(&self.transport.get(&path).await?)?)
    }

    /// The same with versions: when and by whom each variable was pushed last.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn variable_states(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
    ) -> Result<Listed<VariableState>, CallError> {
        let path = in_environment(project, environment, "keys?include_versions=1");
        Ok(wire::names::variable_states(&self.transport.get(&path).await?)?)
    }

    /// `GET …/environments/{name}/pull` as a device: all sealed variables, with their versions and marks.
    ///
    /// # Errors
    /// [`CallError::ReshareRequired`] when the key is not shared with this device; [`CallError`].
    pub async fn pull(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
        device: &DeviceId,
    ) -> Result<Bundle, CallError> {
        let query = format!(
            "pull?include_meta=1&include_versions=1&device_id={}",
            segment(device.as_str())
        );
        let path = in_environment(project, environment, &query);
        let answer = self.transport.get_as_device(&path, device).await?;
        Ok(wire::bundle::parse_bundle(text(&answer)?)?)
    }

    /// `POST …/environments/{name}/push`: these signed variables, all of them or none; others stay. Gives how many of them were
    /// new to the server, where it says so.
    ///
    /// # Errors
    /// [`CallError::Conflicts`] when one has another version than was said; [`CallError`].
    pub async fn push(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
        device: &DeviceId,
        signed: &[VariableUpload],
    ) -> Result<Option<u64>, CallError> {
        let path = in_environment(project, environment, "push");
        let answer = self
            .transport
            .post(&path, body(&wire::variable::Push::new(device, signed))?)
            .await?;
        Ok(wire::variable::added(&answer))
    }
}
