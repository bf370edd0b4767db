//! Where a use case works.

use protocol::{Environment, EnvironmentName, ProjectId};

/// One environment of one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub project: ProjectId,
    pub environment: Environment,
}

impl Place {
    /// The environment's name, as paths have it.
    pub fn name(&self) -> &EnvironmentName {
        &self.environment.name
    }
}
