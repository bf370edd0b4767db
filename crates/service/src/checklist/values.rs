//! The variables of an environment, with what tells whether they were changed.

use crate::keys::preflight;
use crate::off_thread::off_thread;
use crate::{Context, Place};
use model::Problem;
use protocol::crypto;
use protocol::envelope::PublishedKey;
use protocol::secret::SecretText;
use protocol::variable::{SealedVariable, VariableState};
use protocol::{Fingerprint, Moment};

/// So many seconds after a new key what is pushed may have been pushed because of it.
const WITH_THE_KEY: i64 = 60;

/// By what it is told whether a variable has another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) name: String,
    /// The server's count of what was pushed.
    pub(crate) version: Option<u64>,
    /// The value's claim under the environment key of its time.
    pub(crate) claim: Option<Vec<u8>>,
}

impl From<&SealedVariable> for Mark {
    fn from(sealed: &SealedVariable) -> Self {
        Self {
            name: sealed.name.clone(),
            version: sealed.version,
            claim: sealed.hmac.clone(),
        }
    }
}

impl Mark {
    /// Whether the value is another one now, where both are under one key. A version alone is believed where there is no claim:
    /// a mark of the line, such as a comment's, counts as well.
    pub(super) fn is_other(&self, now: &Self) -> bool {
        match (&self.claim, &now.claim) {
            (Some(before), Some(now)) => before != now,
            _ => now.version > self.version,
        }
    }
}

/// How the variables of an environment stand now.
pub(super) struct Standing {
    /// Of the key of now.
    pub(super) key: Option<Fingerprint>,
    pub(super) sealed: Vec<SealedVariable>,
    /// When and by whom each was pushed.
    pub(super) pushed: Vec<VariableState>,
    place: Place,
    published: Option<PublishedKey>,
}

/// Asks for them, and opens nothing.
pub(super) async fn ask(context: &Context, place: &Place) -> Result<Standing, Problem> {
    let (device, client) = (context.device()?, &context.client);
    let bundle = client.pull(&place.project, place.name(), &device.id).await?;
    let pushed = client.variable_states(&place.project, place.name()).await?.list;
    Ok(Standing {
        key: bundle.key.as_ref().and_then(|key| key.fingerprint),
        sealed: bundle.variables,
        pushed,
        place: place.clone(),
        published: bundle.key,
    })
}

impl Standing {
    pub(super) fn pushed(&self, name: &str) -> Option<&VariableState> {
        self.pushed.iter().find(|it| it.name == name)
    }

    /// Since when a variable has its value. Not known where it was pushed with a new key: that changes no value.
    pub(super) fn stands_since(&self, name: &str) -> Option<Moment> {
        let at = self.pushed(name)?.updated_at?;
        let key = self.published.as_ref()?;
        let renewed = key.created_at.filter(|_| key.version > 1);
        let is_renewal =
            renewed.is_some_and(|renewed| (0..=WITH_THE_KEY).contains(&at.seconds_since(renewed)));
        (!is_renewal).then_some(at)
    }

    /// The values, each beside its variable; `None` of one that does not open.
    pub(super) async fn open(&self, context: &Context) -> Result<Vec<Option<SecretText>>, Problem> {
        let published = self.published.clone().ok_or(Problem::NoKey)?;
        let key = preflight::open_told(context.device()?, &self.place, published).await?;
        let sealed = self.sealed.clone();
        let work = move || crypto::open_variables(&sealed, key.opened.key());
        let opened = off_thread(work).await?;
        Ok(opened.into_iter().map(Result::ok).collect())
    }
}
