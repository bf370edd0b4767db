//! rotate --ending-within: new values for every token that ends soon, sent to where the old ones were.

use std::collections::BTreeMap;

use super::args::{self, Issue};
use super::secret_sink::SecretSink;
use super::send::Sending;
use super::{locate, output, pending};
use crate::connect::Target;
use crate::failure::{FAILED, Failure};
use model::destinations::destinations_of;
use model::{Destination, Handed};
use protocol::{DeployToken, DeployTokenId, Moment, TokenEntry};
use service::checkpoint::Operation;
use text::Message;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Rotates the tokens that end within so many days, one after the other. Every tool is checked before the first.
pub(super) async fn ending_within(
    target: &Target,
    project: Option<&str>,
    place: &args::Place,
    days: u16,
    issue: &Issue,
) -> Result<u8, Failure> {
    let lifetime = issue.end.lifetime()?;
    let (connected, _, place) = locate(target, project, &place.env).await?;
    let context = &connected.context;
    let entries = service::list(context, &place).await?;
    let ending: Vec<_> = entries
        .iter()
        .filter_map(TokenEntry::token)
        .filter(|token| ends_within(token, days))
        .collect();
    if ending.is_empty() {
        output::tell(&format!(
            "No token of {} is known to end within {days} days.",
            place.name()
        ));
        return Ok(0);
    }
    let handed = service::handed(context);
    let (known, unknown): (Vec<_>, Vec<_>) = ending
        .into_iter()
        .partition(|token| handed.contains_key(&token.id));
    Sending::prepare(all_of(&known, &handed)).await?;
    let mut worst = 0;
    for token in known {
        output::tell(&format!("{} ({}):", output::strong(&token.name), token.id));
        let destinations = destinations_of(&token.id, &handed);
        let sink = SecretSink::Sent(Sending::of(destinations));
        let issued = service::rotate(context, &place, token.id.as_str(), lifetime, &output::progress).await;
        worst = worst.max(match sink.hand_over(context, Operation::Rotate, issued).await {
            Ok(code) => code,
            Err(failure) => {
                output::failure(&failure.message);
                failure.code
            }
        });
    }
    for token in &unknown {
        output::warning(&Message::new(
            format!(
                "{} ({}) was left as it is: it is not known here where its values are.",
                token.name, token.id
            ),
            "Rotate it by itself, with --send KIND:TARGET.",
        ));
        worst = worst.max(FAILED);
    }
    pending::mention(context);
    Ok(worst)
}

fn ends_within(token: &DeployToken, days: u16) -> bool {
    let limit = Moment::now().plus_seconds(i64::from(days).saturating_mul(DAY));
    token.may_be_active() && token.end.known().is_some_and(|end| end <= limit)
}

/// Each destination once.
fn all_of(tokens: &[&DeployToken], handed: &BTreeMap<DeployTokenId, Vec<Handed>>) -> Vec<Destination> {
    let mut all = Vec::new();
    for destination in tokens.iter().flat_map(|token| destinations_of(&token.id, handed)) {
        if !all.contains(&destination) {
            all.push(destination);
        }
    }
    all
}
