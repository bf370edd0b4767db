//! What an incident report needs from the server. Its words are `text::incident`'s.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::AT_ONCE;
use crate::Context;
use crate::activity::newest_uses;
use model::{Incident, Problem, Readable, RevocationStatus, RevokeTarget, Unlisted, Uses};
use protocol::{DeployTokenId, Moment, ProjectId};

/// What a report tells of a run that is over, with what only the server knows: nothing of it was asked while a token was to
/// be ended, last uses among it.
pub async fn incident(
    context: &Context,
    origin: String,
    started: Moment,
    mut tokens: Vec<(RevokeTarget, RevocationStatus)>,
    unlisted: Vec<Unlisted>,
) -> Incident {
    let ended = Moment::now();
    let targets: Vec<RevokeTarget> = tokens.iter().map(|(target, _)| target.clone()).collect();
    let (reach, by, uses) = tokio::join!(
        reach(context, &targets),
        who(context),
        last_uses(context, &targets)
    );
    for (target, _) in &mut tokens {
        if let Some(uses) = uses.get(&target.project).filter(|_| !target.last_use.is_known()) {
            target.last_use = uses.last(&target.token);
        }
    }
    Incident {
        by: by.ok(),
        origin,
        started,
        ended,
        tokens,
        keys: Vec::new(),
        reach,
        unlisted,
    }
}

/// The names of the variables that the runners of these tokens could have read, an entry an environment. Names only:
/// nothing is opened.
async fn reach(context: &Context, targets: &[RevokeTarget]) -> Vec<Readable> {
    let mut places: Vec<RevokeTarget> = Vec::new();
    for target in targets {
        let same =
            |it: &RevokeTarget| it.project == target.project && it.environment.id == target.environment.id;
        if !places.iter().any(same) {
            places.push(target.clone());
        }
    }
    let places = places.into_iter().map(|target| async move {
        let names = context
            .client
            .variable_names(&target.project, &target.environment.name)
            .await;
        Readable {
            project_name: target.project_name.clone(),
            environment: target.environment.name.clone(),
            variables: names.map_err(Problem::from),
        }
    });
    stream::iter(places).buffered(AT_ONCE).collect().await
}

/// When runners last fetched with these tokens, by project.
async fn last_uses(context: &Context, targets: &[RevokeTarget]) -> BTreeMap<ProjectId, Uses> {
    let mut wanted: BTreeMap<ProjectId, Vec<DeployTokenId>> = BTreeMap::new();
    for target in targets {
        let tokens = wanted.entry(target.project.clone()).or_default();
        tokens.push(target.token.clone());
    }
    let asked = wanted.into_iter().map(|(project, tokens)| async move {
        let uses = newest_uses(context, &project, &tokens).await;
        (project, uses)
    });
    stream::iter(asked).buffered(AT_ONCE).collect().await
}

/// The signed-in user, as a report names them.
///
/// # Errors
/// API errors.
async fn who(context: &Context) -> Result<String, Problem> {
    let user = context.client.user().await?;
    Ok(match (user.name, user.email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => user.id,
    })
}
