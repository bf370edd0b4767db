//! The names of variables, without their values (docs/protocol.md 9.3).

use super::client::in_environment;
use protocol::wire;

use super::Client;
use model::CallError;
use protocol::{EnvironmentName, Listed, ProjectId};

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
}
