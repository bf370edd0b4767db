//! Acting as a runner with a token that is made for it, and is gone again afterwards.

use crate::tokens::{self, verify};
use crate::{Context, Place, Progress, revocation};
use model::{CiTokenOutcome, NewToken, Problem, RunnerProof};
use protocol::Lifetime;

/// What the token is called while it is there.
const NAME: &str = "renew-key-check";

/// Makes a token, fetches and decrypts everything as its runner, and ends and deletes it. It is in the journal like any other,
/// so that one that an interruption leaves behind is told and can be revoked.
pub async fn prove_as_runner(context: &Context, place: &Place, progress: Progress<'_>) -> RunnerProof {
    match try_as_runner(context, place, progress).await {
        Ok(decrypted) => RunnerProof::Passed(decrypted),
        Err(problem) => RunnerProof::Failed(problem),
    }
}

async fn try_as_runner(context: &Context, place: &Place, progress: Progress<'_>) -> Result<usize, Problem> {
    let new = NewToken {
        name: NAME.to_owned(),
        lifetime: Lifetime::of_days(7).unwrap_or_default(),
    };
    let issued = tokens::create(context, place, new, progress).await?;
    let id = issued.issuance.token.id.clone();
    let checked = check(context, &issued).await;
    // Cleared away whatever came of it.
    let ended = revocation::revoke(context, place, id.as_str(), progress).await;
    if let Some(entry) = issued.entry {
        // One that stays is told among the interrupted operations, and says that its token is revoked.
        drop(entry.close());
    }
    let checked = checked?;
    ended?.share?;
    tokens::delete(context, place, id.as_str()).await?;
    if checked.is_complete() {
        Ok(checked.decrypted)
    } else {
        Err(checked.shortfall())
    }
}

async fn check(context: &Context, issued: &tokens::Issued) -> Result<verify::Checked, Problem> {
    let issuance = &issued.issuance;
    let CiTokenOutcome::Issued(secret) = &issuance.ci_token else {
        return Err(Problem::Misregistered);
    };
    verify::check(context, &issuance.token.id, secret, &issuance.seed).await
}
