//! Which holders of a key are shown, and in what order.

use std::cmp::Ordering;

use model::{Holder, HolderKind, Standing};

/// A column by which holders are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HolderColumn {
    /// As the server lists them.
    #[default]
    Listed,
    Name,
    /// Who should not hold it first, then who waits for it.
    Standing,
    Since,
    Seen,
}

/// Column and direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HolderSort {
    pub column: HolderColumn,
    /// From high to low.
    pub descending: bool,
}

impl HolderSort {
    /// After the head of a column was pressed: for another one what is looked for first, then the other direction.
    pub fn next(self, column: HolderColumn) -> Self {
        let descending = if self.column == column {
            !self.descending
        } else {
            matches!(column, HolderColumn::Since | HolderColumn::Seen)
        };
        Self { column, descending }
    }

    fn compare(self, a: &Holder, b: &Holder) -> Ordering {
        let by_name = || a.name.to_lowercase().cmp(&b.name.to_lowercase());
        // What is not known comes last in both directions.
        let by_time = |a: Option<_>, b: Option<_>| match (a, b) {
            (Some(a), Some(b)) if self.descending => Ord::cmp(&b, &a),
            (Some(a), Some(b)) => Ord::cmp(&a, &b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let turned = |order: Ordering| if self.descending { order.reverse() } else { order };
        match self.column {
            HolderColumn::Listed => Ordering::Equal,
            HolderColumn::Name => turned(by_name()),
            HolderColumn::Standing => turned(rank(&a.standing).cmp(&rank(&b.standing))).then_with(by_name),
            HolderColumn::Since => by_time(a.since, b.since).then_with(by_name),
            HolderColumn::Seen => by_time(a.last_seen.known(), b.last_seen.known()).then_with(by_name),
        }
    }
}

fn rank(standing: &Standing) -> u8 {
    match standing {
        Standing::Flawed(model::Flaw::Revoked { .. }) => 3,
        Standing::Flawed(_) => 0,
        Standing::Waits { .. } => 1,
        Standing::Holds => 2,
    }
}

/// The holders whose name, id, system or fingerprint has this in it, in order.
pub fn shown_holders(all: &[Holder], search: &str, sort: HolderSort) -> Vec<Holder> {
    let wanted = search.trim().to_lowercase();
    let mut shown: Vec<Holder> = all.iter().filter(|it| has(it, &wanted)).cloned().collect();
    shown.sort_by(|a, b| sort.compare(a, b));
    shown
}

fn has(holder: &Holder, wanted: &str) -> bool {
    let within = |text: &str| text.to_lowercase().contains(wanted);
    let by_kind = match &holder.kind {
        HolderKind::Device { id, platform, .. } => within(id.as_str()) || within(platform),
        HolderKind::Token { id } => id.as_ref().is_some_and(|it| within(it.as_str())),
    };
    let digits: String = wanted.chars().filter(|c| !c.is_whitespace()).collect();
    let by_print = || {
        holder
            .fingerprint
            .is_some_and(|it| it.to_hex().starts_with(&digits))
    };
    wanted.is_empty() || by_kind || within(&holder.name) || by_print()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{DeployTokenId, Moment, Occurrence, PublicKey};

    fn holder(name: &str, day: i64, standing: Standing) -> Holder {
        let at = Moment::parse("2026-11-24T12:00:00Z")
            .unwrap()
            .plus_seconds(day * 86_400);
        Holder {
            kind: HolderKind::Token {
                id: Some(DeployTokenId::new(format!("dpl_{name}"))),
            },
            name: name.to_owned(),
            fingerprint: Some(PublicKey::from_bytes([7; 32]).fingerprint()),
            since: (day != 0).then_some(at),
            last_seen: Occurrence::Never,
            standing,
        }
    }

    #[test]
    fn holders_are_searched_and_sorted() {
        let all = [
            holder("b", 2, Standing::Holds),
            holder("a", 0, Standing::Waits { since: None }),
            holder("C", 1, Standing::Flawed(model::Flaw::StillSealed)),
        ];
        let names = |search: &str, column, descending| {
            let shown = shown_holders(&all, search, HolderSort { column, descending });
            shown.iter().map(|it| it.name.clone()).collect::<String>()
        };
        assert_eq!(names("", HolderColumn::Listed, false), "baC");
        assert_eq!(names("", HolderColumn::Name, false), "abC");
        assert_eq!(names("", HolderColumn::Name, true), "Cba");
        assert_eq!(names("", HolderColumn::Standing, false), "Cab");
        assert_eq!(
            names("", HolderColumn::Since, true),
            "bCa",
            "not known comes last"
        );
        assert_eq!(names("DPL_c", HolderColumn::Listed, false), "C");
        let print = PublicKey::from_bytes([7; 32]).fingerprint().short();
        assert_eq!(names(&print, HolderColumn::Listed, false), "baC");
        assert_eq!(names("nobody", HolderColumn::Listed, false), "");
        let first = HolderSort::default().next(HolderColumn::Seen);
        assert!(first.descending && !first.next(HolderColumn::Seen).descending);
    }
}
