//! A token that is being replaced: it works until the user says that CI has its successor's values.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use protocol::{DeployTokenId, Moment, Occurrence, PublicKey, TokenEntry, TokenKey, token};

/// A replacement that was begun and is neither finished nor given up. Only this machine knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The token that is being replaced.
    pub old: DeployTokenId,
    /// Its name, and its successor's.
    pub name: String,
    /// The token that takes its place, once it is known.
    pub successor: Option<DeployTokenId>,
    /// The public key with which that was registered.
    pub key: PublicKey,
    /// When it was begun.
    pub since: Moment,
    /// Whether the user has the successor's secrets.
    pub handed_over: bool,
}

/// How a replacement stands, compared with the list of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplacementState {
    /// The successor's secrets were not handed over yet.
    Issuing,
    /// The successor waits for its first use by CI.
    Unused,
    /// CI uses the successor: last at this moment.
    Used(Moment),
    /// Whether CI uses the successor is not known.
    UseNotKnown,
    /// The successor is not active any more, or not listed: the old token must stay.
    SuccessorGone,
    /// The successor may be an entry that cannot be read.
    Unclear,
    /// The old token is not active any more: only sealing again, and the proof, are left.
    OldGone,
}

/// When the old token is to be revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grace {
    /// When the user says so.
    #[default]
    Asked,
    /// A quarter of an hour after the values were handed over, if the program still runs then.
    QuarterHour,
    /// An hour after it, likewise.
    Hour,
    /// A day after it, likewise.
    Day,
    /// A week after it, likewise.
    Week,
}

impl Grace {
    /// How long the old token is left, if not until the user says so.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Asked => None,
            Self::QuarterHour => Some(15 * 60),
            Self::Hour => Some(60 * 60),
            Self::Day => Some(24 * 60 * 60),
            Self::Week => Some(7 * 24 * 60 * 60),
        }
    }
}

impl Replacement {
    /// How it stands, compared with a list that has the last uses by CI: not this program's own checks as the successor's
    /// runner.
    pub fn progress(&self, entries: &[TokenEntry]) -> ReplacementState {
        let active = || {
            entries
                .iter()
                .filter_map(TokenEntry::token)
                .filter(|it| it.is_active())
        };
        // By its id, because it may have been rotated meanwhile.
        let successor = match &self.successor {
            Some(id) => active().find(|token| token.id == *id),
            None => active().find(|token| token.key == TokenKey::Usable(self.key)),
        };
        let is_old_gone = || {
            let mut tokens = entries.iter().filter_map(TokenEntry::token);
            tokens.all(|token| token.id != self.old || !token.may_be_active())
                && token::obscured(entries, Some(&self.old)).is_none()
        };
        if !self.handed_over {
            return ReplacementState::Issuing;
        }
        let Some(successor) = successor else {
            return match token::obscured(entries, self.successor.as_ref()) {
                Some(_) => ReplacementState::Unclear,
                None => ReplacementState::SuccessorGone,
            };
        };
        match successor.last_use {
            _ if is_old_gone() => ReplacementState::OldGone,
            Occurrence::At(at) => ReplacementState::Used(at),
            Occurrence::Never => ReplacementState::Unused,
            Occurrence::NotKnown(_) => ReplacementState::UseNotKnown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{DeployToken, EnvironmentId, EnvironmentName, NotKnown, TokenStatus, UnreadEntry};

    fn token(id: &str, last_use: Occurrence, status: TokenStatus) -> TokenEntry {
        TokenEntry::Token(DeployToken {
            id: DeployTokenId::new(id),
            name: "ci".to_owned(),
            status,
            key: TokenKey::Usable(PublicKey::from_bytes([1; 32])),
            environment_id: EnvironmentId::new("env_1"),
            environment_name: EnvironmentName::new("production"),
            created: Occurrence::At(Moment::now()),
            last_use,
            end: Occurrence::Never,
            ci_token_suffix: None,
        })
    }

    #[test]
    fn it_stands_as_the_list_says() {
        use Occurrence::{At, Never};
        use TokenStatus::{Active, Revoked};
        let used_at = Moment::parse("2026-11-24T12:00:00Z").unwrap();
        let mut it = Replacement {
            old: DeployTokenId::new("old"),
            name: "ci".to_owned(),
            successor: Some(DeployTokenId::new("new")),
            key: PublicKey::from_bytes([1; 32]),
            since: used_at,
            handed_over: true,
        };
        let progress = |it: &Replacement, used, new, old| {
            it.progress(&[token("new", used, new), token("old", Never, old)])
        };
        assert_eq!(progress(&it, Never, Active, Active), ReplacementState::Unused);
        let used = ReplacementState::Used(used_at);
        assert_eq!(progress(&it, At(used_at), Active, Active), used);
        let not_told = Occurrence::NotKnown(NotKnown::NotTold);
        let seen = progress(&it, not_told, Active, Active);
        assert_eq!(seen, ReplacementState::UseNotKnown, "nothing told is not unused");
        let ended = || Revoked { at: None };
        assert_eq!(
            progress(&it, Never, ended(), Active),
            ReplacementState::SuccessorGone
        );
        assert_eq!(progress(&it, Never, Active, ended()), ReplacementState::OldGone);
        let cut = token("old", Never, TokenStatus::NotKnown);
        let seen = it.progress(&[token("new", Never, Active), cut]);
        assert_eq!(seen, ReplacementState::Unused, "it may still be active");
        let nameless = TokenEntry::Malformed(UnreadEntry {
            position: 1,
            name: None,
            missing: "id",
        });
        let seen = it.progress(&[nameless, token("old", Never, Active)]);
        assert_eq!(seen, ReplacementState::Unclear);
        it.successor = None;
        assert_eq!(
            progress(&it, Never, Active, Active),
            ReplacementState::Unused,
            "found by its key"
        );
        it.key = PublicKey::from_bytes([2; 32]);
        assert_eq!(
            progress(&it, Never, Active, Active),
            ReplacementState::SuccessorGone
        );
        it.handed_over = false;
        assert_eq!(progress(&it, Never, Active, Active), ReplacementState::Issuing);
    }
}
