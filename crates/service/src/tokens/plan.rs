//! What an issuance is for, and what follows from that: how the key is registered, what stands in for a record that cannot
//! be read, and what is done about a lost answer.

use super::registered::{Registered, find_by_key, with_key};
use crate::checkpoint::Operation;
use crate::journal::{Entry, IssueRecord, ReplaceRecord, Successor, Work};
use crate::{Context, Place};
use model::{CallError, IssuanceKind, NewToken, Note, Problem};
use protocol::secret::DeploySeed;
use protocol::wire::WireError;
use protocol::wire::tokens::TokenAnswer;
use protocol::{
    DeployToken, DeployTokenId, Lifetime, Moment, NotKnown, Occurrence, PublicKey, TokenEntry, TokenKey,
    TokenStatus,
};

/// For whom a new key is.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// A new token.
    New(NewToken),
    /// A token that exists: its old secrets end, and its new CI token works for so long.
    This(Box<DeployToken>, Lifetime),
    /// A new token beside an old one, which works on.
    SuccessorOf { old: DeployTokenId, successor: NewToken },
}

impl Plan {
    /// That of an issuance that was interrupted, whose token was found again.
    pub(crate) fn of(entry: &Entry, issue: &IssueRecord, token: &DeployToken) -> Self {
        let asked = issue.asked.clone();
        match (entry.replacement(), issue.kind) {
            (Some(record), _) => Self::SuccessorOf {
                old: record.old.clone(),
                successor: asked,
            },
            (None, IssuanceKind::Rotate) => Self::This(Box::new(token.clone()), asked.lifetime),
            (None, IssuanceKind::Create | IssuanceKind::Replace) => Self::New(asked),
        }
    }

    pub(super) fn kind(&self) -> IssuanceKind {
        match self {
            Self::New(_) => IssuanceKind::Create,
            Self::This(..) => IssuanceKind::Rotate,
            Self::SuccessorOf { .. } => IssuanceKind::Replace,
        }
    }

    pub(super) fn operation(&self) -> Operation {
        match self {
            Self::New(_) => Operation::Create,
            Self::This(..) => Operation::Rotate,
            Self::SuccessorOf { .. } => Operation::Replace,
        }
    }

    /// For how long the CI token is to work.
    fn lifetime(&self) -> Lifetime {
        match self {
            Self::New(new) | Self::SuccessorOf { successor: new, .. } => new.lifetime,
            Self::This(_, lifetime) => *lifetime,
        }
    }

    /// The token whose key is replaced.
    pub(super) fn rekeyed(&self) -> Option<&DeployTokenId> {
        match self {
            Self::This(token, _) => Some(&token.id),
            Self::New(_) | Self::SuccessorOf { .. } => None,
        }
    }

    /// What is written down before the first request.
    pub(super) fn intended(&self, key: PublicKey, seed: DeploySeed) -> Work {
        let kind = self.kind();
        match self {
            Self::New(new) => Work::Issue(IssueRecord::intended(kind, new.clone(), None, key, seed)),
            Self::This(token, lifetime) => {
                let (asked, id) = (NewToken::like(token, *lifetime), Some(token.id.clone()));
                Work::Issue(IssueRecord::intended(kind, asked, id, key, seed))
            }
            Self::SuccessorOf { old, successor } => {
                let issue = IssueRecord::intended(kind, successor.clone(), None, key, seed);
                Work::Replace(ReplaceRecord {
                    old: old.clone(),
                    successor: Successor::Issuing(issue),
                })
            }
        }
    }

    /// Tells the server the public key, with the DEK sealed for it.
    ///
    /// # Errors
    /// API errors; see [`CallError::may_have_happened`].
    pub(super) async fn register(
        &self,
        context: &Context,
        place: &Place,
        key: PublicKey,
        sealed: Option<String>,
    ) -> Result<TokenAnswer, CallError> {
        let (client, project) = (&context.client, &place.project);
        match self {
            Self::New(new) | Self::SuccessorOf { successor: new, .. } => {
                client
                    .create_token(project, &place.environment.id, new, &key, sealed)
                    .await
            }
            Self::This(token, lifetime) => {
                client
                    .rotate_token(project, &token.id, &key, *lifetime, sealed)
                    .await
            }
        }
    }

    /// The record as it should come back, for when the one that comes back cannot be read.
    pub(super) fn expected(&self, place: &Place, key: PublicKey) -> DeployToken {
        let key = TokenKey::Usable(key);
        match self {
            // What was told of the old CI token says nothing of the new one.
            Self::This(token, _) => DeployToken {
                key,
                status: TokenStatus::Active,
                end: Occurrence::NotKnown(NotKnown::NotTold),
                ci_token_suffix: None,
                ..DeployToken::clone(token)
            },
            Self::New(new) | Self::SuccessorOf { successor: new, .. } => DeployToken {
                id: DeployTokenId::new(""),
                name: new.name.clone(),
                status: TokenStatus::Active,
                key,
                environment_id: place.environment.id.clone(),
                environment_name: place.name().clone(),
                created: Occurrence::At(Moment::now()),
                last_use: Occurrence::NotKnown(NotKnown::NotTold),
                end: Occurrence::NotKnown(NotKnown::NotTold),
                ci_token_suffix: None,
            },
        }
    }

