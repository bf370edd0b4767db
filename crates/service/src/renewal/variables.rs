//! The variables of an environment, opened with whichever of several keys they are under.

use std::collections::HashSet;

use crate::checklist::Mark;
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place};
use model::{CallError, Problem};
use protocol::EnvironmentName;
use protocol::crypto;
use protocol::secret::{EnvironmentKey, SecretText};
use protocol::variable::{SealedVariable, VariableUpload};
use protocol::wire::WireError;

/// A variable, opened.
#[derive(Clone)]
pub(super) struct Opened {
    sealed: SealedVariable,
    value: SecretText,
    /// By which of the keys, counted from 0.
    by: usize,
}

/// What was read.
pub(super) struct Variables {
    pub(super) opened: Vec<Opened>,
    /// The names of those that none of the keys opens.
    pub(super) unopened: Vec<String>,
}

impl Variables {
    /// All of them.
    ///
    /// # Errors
    /// [`Problem::Unopened`].
    pub(super) fn all(self, is_renewed: bool) -> Result<Vec<Opened>, Problem> {
        if self.unopened.is_empty() {
            return Ok(self.opened);
        }
        Err(Problem::Unopened {
            names: self.unopened,
            is_renewed,
        })
    }

    /// Those that are not under the first key.
    pub(super) fn stale(&self) -> Vec<Opened> {
        self.opened.iter().filter(|it| it.by != 0).cloned().collect()
    }
}

/// What they are told by, in the server's order.
pub(super) fn marks(opened: &[Opened]) -> Vec<Mark> {
    opened.iter().map(|it| Mark::from(&it.sealed)).collect()
}

/// Reads all variables, and opens each with the first of the keys that fits.
///
/// # Errors
/// API errors; a variable whose version is not told, because it could be written over somebody else's.
pub(super) async fn read(
    context: &Context,
    place: &Place,
    keys: Vec<EnvironmentKey>,
    former_name: Option<&EnvironmentName>,
) -> Result<Variables, Problem> {
    let device = context.device()?;
    let client = &context.client;
    let bundle = client.pull(&place.project, place.name(), &device.id).await?;
    let sealed = bundle.variables;
    if sealed.iter().any(|it| it.version.is_none()) {
        return Err(CallError::Malformed(WireError::Missing { what: "version" }).into());
    }
    let former_name = former_name.cloned();
    let work = move || {
        let opened = crypto::open_variables_with_any(&sealed, &keys, former_name.as_ref());
        (sealed, opened)
    };
    let (sealed, opened) = off_thread(work).await?;
    let mut seen = HashSet::new();
    let mut read = Variables {
        opened: Vec::with_capacity(sealed.len()),
        unopened: Vec::new(),
    };
    for (sealed, opened) in sealed.into_iter().zip(opened) {
        let is_here = sealed.environment.is_empty() || sealed.environment == place.name().as_str();
        let is_first = seen.insert(sealed.name.clone());
        match opened {
            Ok((by, value)) if is_here && is_first => read.opened.push(Opened { sealed, value, by }),
            _ => read.unopened.push(sealed.name),
        }
    }
    Ok(read)
}

/// Seals variables again under a key, and signs them: each replaces the version that was read, and no newer one.
///
/// # Errors
/// What sealing says.
pub(super) async fn seal(
    device: &LinkedDevice,
    place: &Place,
    variables: Vec<Opened>,
    key: &EnvironmentKey,
    key_version: u64,
) -> Result<Vec<VariableUpload>, Problem> {
    let (identity, name, key) = (device.identity.clone(), place.name().clone(), key.clone());
    let work = move || {
        let opened = variables.iter().map(|it| (&it.sealed, &it.value));
        let sealed = crypto::reseal_variables(opened, &key, key_version, &mut crypto::system_rng())?;
        let upload = |sealed: &SealedVariable| VariableUpload {
            env: name.to_string(),
            ..VariableUpload::from(sealed)
        };
        let uploads = sealed.iter().map(upload);
        Ok(uploads.map(|it| crypto::sign_variable(&identity, it)).collect())
    };
    off_thread(work).await?
}

/// Whether any of these variables, as the server gave them, is opened by one of these keys.
///
/// # Errors
/// [`Problem::Stopped`].
pub(super) async fn is_any_under(opened: &[Opened], keys: Vec<EnvironmentKey>) -> Result<bool, Problem> {
    let sealed: Vec<SealedVariable> = opened.iter().map(|it| it.sealed.clone()).collect();
    let work = move || crypto::open_variables_with_any(&sealed, &keys, None);
    Ok(off_thread(work).await?.iter().any(Result::is_ok))
}
