//! Re-share: seal the environment key again for every device and active token.

use super::preflight::{off_thread, own_device_is_active};
use super::share::{recipients, share};
use super::step::{Operation, Point, reached};
use super::{Context, Place, Progress, preflight};
use model::{Problem, Step};
use protocol::crypto;
use protocol::wire::environment_key::CreateKeyRequest;
use protocol::{KeyScope, Moment};

/// Version of an environment's first key.
const FIRST_VERSION: u64 = 1;

/// What to do in an environment that has no key yet (docs/protocol.md G3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKey {
    /// Say so.
    Refuse,
    /// Make the first one: the user was asked.
    Make,
}

/// Shares the key again and gives the number of recipients.
///
/// # Errors
/// [`Problem::NoKey`] where there is none and none may be made; what the checks found; API errors.
pub async fn reshare(
    context: &Context,
    place: &Place,
    missing: MissingKey,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    progress(Step::Check);
    let _lock = context.lock(place).await?;
    reached(Operation::Reshare, Point::Locked);
    let checked = preflight::check(context, place).await;
    reached(Operation::Reshare, Point::Checked);
    let count = match checked {
        Ok(ready) => share(context, place, &ready.key, None, Operation::Reshare, progress).await?,
        Err(Problem::NoKey) if missing == MissingKey::Make => {
            make_first_key(context, place, progress).await?
        }
        Err(error) => return Err(error),
    };
    progress(Step::Done);
    Ok(count)
}

async fn make_first_key(context: &Context, place: &Place, progress: Progress<'_>) -> Result<usize, Problem> {
    let device = context.device()?.clone();
    let (devices, tokens) = tokio::try_join!(
        context.client.devices(&place.project, place.name()),
        context.client.tokens(&place.project, Some(&place.environment.id)),
    )?;
    own_device_is_active(&devices, &device)?;
    let recipients = recipients(&devices, &tokens, None)?;
    let count = recipients.len();
    progress(Step::Seal { recipients: count });
    let (project, environment) = (place.project.clone(), place.name().clone());
    let work = move || {
        let mut rng = crypto::system_rng();
        let key = crypto::make_environment_key(&mut rng);
        let fingerprint = crypto::key_fingerprint(&key);
        let scope = KeyScope {
            project,
            environment,
            fingerprint,
        };
        let identity = &device.identity;
        let sealed =
            crypto::seal_environment_key(&key, &scope, &recipients, identity, Moment::now(), &mut rng)?;
        crypto::sign_body(
            identity,
            &CreateKeyRequest::new(&device.id, fingerprint, FIRST_VERSION, &sealed),
        )
    };
    let body = off_thread(work).await??;
    progress(Step::Publish);
    context
        .client
        .create_environment_key(&place.project, place.name(), body)
        .await?;
    Ok(count)
}