    /// Makes up for an answer that could not be read as a whole. A new token whose record is not known is looked up by its
    /// public key, so that it can be shared with; a CI token that was lost on the way is had again.
    pub(super) async fn complete(
        &self,
        context: &Context,
        place: &Place,
        before: &[TokenEntry],
        key: PublicKey,
        mut registered: Registered,
    ) -> Result<Registered, Problem> {
        if !registered.is_malformed() {
            return Ok(registered);
        }
        match (self, registered.ci_token.is_some()) {
            (Self::This(..), false) => self.regain(context, place, key, registered.token).await,
            (Self::This(..), true) => Ok(registered),
            (Self::New(_) | Self::SuccessorOf { .. }, false) => {
                self.heal(context, place, before, key, unreadable()).await
            }
            (Self::New(_) | Self::SuccessorOf { .. }, true) => {
                if let Ok(Some(found)) = find_by_key(context, place, key).await {
                    registered.token = found;
                }
                Ok(registered)
            }
        }
    }

    /// The answer was lost, or says that nothing was done, which a gateway may say after the server has acted: where the server's
    /// list has the key all the same, what was lost is had again. `before` is what it listed before it was asked.
    ///
    /// # Errors
    /// `lost` where it did not act; [`Problem::Uncertain`] where the list cannot be had or does not tell; as [`Plan::regain`].
    pub(super) async fn heal(
        &self,
        context: &Context,
        place: &Place,
        before: &[TokenEntry],
        key: PublicKey,
        lost: CallError,
    ) -> Result<Registered, Problem> {
        let found = match self.look_for(context, place, before, key).await {
            Ok(Some(token)) if token.may_be_active() => token,
            Ok(_) => return Err(lost.into()),
            Err(cause) => return Err(Problem::Uncertain(Box::new(cause))),
        };
        self.regain(context, place, key, found).await
    }

    /// The token with this key, as the server lists it now.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`]; API errors; [`CallError::Malformed`] when an entry whose key cannot be read may be it.
    async fn look_for(
        &self,
        context: &Context,
        place: &Place,
        before: &[TokenEntry],
        key: PublicKey,
    ) -> Result<Option<DeployToken>, Problem> {
        let now = super::list::list(context, place).await?;
        let found = with_key(&now, key).cloned();
        match self.hidden_in(&now, before).filter(|_| found.is_none()) {
            Some(what) => Err(CallError::Malformed(WireError::Missing { what }).into()),
            None => Ok(found),
        }
    }

    /// What an entry lacks that may be the token whose key is looked for. One that was listed before a new token was asked for
    /// is another one.
    fn hidden_in(&self, now: &[TokenEntry], before: &[TokenEntry]) -> Option<&'static str> {
        let is_listed = |all: &[TokenEntry], id: &DeployTokenId| {
            let mut tokens = all.iter().filter_map(TokenEntry::token);
            tokens.any(|token| token.id == *id)
        };
        now.iter().find_map(|entry| match (entry, self.rekeyed()) {
            (TokenEntry::Token(token), _) if matches!(token.key, TokenKey::Usable(_)) => None,
            (TokenEntry::Token(token), Some(id)) => (token.id == *id).then_some("public_key"),
            (TokenEntry::Token(token), None) => (!is_listed(before, &token.id)).then_some("public_key"),
            (TokenEntry::Malformed(_), Some(id)) if is_listed(now, id) => None,
            (TokenEntry::Malformed(entry), _) => Some(entry.missing),
        })
    }

    /// Gets a CI token for a token that has the key already, by rotating onto the same key. What is sealed for that key
    /// stays. Where that gives none, a new token is revoked, so that no active token is left that nobody holds; one that
    /// existed before keeps its CI token.
    ///
    /// # Errors
    /// [`Problem::TakenBack`] when it was revoked, [`Problem::Uncertain`] when that is not known.
    pub(crate) async fn regain(
        &self,
        context: &Context,
        place: &Place,
        key: PublicKey,
        found: DeployToken,
    ) -> Result<Registered, Problem> {
        let id = found.id.clone();
        let rotate = context
            .client
            .rotate_token(&place.project, &id, &key, self.lifetime(), None);
        let answer = rotate.await;
        let answer = answer.map(|answer| Registered::read(answer, found));
        let mut registered = match (self, answer) {
            (_, Ok(registered)) if registered.ci_token.is_some() => registered,
            (Self::New(_) | Self::SuccessorOf { .. }, _) => return Err(take_back(context, place, id).await),
            (Self::This(..), Err(cause)) => return Err(uncertain(cause)),
            // Whether the old CI token stays cannot be told from this; the journal keeps the operation.
            (Self::This(..), Ok(registered)) if registered.is_malformed() => {
                return Err(uncertain(unreadable()));
            }
            (Self::This(..), Ok(registered)) => registered,
        };
        registered.notes.push(Note::AnswerLost);
        Ok(registered)
    }
}

/// Revokes a token that nobody has the CI token of.
async fn take_back(context: &Context, place: &Place, id: DeployTokenId) -> Problem {
    match context.client.revoke_token(&place.project, &id).await {
        Ok(token) if token.id == id && !token.may_be_active() => Problem::TakenBack(id),
        Ok(_) => Problem::Uncertain(Box::new(Problem::NotDone)),
        Err(cause) => uncertain(cause),
    }
}

fn unreadable() -> CallError {
    CallError::Malformed(WireError::Wrong { what: "data" })
}

fn uncertain(cause: CallError) -> Problem {
    Problem::Uncertain(Box::new(cause.into()))
}
