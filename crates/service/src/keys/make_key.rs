//! Making an environment's key: the first one, or a further one where the newest has no envelope (docs/protocol.md 6.5).
//!
//! The server stores a key before it checks its recipients, and takes several keys of one version (docs/protocol.md G22,
//! G24). So the key is read again afterwards, and what was refused is never sent a second time: each try makes a new key.

use super::add_devices::all_are_told;
use super::for_whom::{Entries, ForWhom};
use super::preflight::own_device_is_active;
use super::publish::seal_for;
use super::recipients::Lists;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place, Progress};
use model::{CallError, Problem, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::wire::environment_key::CreateKeyRequest;
use protocol::{Fingerprint, Recipient, RecipientKind};

/// A signed request that publishes a new key.
pub(crate) struct Made {
    pub(crate) body: String,
    pub(crate) fingerprint: Fingerprint,
}

/// What came of one try.
enum Tried {
    /// The key counts, for so many recipients.
    Counts(usize),
    /// It does not, and another key may.
    Again(Problem),
}

/// Makes a key, seals it for everybody on the lists and publishes it; tried twice. Gives the number of recipients.
///
/// # Errors
/// [`Problem::NotAnAdmin`], because without the tokens every runner would be locked out; [`Problem::Overtaken`] when
/// somebody else's key counts; what sealing says; API errors.
pub(super) async fn make_key(
    context: &Context,
    place: &Place,
    lists: &Lists,
    (operation, progress): (Operation, Progress<'_>),
) -> Result<usize, Problem> {
    let everybody = lists.everybody(None, Entries::default())?;
    match once(context, place, lists, everybody, (operation, progress)).await? {
        Tried::Counts(recipients) => return Ok(recipients),
        Tried::Again(problem) => {
            tracing::warn!(%problem, "a new key did not come to be; another one is made")
        }
    }
    // Who was refused may be gone by now, and among those of whom it is not known whether they are active.
    let lists = Lists::fetch(context, place).await?;
    let sure = lists.everybody(None, Entries::default())?.sure();
    match once(context, place, &lists, sure, (operation, progress)).await? {
        Tried::Counts(recipients) => Ok(recipients),
        Tried::Again(problem) => Err(problem),
    }
}

async fn once(
    context: &Context,
    place: &Place,
    lists: &Lists,
    for_whom: ForWhom,
    (operation, progress): (Operation, Progress<'_>),
) -> Result<Tried, Problem> {
    let device = context.device()?;
    own_device_is_active(context, &lists.devices)?;
    let recipients = for_whom.anew;
    progress(Step::Seal {
        recipients: recipients.len(),
    });
    let key = crypto::make_environment_key(&mut crypto::system_rng());
    let Made { body, fingerprint } = seal(device, place, key, recipients.clone()).await?;
    progress(Step::Publish);
    reached(operation, Checkpoint::Sealed);
    let (client, project) = (&context.client, &place.project);
    let answer = client.create_environment_key(project, place.name(), body).await;
    let refused = match answer {
        Ok(_) => None,
        Err(error) if may_be_there(&error) => Some(Problem::from(error)),
        Err(error) => return Err(error.into()),
    };
    let tried = look_again(context, place, fingerprint, &recipients, refused).await?;
    if matches!(tried, Tried::Counts(_)) {
        reached(operation, Checkpoint::Published);
    }
    Ok(tried)
}

/// Whether a key may be stored after this answer. After silence nothing is asked, because that would double the wait.
pub(crate) fn may_be_there(error: &CallError) -> bool {
    let after_checks = matches!(error.status(), Some(404 | 409 | 422));
    after_checks || (error.may_have_happened() && !error.is_timeout())
}

/// Reads the key again, and compares it with what was made.
async fn look_again(
    context: &Context,
    place: &Place,
    made: Fingerprint,
    recipients: &[Recipient],
    refused: Option<Problem>,
) -> Result<Tried, Problem> {
    let own = &context.device()?.id;
    let client = &context.client;
    let now = match client.environment_key(&place.project, place.name(), own).await {
        Ok(now) => now,
        Err(CallError::ReshareRequired { .. }) => return Err(Problem::Overtaken),
        Err(error) => {
            tracing::warn!(%error, "a new key could not be read again");
            // The server's answer is all that there is.
            return refused.map_or(Ok(Tried::Counts(recipients.len())), Err);
        }
    };
    let Some(now) = now else {
        return Ok(Tried::Again(refused.unwrap_or(Problem::NoKey)));
    };
    if now.sealed.is_none() {
        let no_envelope = Problem::Open(crypto::OpenError::NoEnvelope);
        return Ok(Tried::Again(refused.unwrap_or(no_envelope)));
    }
    let wanted: Vec<&RecipientKind> = recipients.iter().map(|it| &it.kind).collect();
    if now.fingerprint == Some(made) && all_are_told(&now, own, wanted.into_iter()) {
        Ok(Tried::Counts(recipients.len()))
    } else {
        Err(Problem::Overtaken)
    }
}

/// Seals a new key, and signs what publishes it with a version that the server counts.
///
/// # Errors
/// What sealing says.
pub(crate) async fn seal(
    device: &LinkedDevice,
    place: &Place,
    key: EnvironmentKey,
    recipients: Vec<Recipient>,
) -> Result<Made, Problem> {
    let (device, place) = (device.clone(), place.clone());
    let work = move || {
        let (fingerprint, sealed) = seal_for(&device, &place, &key, &recipients)?;
        let request = CreateKeyRequest::next(&device.id, fingerprint, &sealed);
        let body = crypto::sign_body(&device.identity, &request)?;
        Ok(Made { body, fingerprint })
    };
    off_thread(work).await?
}
