//! Deploy tokens (docs/protocol.md 7.1).

use super::{DeployTokenId, EnvironmentId, EnvironmentName, Fingerprint, Moment, Occurrence, PublicKey};

/// A deploy token's record. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployToken {
    /// Its id.
    pub id: DeployTokenId,
    /// Its name.
    pub name: String,
    /// Whether runners may use it.
    pub status: TokenStatus,
    /// The public half of its seed.
    pub key: TokenKey,
    /// The environment it is for.
    pub environment_id: EnvironmentId,
    /// That environment's name; its id where the server does not tell the name.
    pub environment_name: EnvironmentName,
    /// When it was made. Never [`Occurrence::Never`].
    pub created: Occurrence,
    /// When a runner last fetched with it. The hosted server tells it by its activity only (docs/protocol.md 7.1, 17).
    pub last_use: Occurrence,
    /// When its CI token ends. The hosted server tells it once, when it makes the CI token (docs/protocol.md 7.2).
    pub end: Occurrence,
    /// The last characters of its CI token, where the server tells them.
    pub ci_token_suffix: Option<String>,
}

/// Whether runners may use a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// `status` is exactly `active` and `revoked_at` is empty.
    Active,
    /// Revoked, since when if known.
    Revoked {
        /// The moment of revocation.
        at: Option<Moment>,
    },
    /// A text this program does not know; counts as not active.
    Other(String),
}

/// A token's public key as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKey {
    /// 32 bytes.
    Usable(PublicKey),
    /// Not base64 of 32 bytes: this token can never be a recipient.
    Unusable,
}

/// One entry of a token list. A malformed one is shown as such and blocks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenEntry {
    /// A token.
    Token(DeployToken),
    /// An entry that cannot be read.
    Malformed {
        /// Its id, if at least that is there.
        id: Option<DeployTokenId>,
        /// Its name, if that is there.
        name: Option<String>,
        /// What is missing.
        missing: &'static str,
    },
}

impl DeployToken {
    /// Whether runners may use it.
    pub fn is_active(&self) -> bool {
        self.status == TokenStatus::Active
    }

    /// Takes the name of its environment from who knows it, where the server told the id alone.
    pub fn name_environment(&mut self, id: &EnvironmentId, name: &EnvironmentName) {
        if self.environment_id == *id && self.environment_name.as_str() == id.as_str() {
            self.environment_name = name.clone();
        }
    }

    /// The key to seal for, if this token should be a recipient (docs/protocol.md 6.4).
    pub fn recipient_key(&self) -> Option<PublicKey> {
        match (&self.status, &self.key) {
            (TokenStatus::Active, TokenKey::Usable(key)) => Some(*key),
            _ => None,
        }
    }

    /// Fingerprint of its public key, if that is usable.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.key {
            TokenKey::Usable(key) => Some(key.fingerprint()),
            TokenKey::Unusable => None,
        }
    }
}

impl TokenEntry {
    /// The token, if the entry could be read.
    pub fn token(&self) -> Option<&DeployToken> {
        match self {
            Self::Token(token) => Some(token),
            Self::Malformed { .. } => None,
        }
    }
}

/// What an entry lacks that cannot be read and may be the token with this id, which then cannot be said to be inactive or
/// not there. Without an id to compare, every such entry may be it.
pub fn obscured(entries: &[TokenEntry], wanted: Option<&DeployTokenId>) -> Option<&'static str> {
    entries.iter().find_map(|entry| match entry {
        TokenEntry::Malformed { id, missing, .. } => match (id, wanted) {
            (Some(id), Some(wanted)) if id != wanted => None,
            _ => Some(*missing),
        },
        TokenEntry::Token(_) => None,
    })
}

/// Refused before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No token has that id or exact name.
    #[error("there is no deploy token with the id or name “{0}” here")]
    Unknown(String),
    /// Several tokens have that name; carries their ids.
    #[error("{} deploy tokens are called “{name}”", ids.len())]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The ids to choose from.
        ids: Vec<DeployTokenId>,
    },
}

/// Finds a token by id, or by exact name; among equal names an only active one wins.
///
/// # Errors
/// [`FindError::Unknown`], or [`FindError::Ambiguous`] with the ids to choose from.
pub fn find<'a>(entries: &'a [TokenEntry], wanted: &str) -> Result<&'a DeployToken, FindError> {
    let tokens = || entries.iter().filter_map(TokenEntry::token);
    if let Some(token) = tokens().find(|token| token.id.as_str() == wanted) {
        return Ok(token);
    }
    let named: Vec<_> = tokens().filter(|token| token.name == wanted).collect();
    let active: Vec<_> = named.iter().filter(|token| token.is_active()).collect();
    match (named.as_slice(), active.as_slice()) {
        ([], _) => Err(FindError::Unknown(wanted.to_owned())),
        ([only], _) => Ok(only),
        (_, [only]) => Ok(only),
        _ => Err(FindError::Ambiguous {
            name: wanted.to_owned(),
            ids: named.iter().map(|token| token.id.clone()).collect(),
        }),
    }
}
