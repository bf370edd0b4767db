//! The names of variables, without their values (docs/protocol.md 9.3).

use super::client::in_environment;
use protocol::wire;

use super::{ApiError, Client};
use protocol::{EnvironmentName, ProjectId};

impl Client {
    /// `GET …/environments/{name}/keys`: the names, in the server's order.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn variable_names(
        &self,
        project: &ProjectId,
        environment: &EnvironmentName,
    ) -> Result<Vec<String>, ApiError> {
        let path = in_environment(project, environment, "keys");
        Ok(wire::names::variable_names(&self.transport.get(&path).await?)?)
    }
}
