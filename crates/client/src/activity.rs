//! The activity of a project (docs/protocol.md 17).

use super::Client;
use super::transport::segment;
use model::CallError;
use protocol::wire;
use protocol::{ActivityPage, ProjectId};

impl Client {
    /// `GET /projects/{project}/activity`: one page of so many entries (1 to 100), counted from 1, newest first. `None`
    /// where it may not be read, by this person or on this plan (docs/protocol.md 16): then nothing is known, which is no
    /// reason to show nothing else.
    ///
    /// # Errors
    /// [`CallError`], also of an organisation that was moved (docs/protocol.md 21).
    pub async fn activity(
        &self,
        project: &ProjectId,
        page: u32,
        per_page: u32,
    ) -> Result<Option<ActivityPage>, CallError> {
        let project = segment(project.as_str());
        let path = format!("/projects/{project}/activity?per_page={per_page}&page={page}");
        match self.transport.get(&path).await {
            Ok(answer) => Ok(Some(wire::activity::page(&answer)?)),
            Err(CallError::Refused(refusal))
                if refusal.status == 403 && !refusal.is_of_a_moved_organization() =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
