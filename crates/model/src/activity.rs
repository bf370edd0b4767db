//! Which part of the activity is looked at.

use protocol::{
    ActivityAuthor, ActivityEntry, ActivityKind, DeployToken, DeployTokenId, EnvironmentId, Moment,
};

/// An entry and the record that it tells of are so many seconds apart at most: the server writes both in one request.
pub const MOMENT: i64 = 10;

/// What is wanted; nothing is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// What happened in this environment.
    pub environment: Option<EnvironmentId>,
    /// What is about this deploy token: its fetches by its id, the rest by its name.
    pub token: Option<(DeployTokenId, String)>,
    /// Entries of this kind.
    pub kind: Option<ActivityKind>,
}

impl ActivityFilter {
    /// Whether an entry is wanted.
    pub fn fits(&self, entry: &ActivityEntry) -> bool {
        let environment = self.environment.as_ref();
        let token = self.token.as_ref();
        environment.is_none_or(|it| entry.is_in(it))
            && token.is_none_or(|(id, name)| entry.is_about(id, name))
            && self.kind.is_none_or(|it| entry.kind == it)
    }

    /// For what is about one token.
    pub fn about(token: &DeployToken) -> Self {
        Self {
            environment: Some(token.environment_id.clone()),
            token: Some((token.id.clone(), token.name.clone())),
            kind: None,
        }
    }
}

/// Who did this to a token at that moment, as far as the activity tells. Its entries name a token by a name that others may
/// have, so an entry of another time is another token's, and of two people at one time it is nobody.
pub fn author_of<'a>(
    entries: &'a [ActivityEntry],
    token: &DeployToken,
    kind: ActivityKind,
    at: Moment,
) -> Option<&'a ActivityAuthor> {
    let filter = ActivityFilter {
        kind: Some(kind),
        ..ActivityFilter::about(token)
    };
    let close = at.plus_seconds(-MOMENT)..=at.plus_seconds(MOMENT);
    let is_it = |it: &&ActivityEntry| filter.fits(it) && it.at.known().is_some_and(|at| close.contains(&at));
    let mut found = entries.iter().filter(is_it);
    let author = &found.next()?.author;
    // Repeated, it is in the activity again.
    found.all(|it| it.author == *author).then_some(author)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        ActivitySubject, EnvironmentName, NotKnown, Occurrence, PublicKey, TokenKey, TokenStatus,
    };

    fn at(second: i64) -> Moment {
        Moment::parse("2026-11-24T12:00:00Z")
            .unwrap()
            .plus_seconds(second)
    }

    fn token(environment: &str) -> DeployToken {
        DeployToken {
            id: DeployTokenId::new("token-1"),
            name: "ci".to_owned(),
            status: TokenStatus::Active,
            key: TokenKey::Usable(PublicKey::from_bytes([1; 32])),
            environment_id: EnvironmentId::new(environment),
            environment_name: EnvironmentName::new("production"),
            created: Occurrence::At(at(0)),
            last_use: Occurrence::NotKnown(NotKnown::NotTold),
            end: Occurrence::NotKnown(NotKnown::NotTold),
            ci_token_suffix: None,
        }
    }

    fn entry(name: &str, second: i64, by: &str) -> ActivityEntry {
        ActivityEntry {
            id: None,
            kind: ActivityKind::Created,
            event: "deployment_token_created".to_owned(),
            description: format!("Created deployment token \"{name}\" for \"production\" via desktop."),
            at: Occurrence::At(at(second)),
            subject: ActivitySubject {
                id: Some("env-1".to_owned()),
                ..ActivitySubject::default()
            },
            author: ActivityAuthor::Person {
                name: Some(by.to_owned()),
                email: None,
            },
        }
    }

    #[test]
    fn a_token_s_maker_is_who_made_one_of_its_name_at_that_moment() {
        let of = |entries: &[ActivityEntry], environment: &str| {
            author_of(entries, &token(environment), ActivityKind::Created, at(0)).cloned()
        };
        let ana = entry("ci", 1, "Ana");
        let others = [entry("ci", 3600, "Bo"), entry("ci-2", 0, "Cleo")];
        let mut entries = others.to_vec();
        assert_eq!(of(&entries, "env-1"), None, "of another time, of another name");
        entries.push(ana.clone());
        assert_eq!(of(&entries, "env-1"), Some(ana.author.clone()));
        assert_eq!(of(&entries, "env-2"), None, "of another environment");
        entries.push(ana.clone());
        assert_eq!(of(&entries, "env-1"), Some(ana.author), "repeated");
        entries.push(entry("ci", -2, "Dan"));
        assert_eq!(of(&entries, "env-1"), None, "one of two, and which is not told");
    }
}
