//! Deploy tokens of every age and state.

use super::{DAY, HOUR, SampleEnd, Seed, no_randomness};
use crate::stamp::new_id;
use crate::store::activity::{self, TokenDeed};
use crate::store::directory::{Environment, Project};
use crate::store::tokens::{self, CiRecord, Token};
use crate::{WorkspaceError, random};
use protocol::crypto::{make_deploy_key, system_rng};
use protocol::wire::RecordStatus;
use protocol::{DeployTokenId, Recipient, RecipientKind};

/// A token of the sample; all times in seconds from now.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// Ago.
    pub(super) created: i64,
    /// Ago.
    pub(super) used: Option<i64>,
    /// Ahead.
    pub(super) expires: Option<i64>,
    /// Ago.
    pub(super) revoked: Option<i64>,
}

/// When runners fetched with a token of the sample, before the last time: it tells that one alone.
const EARLIER: [i64; 5] = [0, 3 * HOUR, DAY, 2 * DAY + HOUR, 5 * DAY];

/// Up to this many tokens each also has its past in the activity feed.
const NOTED: usize = 200;

/// The tokens of an environment.
#[derive(Default)]
pub(super) struct Inserted {
    /// The active ones.
    pub(super) recipients: Vec<Recipient>,
    /// When their CI tokens end.
    pub(super) ends: Vec<SampleEnd>,
}

/// Stores the tokens of an environment. `wanted` cuts off or adds.
pub(super) fn insert(
    seed: &Seed<'_>,
    (project, environment): (&Project, &Environment),
    samples: &[Sample],
    wanted: Option<usize>,
) -> Result<Inserted, WorkspaceError> {
    let wanted = wanted.unwrap_or(samples.len());
    let mut inserted = Inserted::default();
    for number in 0..wanted {
        let (name, sample) = match samples.get(number) {
            Some(sample) => (sample.name.to_owned(), *sample),
            None => (format!("runner-{number:05}"), generated(number)),
        };
        let token = make(seed, environment, name, &sample)?;
        tokens::insert(seed.db, &token.0)?;
        if number < NOTED {
            note(seed, project, &token.0, &sample)?;
        }
        if let (true, Some(ahead)) = (token.0.is_active(), sample.expires) {
            inserted.ends.push(SampleEnd {
                token: token.0.id.clone(),
                suffix: token.0.ci.suffix.clone(),
                at: seed.now.plus_seconds(ahead),
            });
        }
        if token.0.is_active() {
            inserted.recipients.push(token.1);
        }
    }
    Ok(inserted)
}

fn make(
    seed: &Seed<'_>,
    environment: &Environment,
    name: String,
    sample: &Sample,
) -> Result<(Token, Recipient), WorkspaceError> {
    // The seed is dropped: nobody runs these.
    let (_, public_key) = make_deploy_key(&mut system_rng());
    let secret = random::make_ci_token().map_err(|_| no_randomness())?;
    let created_at = seed.ago(sample.created);
    let expires_at = sample.expires.map(|ahead| seed.now.plus_seconds(ahead).to_wire());
    let token = Token {
        id: id_of(seed, sample.created),
        project_id: environment.project_id.clone(),
        environment_id: environment.id.clone(),
        environment_name: environment.name.clone(),
        name,
        status: if sample.revoked.is_some() {
            RecordStatus::Revoked
        } else {
            RecordStatus::Active
        },
        public_key: public_key.to_base64(),
        updated_at: sample
            .revoked
            .map_or_else(|| created_at.clone(), |ago| seed.ago(ago)),
        created_at,
        revoked_at: sample.revoked.map(|ago| seed.ago(ago)),
        ci: CiRecord::of(new_id(), &secret, expires_at),
    };
    let kind = RecipientKind::Deployment(token.id.clone());
    Ok((token, Recipient { kind, public_key }))
}

/// An id as it would have been made then: ids are ordered by time, and people see their first digits.
fn id_of(seed: &Seed<'_>, ago: i64) -> DeployTokenId {
    let at = seed.now.plus_seconds(-ago).0.as_second();
    let at = uuid::Timestamp::from_unix(uuid::NoContext, u64::try_from(at).unwrap_or(0), 0);
    DeployTokenId::new(uuid::Uuid::new_v7(at).to_string())
}

/// The token of a large sample at this place: a spread of ages, uses and states.
fn generated(number: usize) -> Sample {
    let number = i64::try_from(number).unwrap_or(0);
    let age = (1 + number * 37 % 350) * DAY + number % 24 * HOUR;
    let used = match number % 9 {
        0 => None,
        8 => Some((90 + number % 60).min(age / DAY) * DAY),
        step => Some((step * 7 + number % 5) * HOUR),
    };
    let revoked = (number % 20 == 19).then_some(age / 2);
    Sample {
        name: "",
        created: age,
        used: used.filter(|used| *used < age),
        expires: Some(365 * DAY - age),
        revoked,
    }
}

fn note(seed: &Seed<'_>, project: &Project, token: &Token, sample: &Sample) -> Result<(), WorkspaceError> {
    let created = seed.by(&token.created_at);
    activity::of_token(seed.db, created, project, token, TokenDeed::Created)?;
    if token.is_active() {
        activity::of_bearer(seed.db, created, project, token, "created")?;
    }
    let fetches = sample
        .used
        .into_iter()
        .flat_map(|last| EARLIER.map(|earlier| last + earlier));
    for ago in fetches.filter(|ago| *ago < sample.created) {
        activity::deploy(seed.db, &seed.organization_id, token, Some(seed.ago(ago)))?;
    }
    if let Some(at) = &token.revoked_at {
        activity::of_token(seed.db, seed.by(at), project, token, TokenDeed::Revoked)?;
    }
    Ok(())
}
