//! What is known of a token that the server has registered, by its answer or by its list.

use crate::journal::Receipt;
use crate::{Context, Place};
use model::{Note, Problem};
use protocol::secret::CiToken;
use protocol::wire::WireError;
use protocol::wire::tokens::TokenAnswer;
use protocol::{DeployToken, PublicKey, TokenEntry, TokenKey};

/// What is known of a token that the server has registered.
pub(crate) struct Registered {
    pub(crate) token: DeployToken,
    pub(crate) ci_token: Option<CiToken>,
    pub(crate) notes: Vec<Note>,
}

impl Registered {
    /// Whether the record could not be read.
    pub(super) fn is_malformed(&self) -> bool {
        let malformed = |note: &Note| matches!(note, Note::MalformedRecord(_));
        self.notes.iter().any(malformed)
    }

    /// Reads an answer; `expected` stands in for what a malformed record lacks. One about another token or another environment
    /// than was asked for is malformed.
    pub(super) fn read(answer: TokenAnswer, expected: DeployToken) -> Self {
        let mut notes = Vec::new();
        let place = (expected.environment_id.clone(), expected.environment_name.clone());
        let is_new = expected.id.as_str().is_empty();
        let read = answer.token.and_then(|token| match &token {
            it if !is_new && it.id != expected.id => Err(WireError::Wrong { what: "id" }),
            it if it.environment_id != place.0 => Err(WireError::Wrong {
                what: "environment identifier",
            }),
            _ => Ok(token),
        });
        let mut token = read.unwrap_or_else(|error| {
            notes.push(Note::MalformedRecord(error.what()));
            DeployToken {
                id: answer
                    .id
                    .filter(|_| is_new)
                    .unwrap_or_else(|| expected.id.clone()),
                ..expected
            }
        });
        token.name_environment(&place.0, &place.1);
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

    /// What the journal keeps of it.
    pub(crate) fn receipt(&self) -> Receipt {
        let id = &self.token.id;
        Receipt {
            token: (!id.as_str().is_empty()).then(|| id.clone()),
            ci_token: self.ci_token.clone(),
            expires_at: self.token.end.known(),
        }
    }
}

/// The token with this public key, as the server lists it now.
pub(super) async fn find_by_key(
    context: &Context,
    place: &Place,
    key: PublicKey,
) -> Result<Option<DeployToken>, Problem> {
    let entries = super::list::list(context, place).await?;
    Ok(with_key(&entries, key).cloned())
}

/// The same in a list that is at hand.
pub(super) fn with_key(entries: &[TokenEntry], key: PublicKey) -> Option<&DeployToken> {
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    tokens.find(|token| token.key == TokenKey::Usable(key))
}
