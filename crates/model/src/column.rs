//! The columns in which tokens are listed, by the window and by command.

use std::cmp::Ordering;

use protocol::{DeployToken, Moment};

/// A fact about a token that lists show. What it is called and how it reads is `text`'s to say, how it looks the window's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenColumn {
    /// Without regard to case where it sorts.
    Name,
    /// Active before what is not.
    Status,
    /// When a runner last fetched; never and not known are last in both directions.
    LastUsed,
    /// When it was made.
    Created,
    /// When its CI token ends; never and not known are last in both directions.
    Expires,
    /// Of its public key: a hash, so nobody sorts by it.
    Fingerprint,
    /// By which the server knows it.
    Id,
}

impl TokenColumn {
    /// All of them, from left to right.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Status,
        Self::LastUsed,
        Self::Created,
        Self::Expires,
        Self::Fingerprint,
        Self::Id,
    ];

    /// Whether a list can be sorted by it.
    pub fn sorts(self) -> bool {
        !matches!(self, Self::Fingerprint | Self::Id)
    }

    /// Whether what is looked for first is at the end: the latest use, the latest token.
    pub fn starts_descending(self) -> bool {
        matches!(self, Self::LastUsed | Self::Created)
    }

    /// The order of two tokens by this column; of equal ones by name and then by id, whatever the direction.
    pub fn compare(self, a: &DeployToken, b: &DeployToken, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        let order = match self {
            Self::Name => turned(by_name(a, b)),
            Self::Status => turned(b.is_active().cmp(&a.is_active())),
            Self::LastUsed => absent_last(a.last_use.known(), b.last_use.known(), descending),
            Self::Created => absent_last(a.created.known(), b.created.known(), descending),
            Self::Expires => absent_last(a.end.known(), b.end.known(), descending),
            Self::Fingerprint | Self::Id => Ordering::Equal,
        };
        order.then_with(|| by_name(a, b))
    }
}

fn by_name(a: &DeployToken, b: &DeployToken) -> Ordering {
    let names = a.name.to_lowercase().cmp(&b.name.to_lowercase());
    names.then_with(|| a.id.cmp(&b.id))
}

fn absent_last(a: Option<Moment>, b: Option<Moment>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
