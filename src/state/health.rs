//! The tokens that somebody should look at.

use model::HealthLimits;
use protocol::{DeployToken, Moment, TokenEntry};

pub use model::TokenHealth;

/// A token worth a look, for the notice above the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The token's name.
    pub name: String,
    /// Why.
    pub health: TokenHealth,
}

/// What a token's own record says of it at this moment.
pub fn health(token: &DeployToken, now: Moment) -> TokenHealth {
    model::health(token, now, HealthLimits::USUAL)
}

/// The tokens worth a look, most urgent first.
pub fn attention(entries: &[TokenEntry], health: impl Fn(&DeployToken) -> TokenHealth) -> Vec<Attention> {
    let mut found: Vec<Attention> = entries
        .iter()
        .filter_map(TokenEntry::token)
        .map(|token| Attention {
            name: token.name.clone(),
            health: health(token),
        })
        // What is not shared, or not handed over, has a line of its own, with its way out.
        .filter(|it| {
            it.health.needs_a_look()
                && !matches!(it.health, TokenHealth::NotShared | TokenHealth::NotHandedOver)
        })
        .collect();
    found.sort_by_key(|it| it.health.urgency());
    found
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use protocol::{
        DeployTokenId, EnvironmentId, EnvironmentName, NotKnown, Occurrence, PublicKey, TokenKey, TokenStatus,
    };

    pub(in super::super) fn now() -> Moment {
        Moment::parse("2026-11-24T12:00:00Z").unwrap()
    }

    pub(in super::super) fn token(
        name: &str,
        used_days_ago: Option<i64>,
        expires_in_days: Option<i64>,
    ) -> DeployToken {
        let days = |n: i64| now().plus_seconds(n * 86_400);
        DeployToken {
            id: DeployTokenId::new(format!("dpl_tok_{name}")),
            name: name.to_owned(),
            status: TokenStatus::Active,
            key: TokenKey::Usable(PublicKey::from_bytes([name.len() as u8; 32])),
            environment_id: EnvironmentId::new("env_1"),
            environment_name: EnvironmentName::new("production"),
            created: Occurrence::At(days(-200)),
            last_use: used_days_ago.map_or(Occurrence::Never, |n| Occurrence::At(days(-n))),
            end: expires_in_days.map_or(Occurrence::Never, |n| Occurrence::At(days(n))),
            ci_token_suffix: None,
        }
    }

    #[test]
    fn health_names_the_most_urgent_fact() {
        assert_eq!(
            health(&token("a", Some(1), Some(200)), now()),
            TokenHealth::Active
        );
        assert_eq!(
            health(&token("a", Some(1), Some(6)), now()),
            TokenHealth::Expiring(6)
        );
        assert_eq!(
            health(&token("a", Some(94), None), now()),
            TokenHealth::Unused(94)
        );
        assert_eq!(health(&token("a", None, None), now()), TokenHealth::Unused(200));
        assert_eq!(
            health(&token("a", Some(1), Some(-1)), now()),
            TokenHealth::Expired
        );
        let silent = Occurrence::NotKnown(NotKnown::NotTold);
        let not_told = DeployToken {
            last_use: silent,
            end: silent,
            ..token("a", None, None)
        };
        assert_eq!(
            health(&not_told, now()),
            TokenHealth::Active,
            "not told is not unused"
        );
        let mut revoked = token("a", Some(94), Some(1));
        revoked.status = TokenStatus::Revoked { at: None };
        assert_eq!(health(&revoked, now()), TokenHealth::Revoked);
    }

    #[test]
    fn attention_puts_the_ending_before_the_idle() {
        let entries = [
            token("idle", Some(94), None),
            token("ending", Some(1), Some(6)),
            token("fine", Some(1), None),
        ]
        .map(TokenEntry::Token);
        let names: Vec<_> = attention(&entries, |it| health(it, now()))
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(names, ["ending", "idle"]);
    }
}
