//! Deploy tokens (docs/protocol.md 7.1).

use super::shape::may_be_secret;
use super::{
    DeployTokenId, EnvironmentId, EnvironmentName, Fingerprint, Moment, Occurrence, PublicKey, UnreadEntry,
};

/// A deploy token's record. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployToken {
    /// Its id.
    pub id: DeployTokenId,
    /// Its name; its id where the server does not tell the name.
    pub name: String,
    /// Whether runners may use it.
    pub status: TokenStatus,
    /// The public half of its seed.
    pub key: TokenKey,
    /// The environment it is for; empty where neither the server nor the list that it is in tells it.
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
    /// Revoked, since when if known: `status` says so, or `revoked_at` is a moment.
    Revoked {
        /// The moment of revocation.
        at: Option<Moment>,
    },
    /// A text this program does not know: it may be active.
    Other(String),
    /// It cannot be read, or `revoked_at` cannot: it may be active.
    NotKnown,
}

/// A token's public key as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKey {
    /// 32 bytes.
    Usable(PublicKey),
    /// Told, and not base64 of 32 bytes: nothing can be sealed for it.
    Unusable,
    /// Not told, or not as a text: nothing can be sealed for it, though it may have a key.
    NotTold,
}

/// One entry of a token list. One without an id is shown as such and blocks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "lists are of tokens; an entry that cannot be read is rare"
)]
pub enum TokenEntry {
    /// A token. What else it lacks, it says itself ([`DeployToken::lacks`]).
    Token(DeployToken),
    /// An entry without an id that can be read: no call can name it.
    Malformed(UnreadEntry),
}

impl DeployToken {
    /// Whether it is known that runners may use it.
    pub fn is_active(&self) -> bool {
        self.status == TokenStatus::Active
    }

    /// Whether runners may use it as far as is known: only the server's word that it is revoked denies it.
    pub fn may_be_active(&self) -> bool {
        !matches!(self.status, TokenStatus::Revoked { .. })
    }

    /// The members of its record that cannot be read, of those that every record has (docs/protocol.md 7.1).
    pub fn lacks(&self) -> Vec<&'static str> {
        let lacks = [
            ("name", self.name == self.id.as_str()),
            ("status", self.status == TokenStatus::NotKnown),
            ("public_key", self.key == TokenKey::NotTold),
            ("environment identifier", self.environment_id.as_str().is_empty()),
        ];
        lacks
            .into_iter()
            .filter_map(|(member, is_missing)| is_missing.then_some(member))
            .collect()
    }

    /// Takes the name of its environment from who knows it, where the server told the id alone.
    pub fn name_environment(&mut self, id: &EnvironmentId, name: &EnvironmentName) {
        if self.environment_id == *id && self.environment_name.as_str() == id.as_str() {
            self.environment_name = name.clone();
        }
    }

    /// As [`Self::name_environment`], for the list of an environment: where its id is not told either, it is that one.
    pub fn place_in(&mut self, id: &EnvironmentId, name: &EnvironmentName) {
        if self.environment_id.as_str().is_empty() {
            (self.environment_id, self.environment_name) = (id.clone(), name.clone());
        }
        self.name_environment(id, name);
    }

    /// The key to seal for, if this token should be a recipient, or may have to be (docs/protocol.md 6.4).
    pub fn recipient_key(&self) -> Option<PublicKey> {
        match &self.key {
            TokenKey::Usable(key) if self.may_be_active() => Some(*key),
            _ => None,
        }
    }

    /// The first of what keeps it from being said to be active or not, or to have this key or that one.
    fn unclear(&self) -> Option<&'static str> {
        match (&self.status, &self.key) {
            (TokenStatus::Other(_) | TokenStatus::NotKnown, _) => Some("status"),
            (_, TokenKey::NotTold) => Some("public_key"),
            _ => None,
        }
    }

    /// Fingerprint of its public key, if that is usable.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.key {
            TokenKey::Usable(key) => Some(key.fingerprint()),
            TokenKey::Unusable | TokenKey::NotTold => None,
        }
    }
}

impl TokenEntry {
    /// The token, if the entry has an id.
    pub fn token(&self) -> Option<&DeployToken> {
        match self {
            Self::Token(token) => Some(token),
            Self::Malformed(_) => None,
        }
    }
}

/// What an entry lacks that may be the token with this id, or be active, so that the token cannot be said to be inactive or
/// not there. Without an id to compare, every entry may be it whose key is not told.
pub fn obscured(entries: &[TokenEntry], wanted: Option<&DeployTokenId>) -> Option<&'static str> {
    entries.iter().find_map(|entry| match (entry, wanted) {
        (TokenEntry::Malformed(entry), _) => Some(entry.missing),
        (TokenEntry::Token(token), Some(wanted)) if token.id != *wanted => None,
        (TokenEntry::Token(token), Some(_)) => token.unclear(),
        (TokenEntry::Token(token), None) => (token.key == TokenKey::NotTold).then_some("public_key"),
    })
}

/// Refused before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No token has that id or exact name.
    #[error("there is no deploy token with the id or name “{0}” here")]
    Unknown(String),
    /// No token has that id or name, which may be a secret that was given in its place: it is not repeated.
    #[error("what was given as the id or name of a deploy token may be a secret")]
    Secret,
    /// Several tokens have that name; carries their ids.
    #[error("{} deploy tokens are called “{name}”", ids.len())]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The ids to choose from.
        ids: Vec<DeployTokenId>,
    },
}

/// Finds a token by id, or by exact name; among equal names the only one wins that may be active.
///
/// # Errors
/// [`FindError::Unknown`], [`FindError::Secret`], or [`FindError::Ambiguous`] with the ids to choose from.
pub fn find<'a>(entries: &'a [TokenEntry], wanted: &str) -> Result<&'a DeployToken, FindError> {
    let tokens = || entries.iter().filter_map(TokenEntry::token);
    if let Some(token) = tokens().find(|token| token.id.as_str() == wanted) {
        return Ok(token);
    }
    let named: Vec<_> = tokens().filter(|token| token.name == wanted).collect();
    let active: Vec<_> = named.iter().filter(|token| token.may_be_active()).collect();
    match (named.as_slice(), active.as_slice()) {
        ([], _) if may_be_secret(wanted) => Err(FindError::Secret),
        ([], _) => Err(FindError::Unknown(wanted.to_owned())),
        ([only], _) => Ok(only),
        (_, [only]) => Ok(only),
        _ => Err(FindError::Ambiguous {
            name: wanted.to_owned(),
            ids: named.iter().map(|token| token.id.clone()).collect(),
        }),
    }
}
