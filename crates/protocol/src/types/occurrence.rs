//! What is known of when something happened or will happen: three values, of which *never* and *not known* must not be
//! taken for each other (docs/protocol.md G27).

use super::Moment;

/// What is known of a moment: that it is there, that there is none, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// It happened, or will happen, then.
    At(Moment),
    /// It is known that it did not happen, or that it will not.
    Never,
    /// Nothing is known; nothing may be concluded.
    NotKnown(NotKnown),
}

/// Why a moment is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotKnown {
    /// The server does not tell it.
    NotTold,
    /// The server tells something that is no moment.
    Unreadable,
    /// It was told here once; another client has changed the token since.
    ChangedElsewhere,
    /// The activity may not be read by this person, or on this plan.
    NotAllowed,
    /// The activity was not read back far enough.
    TooFarBack,
    /// The activity could not be read now.
    NotReached,
}

impl Occurrence {
    /// The moment, if there is one that is known.
    pub fn known(self) -> Option<Moment> {
        match self {
            Self::At(at) => Some(at),
            Self::Never | Self::NotKnown(_) => None,
        }
    }

    /// Whether it is known, be it a moment or *never*.
    pub fn is_known(self) -> bool {
        !matches!(self, Self::NotKnown(_))
    }

    /// What a program is told beside a moment that is null: `known`, `never`, or why it is not known.
    pub fn word(self) -> &'static str {
        match self {
            Self::At(_) => "known",
            Self::Never => "never",
            Self::NotKnown(NotKnown::NotTold) => "not_told",
            Self::NotKnown(NotKnown::Unreadable) => "unreadable",
            Self::NotKnown(NotKnown::ChangedElsewhere) => "changed_elsewhere",
            Self::NotKnown(NotKnown::NotAllowed) => "not_allowed",
            Self::NotKnown(NotKnown::TooFarBack) => "too_far_back",
            Self::NotKnown(NotKnown::NotReached) => "not_reached",
        }
    }

    /// This, or `other` where this is not known. What is known is never given up, and of two reasons the one that says more
    /// stays.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotKnown(_), known) if known.is_known() => known,
            (Self::NotKnown(NotKnown::NotTold), other) => other,
            (this, _) => this,
        }
    }
}
