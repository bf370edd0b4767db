//! What create and rotate hand over.

use super::journal::{EntryWriter, OpenEntry};
use super::preflight::Ready;
use super::publish::{Published, Purpose, Wanted, publish};
use super::{Context, Place, Progress};
use model::{CallError, CiTokenOutcome, Issuance, IssuanceKind, Note, Problem, Step};
use protocol::secret::{CiToken, DeploySeed};
use protocol::wire::tokens::TokenAnswer;
use protocol::{
    DeployToken, DeployTokenId, Moment, NotKnown, Occurrence, PublicKey, TokenEntry, TokenKey, TokenStatus,
};

/// An issuance and what the journal keeps of it.
#[derive(Debug)]
pub struct Issued {
    /// What is handed over, shared or not: the secrets are inside.
    pub issuance: Issuance,
    /// Its entry in the journal: kept until it is closed, also when this program ends before. Close it when the secrets
    /// were handed over.
    pub entry: Option<OpenEntry>,
}

/// What is known of a token that the server has registered.
pub(super) struct Registered {
    pub(super) token: DeployToken,
    pub(super) ci_token: Option<CiToken>,
    pub(super) notes: Vec<Note>,
}

impl Registered {
    /// Whether the record could not be read.
    pub(super) fn is_malformed(&self) -> bool {
        let malformed = |note: &Note| matches!(note, Note::MalformedRecord(_));
        self.notes.iter().any(malformed)
    }

    /// Reads an answer; `expected` stands in for what a malformed record lacks.
    pub(super) fn read(answer: TokenAnswer, expected: DeployToken) -> Self {
        let mut notes = Vec::new();
        let mut token = answer.token.unwrap_or_else(|error| {
            notes.push(Note::MalformedRecord(error.what()));
            DeployToken {
                id: answer.id.unwrap_or_else(|| expected.id.clone()),
                ..expected
            }
        });
        let mut ci_token = None;
        if let Some(issued) = answer.issued {
            if issued.ambiguous {
                notes.push(Note::TwoCiTokens);
            }
            ci_token = Some(issued.ci_token);
            token.end = issued.end.or(token.end);
            token.ci_token_suffix = issued.suffix.or(token.ci_token_suffix);
        }
        Self {
            token,
            ci_token,
            notes,
        }
    }
}

/// A record as it should come back, for when the one that comes back cannot be read.
pub(super) fn expected(place: &Place, name: &str, id: Option<DeployTokenId>, key: PublicKey) -> DeployToken {
    DeployToken {
        id: id.unwrap_or_else(|| DeployTokenId::new("")),
        name: name.to_owned(),
        status: TokenStatus::Active,
        key: TokenKey::Usable(key),
        environment_id: place.environment.id.clone(),
        environment_name: place.name().clone(),
        created: Occurrence::At(Moment::now()),
        last_use: Occurrence::NotKnown(NotKnown::NotTold),
        end: Occurrence::NotKnown(NotKnown::NotTold),
        ci_token_suffix: None,
    }
}

/// The token with this public key, as the server lists it now.
pub(super) async fn find_by_key(
    context: &Context,
    place: &Place,
    key: PublicKey,
) -> Result<Option<DeployToken>, Problem> {
    let entries = super::list(context, place).await?;
    let found = entries
        .iter()
        .filter_map(TokenEntry::token)
        .find(|token| token.key == TokenKey::Usable(key));
    Ok(found.cloned())
}

/// The token of a request whose answer was lost, if the server acted on it.
///
/// # Errors
/// `lost` again if it did not; [`Problem::Uncertain`] if it cannot be asked.
pub(super) async fn find_lost(
    context: &Context,
    place: &Place,
    key: PublicKey,
    lost: CallError,
) -> Result<DeployToken, Problem> {
    match find_by_key(context, place, key).await {
        Ok(Some(token)) if token.is_active() => Ok(token),
        Ok(_) => Err(lost.into()),
        Err(cause) => Err(Problem::Uncertain(Box::new(cause))),
    }
}

/// What a registration came to, in the journal: what the server answered, or nothing any more when it failed for good.
pub(super) fn settle(
    registered: Result<Registered, Problem>,
    mut record: EntryWriter,
) -> Result<(Registered, EntryWriter), Problem> {
    match registered {
        Ok(registered) => {
            record.received(&registered);
            Ok((registered, record))
        }
        Err(error) => {
            if is_over(&error) {
                record.close();
            }
            Err(error)
        }
    }
}

/// Whether nothing can come of a failed registration any more. A lost request may still arrive after the server was
/// asked, so the journal keeps it.
fn is_over(error: &Problem) -> bool {
    match error {
        Problem::Call(error) => !error.may_have_happened(),
        Problem::TakenBack(_) => true,
        _ => false,
    }
}

/// Seals for everybody including the token just registered, and puts the issuance together. Never fails: whatever goes
/// wrong here, the secrets are handed over with the state as it is.
pub(super) async fn hand_over(
    context: &Context,
    place: &Place,
    ready: Result<Ready, Problem>,
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
    let share = match ready {
        _ if token.id.as_str().is_empty() || token.key != TokenKey::Usable(key) => {
            Err(Problem::Misregistered)
        }
        Ok(ready) => {
            let purpose = Purpose {
                wanted: Some(Wanted { token: &token, key }),
                ..Purpose::default()
            };
            let Ready { key, lists } = &ready;
            let (what, operation) = (Published::Again(key), record.operation());
            publish(context, place, lists, what, purpose, operation, progress).await
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
