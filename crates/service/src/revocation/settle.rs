//! What comes after an environment's tokens were ended: its list has the last word, and its key is sealed for everybody else.

use super::batch::Batch;
use super::ending;
use super::run::{Kind, Run};
use crate::Place;
use crate::checkpoint::{Checkpoint, reached};
use crate::journal::QueueState;
use crate::keys::preflight::{self, Looked};
use crate::keys::publish::{Published, Purpose, publish};
use crate::keys::recipients::listed_tokens;
use model::{Problem, RevocationStatus};
use protocol::TokenEntry;
use protocol::crypto::Accepted;

impl Run<'_> {
    /// Looks at the server's list, seals the key again for everybody else, and lets the journal forget what is settled.
    pub(super) async fn settle(&self, batch: &Batch) {
        let mut has_looked = false;
        let sealed = if self.any_refused(batch) {
            let sealing = self.seal_until_answered(batch, &mut has_looked);
            self.unless_stopped(sealing).await
        } else {
            Ok(None)
        };
        if sealed.is_err() && !has_looked {
            // Without the place the list is there all the same.
            let id = Some(&batch.place.environment.id).filter(|_| !self.is_nowhere(batch));
            let listed = listed_tokens(self.context, &batch.place.project, id);
            if let Ok(tokens) = self.unless_stopped(listed).await {
                self.confirm(batch, &tokens);
            }
        }
        let owes_sealing = self.tell_sealed(batch, sealed);
        let queue = batch.mark(|index| self.status(index));
        let any = |state| queue.iter().any(|item| item.state == state);
        let is_left = any(QueueState::Waiting) || (owes_sealing && any(QueueState::Revoked));
        if !is_left && batch.close() {
            reached(self.kind.operation(), Checkpoint::Closed);
        }
    }

    /// Whether the server does not tell in which environment the tokens are: then there is no key to be found.
    fn is_nowhere(&self, batch: &Batch) -> bool {
        batch.place.environment.id.as_str().is_empty()
    }

    fn any_refused(&self, batch: &Batch) -> bool {
        let mut members = batch.members.iter();
        members.any(|(index, _)| self.status(*index).is_refused())
    }

    /// The server's list has the last word: what it still lists as active is not revoked.
    fn confirm(&self, batch: &Batch, listed: &[TokenEntry]) {
        for (index, item) in &batch.members {
            let Some((proof, at)) = self.status(*index).proof() else {
                continue;
            };
            match ending::in_list(listed, &item.token) {
                Ok(listed) => {
                    let proof = proof.max(listed);
                    self.set(*index, RevocationStatus::Refused { proof, at });
                }
                Err(problem @ Problem::NotDone) => {
                    self.set(*index, RevocationStatus::NotRevoked(problem));
                }
                // An entry that cannot be read may be it: the server's answer stays the proof.
                Err(_) => {}
            }
        }
    }

    /// Seals again and again while that may pass, as long as the run waits. `None` where none of its tokens is revoked.
    async fn seal_until_answered(
        &self,
        batch: &Batch,
        has_looked: &mut bool,
    ) -> Result<Option<usize>, Problem> {
        let mut pauses = self.options.retry.begin();
        loop {
            let problem = match self.seal(batch, has_looked).await {
                Err(problem) => problem,
                sealed => return sealed,
            };
            let Some(pause) = problem.pause(&mut pauses) else {
                return Err(problem);
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Once: looks, lets the list have the last word, and publishes. The place is held only meanwhile, unless it is held
    /// for the whole run.
    async fn seal(&self, batch: &Batch, has_looked: &mut bool) -> Result<Option<usize>, Problem> {
        let _turn = self.finishing.acquire().await;
        let operation = self.kind.operation();
        let _lock = match self.kind {
            Kind::Named => None,
            Kind::Emergency => {
                let lock = self.context.lock(&batch.place).await?;
                reached(operation, Checkpoint::Locked);
                lock
            }
        };
        if self.is_nowhere(batch) {
            return Err(Problem::NoEnvironment);
        }
        let place = self.with_name(batch).await?;
        *has_looked = true;
        let Looked { lists, key, .. } = preflight::look(self.context, &place, &Accepted::default()).await?;
        self.confirm(batch, lists.tokens()?);
        batch.mark(|index| self.status(index));
        if !self.any_refused(batch) {
            return Ok(None);
        }
        let key = key?;
        let (what, purpose) = (Published::Again(&key), Purpose::default());
        let published = publish(
            self.context,
            &place,
            &lists,
            what,
            purpose,
            operation,
            self.progress,
        );
        published.await.map(Some)
    }

    /// The place with the environment's name, by which its key is found: the list of tokens tells the id alone, which stands in for
    /// a name that could not be had when the tokens were looked for.
    async fn with_name(&self, batch: &Batch) -> Result<Place, Problem> {
        let mut place = batch.place.clone();
        let name = place.name().as_str();
        if name.is_empty() || name == place.environment.id.as_str() {
            let listed = self.context.client.environments(&place.project).await?;
            let found = listed.list.into_iter().find(|it| it.id == place.environment.id);
            place.environment = found.ok_or(Problem::NoEnvironment)?;
        }
        Ok(place)
    }

    /// Says of each revoked token whether the key is sealed again; whether that is still owed.
    fn tell_sealed(&self, batch: &Batch, sealed: Result<Option<usize>, Problem>) -> bool {
        let sealed = match sealed {
            Ok(None) => return false,
            Ok(Some(recipients)) => Ok(recipients),
            // An environment without a key has nothing that could be sealed for anybody.
            Err(Problem::NoKey) => Ok(0),
            Err(why) => Err(why),
        };
        for (index, _) in &batch.members {
            let Some((proof, at)) = self.status(*index).proof() else {
                continue;
            };
            let status = match &sealed {
                Ok(recipients) => RevocationStatus::Reshared {
                    proof,
                    at,
                    recipients: *recipients,
                },
                Err(why) => RevocationStatus::ReshareFailed {
                    proof,
                    at,
                    why: why.clone(),
                },
            };
            self.set(*index, status);
        }
        sealed.is_err_and(|why| self.kind.owes_sealing(&why))
    }
}
