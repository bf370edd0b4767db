//! The one way by which secrets are issued, for a new token, a new pair, or a successor: check, mint, write down, register,
//! seal, publish, hand over. What differs is in the [`Plan`].

use super::along::{self, ReadBack};
use super::ends;
use super::plan::Plan;
use super::registered::Registered;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{EntryWriter, OpenEntry};
use crate::keys::for_whom::Entries;
use crate::keys::preflight::{self, Ready};
use crate::keys::publish::{Published, Purpose, publish};
use crate::keys::recipients::Wanted;
use crate::{Context, Place, Progress};
use model::{CiTokenOutcome, Issuance, IssuanceKind, Problem, Step};
use protocol::crypto;
use protocol::secret::DeploySeed;
use protocol::{PublicKey, TokenKey};

/// An issuance and what the journal keeps of it.
#[derive(Debug)]
pub struct Issued {
    /// What is handed over, shared or not: the secrets are inside.
    pub issuance: Issuance,
    /// Its entry in the journal: kept until it is closed, also when this program ends before. Close it when the secrets
    /// were handed over.
    pub entry: Option<OpenEntry>,
}

/// Everything that is looked at before anything is written.
///
/// # Errors
/// What the checks found, [`Problem::NotAnAdmin`] among it; nothing was changed.
pub(super) async fn prepare(
    context: &Context,
    place: &Place,
    progress: Progress<'_>,
) -> Result<Ready, Problem> {
    progress(Step::Check);
    let ready = preflight::check(context, place).await?;
    ready.lists.tokens()?;
    Ok(ready)
}

/// Makes a token, with a second try where the first one had to be revoked again: that duplicates nothing. The caller
/// holds the place.
///
/// # Errors
/// As [`issue`].
pub(super) async fn make(
    context: &Context,
    place: &Place,
    plan: &Plan,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    match make_once(context, place, plan, progress).await {
        Err(Problem::TakenBack(_)) => make_once(context, place, plan, progress).await,
        made => made,
    }
}

/// One try.
///
/// # Errors
/// As [`issue`].
pub(crate) async fn make_once(
    context: &Context,
    place: &Place,
    plan: &Plan,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let ready = prepare(context, place, progress).await?;
    issue(context, place, plan, ready, progress).await
}

/// Issues new secrets. When it returns `Ok`, they are inside, shared or not, and in the journal until its entry is closed.
///
/// # Errors
/// [`Problem::WouldLoseKey`] before anything is changed. [`Problem::Uncertain`] when the answer was lost, or says that nothing
/// was done, and the server's list cannot be asked; [`Problem::TakenBack`] when no CI token could be had for a new token. Where
/// the server may still act on a lost request, the journal keeps the operation.
pub(super) async fn issue(
    context: &Context,
    place: &Place,
    plan: &Plan,
    ready: Ready,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let operation = plan.operation();
    // Before anything is changed: what is published afterwards must not take the key from anybody.
    let entries = Entries::of(&ready.key.published, &context.device()?.id);
    ready.lists.nobody_loses(plan.rekeyed(), entries)?;
    let before = ready.lists.tokens()?;
    reached(operation, Checkpoint::Checked);
    progress(Step::Mint);
    let (seed, key) = crypto::make_deploy_key(&mut crypto::system_rng());
    reached(operation, Checkpoint::Minted);
    let intended = plan.intended(key, seed.clone());
    let mut record = EntryWriter::begin(context.journal.as_ref(), place, operation, intended)?;
    let sealed = along::seal(context, place, &ready.key, key).await;
    progress(Step::Register);
    let registered = match plan.register(context, place, key, sealed.clone()).await {
        Ok(answer) => {
            reached(operation, Checkpoint::Registered);
            let registered = Registered::read(answer, plan.expected(place, key));
            plan.complete(context, place, before, key, registered).await
        }
        Err(error) if error.was_not_sent() => Err(error.into()),
        Err(error) => plan.heal(context, place, before, key, error).await,
    };
    let registered = match registered {
        Ok(registered) => registered,
        Err(problem) => {
            if is_over(&problem) {
                record.close();
            }
            return Err(problem);
        }
    };
    record.received(registered.receipt());
    let secrets = (registered, seed, key);
    let ready = Ok((ready, sealed));
    Ok(hand_over(context, place, ready, plan.kind(), secrets, record, progress).await)
}

/// Whether nothing can come of a failed registration any more: it was answered, and the list agrees that nothing was done. A
/// lost request may still arrive after the server was asked, so the journal keeps it.
fn is_over(problem: &Problem) -> bool {
    match problem {
        Problem::Call(error) => !error.may_have_happened(),
        Problem::TakenBack(_) => true,
        _ => false,
    }
}

/// Looks whether what was sealed for the token just registered has come to be, seals for everybody where that is needed, and
/// puts the issuance together. Never fails: whatever goes wrong here, the secrets are handed over with the state as it is.
pub(crate) async fn hand_over(
    context: &Context,
    place: &Place,
    ready: Result<(Ready, Option<String>), Problem>,
    kind: IssuanceKind,
    (registered, seed, key): (Registered, DeploySeed, PublicKey),
    mut record: EntryWriter,
    progress: Progress<'_>,
) -> Issued {
    let Registered {
        token,
        ci_token,
        notes,
    } = registered;
    ends::note(context, &token);
    let share = match ready {
        _ if token.id.as_str().is_empty() || token.key != TokenKey::Usable(key) => {
            Err(Problem::Misregistered)
        }
        Ok((ready, sealed)) => {
            let (wanted, operation) = (Wanted { token: &token, key }, record.operation());
            share(context, place, &ready, sealed, wanted, (operation, progress)).await
        }
        Err(error) => Err(error),
    };
    if share.is_ok() {
        record.shared();
    }
    progress(Step::Done);
    let ci_token = CiTokenOutcome::of(ci_token, kind);
    Issued {
        issuance: Issuance {
            kind,
            token,
            ci_token,
            seed,
            share,
            notes,
        },
        entry: record.into_entry(),
    }
}

/// Nothing is published where what went along is all that was missing; the number of recipients.
async fn share(
    context: &Context,
    place: &Place,
    ready: &Ready,
    sealed: Option<String>,
    wanted: Wanted<'_>,
    (operation, progress): (Operation, Progress<'_>),
) -> Result<usize, Problem> {
    let mut newer = None;
    if let Some(sealed) = sealed {
        progress(Step::ReadBack);
        match along::read_back(context, place, ready, wanted, &sealed).await {
            ReadBack::Complete { recipients } => {
                reached(operation, Checkpoint::ReadBack);
                return Ok(recipients);
            }
            ReadBack::OtherKey => newer = Some(preflight::check(context, place).await?),
            ReadBack::Incomplete => {}
        }
    }
    let Ready { key, lists } = newer.as_ref().unwrap_or(ready);
    let purpose = Purpose {
        wanted: Some(wanted),
        ..Purpose::default()
    };
    let what = Published::Again(key);
    publish(context, place, lists, what, purpose, operation, progress).await
}
