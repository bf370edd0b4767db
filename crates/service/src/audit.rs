//! Looking through every environment of every project that the user can see for what somebody should act on.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};

use crate::activity::last_uses;
use crate::{Context, Directory, directory, list_project};
use model::{Audit, AuditFact, AuditFinding, AuditLimits, AuditStep, CallError, ListOf, Problem, Unlisted};
use protocol::crypto;
use protocol::crypto::envelope::EncryptedEnvelope;
use protocol::envelope::PublishedKey;
use protocol::{
    DeployToken, DeviceId, Environment, Fingerprint, Moment, Project, RecipientKind, TokenEntry, TokenStatus,
};

/// How many projects are looked into at once: each asks for several lists.
const AT_ONCE: usize = 2;

/// Looks into everything, and tells of each project when it was looked into. One project that fails is told and stops nothing.
///
/// # Errors
/// API errors of the list of organisations; a session that has ended.
pub async fn audit(
    context: &Context,
    limits: AuditLimits,
    now: Moment,
    tell: &(dyn Fn(AuditStep) + Send + Sync),
) -> Result<Audit, Problem> {
    let Directory {
        projects, unlisted, ..
    } = directory(context).await?;
    let mut audit = Audit {
        unlisted,
        projects: projects.len(),
        keys: context.device.is_some(),
        ..Audit::default()
    };
    tell(AuditStep::Begun(audit.clone()));
    let looks = projects
        .into_iter()
        .map(|it| async move { (look_into(context, &it, limits, now).await, it) });
    let mut looks = stream::iter(looks).buffered(AT_ONCE);
    while let Some((looked, project)) = looks.next().await {
        let part = match looked {
            Ok(part) => part,
            Err(error) if error.call().is_some_and(CallError::needs_sign_in) => return Err(error),
            Err(error) => not_looked_into(project, error),
        };
        tell(AuditStep::Project(part.clone()));
        audit.add(part);
    }
    Ok(audit)
}

fn not_looked_into(project: Project, error: Problem) -> Audit {
    let name = project.name;
    Audit {
        unlisted: vec![Unlisted::Project { name, error }],
        ..Audit::default()
    }
}

async fn look_into(
    context: &Context,
    project: &Project,
    limits: AuditLimits,
    now: Moment,
) -> Result<Audit, Problem> {
    let environments = context.client.environments(&project.id).await?;
    let mut entries = list_project(context, &project.id).await?;
    last_uses(context, &project.id, &entries)
        .await
        .fill_in(&mut entries);
    let mut part = Audit {
        environments: environments.list.len(),
        ..Audit::default()
    };
    let gap = Unlisted::entries(
        ListOf::Environments(project.name.clone()),
        environments.unreadable,
    );
    part.unlisted.extend(gap);
    let unreadable = entries.iter().filter_map(|entry| match entry {
        TokenEntry::Malformed(unread) => Some(unread.clone()),
        TokenEntry::Token(_) => None,
    });
    let gap = Unlisted::entries(ListOf::Tokens(project.name.clone()), unreadable.collect());
    part.unlisted.extend(gap);
    let mut keys = Vec::new();
    for environment in &environments.list {
        keys.push(look_at_key(context, project, environment).await?);
    }
    let edeks = keys.iter().flatten().flat_map(Key::edeks);
    let disclosed = crypto::find_disclosed_signers(edeks);
    for (environment, key) in environments.list.iter().zip(&keys) {
        let all = entries.iter().filter_map(TokenEntry::token);
        let tokens: Vec<&DeployToken> = all.filter(|it| it.environment_id == environment.id).collect();
        let active = tokens.iter().filter(|it| it.may_be_active()).count();
        part.tokens = part.tokens.saturating_add(active);
        let found = &mut part.findings;
        Findings {
            project,
            environment,
            found,
        }
        .look_at(&tokens, key.as_ref(), &disclosed, (limits, now));
    }
    Ok(part)
}

/// An environment's key, and who is listed.
struct Key {
    published: PublishedKey,
    own: DeviceId,
    devices: HashSet<DeviceId>,
}

/// `None` where this machine is no device, or the key is not for it, or there is none.
async fn look_at_key(
    context: &Context,
    project: &Project,
    environment: &Environment,
) -> Result<Option<Key>, Problem> {
    let Some(device) = &context.device else {
        return Ok(None);
    };
    let client = &context.client;
    let asked = client.environment_key(&project.id, &environment.name, &device.id);
    let published = match asked.await {
        Ok(Some(published)) => published,
        Ok(None) | Err(CallError::ReshareRequired { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let devices = client.devices(&project.id, &environment.name).await?;
    Ok(Some(Key {
        published,
        own: device.id.clone(),
        devices: devices.list.into_iter().map(|it| it.id).collect(),
    }))
}

/// What is found in one environment.
struct Findings<'a> {
    project: &'a Project,
    environment: &'a Environment,
    found: &'a mut Vec<AuditFinding>,
}

impl Findings<'_> {
    fn find(&mut self, fact: AuditFact) {
        self.found.push(AuditFinding {
            project: self.project.id.clone(),
            project_name: self.project.name.clone(),
            environment_id: self.environment.id.clone(),
            environment: self.environment.name.clone(),
            fact,
        });
    }

    fn look_at(
        &mut self,
        tokens: &[&DeployToken],
        key: Option<&Key>,
        disclosed: &[Fingerprint],
        (limits, now): (AuditLimits, Moment),
    ) {
        let told = key.and_then(|key| key.published.told_recipients(&key.own));
        for token in tokens {
            let is_sealed = |kind: &RecipientKind| *kind == RecipientKind::Deployment(token.id.clone());
            let lacks_key = token.may_be_active()
                && told.is_some_and(|told| !told.iter().any(|entry| is_sealed(&entry.kind)));
            let health = if lacks_key {
                model::TokenHealth::NotShared
            } else {
                model::health(token, now, limits.health)
            };
            if health.needs_a_look() {
                let (id, name) = (token.id.clone(), token.name.clone());
                self.find(AuditFact::Token { id, name, health });
            }
        }
        let Some(key) = key else { return };
        if key.published.sealed.is_none() {
            self.find(AuditFact::KeyOfNobody);
            return;
        }
        let still: Vec<String> = told
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| key.not_listed(&entry.kind, tokens))
            .collect();
        if !still.is_empty() {
            self.find(AuditFact::StillSealed(still));
        }
        let signed: Vec<String> = disclosed
            .iter()
            .filter(|signer| key.is_signed_by(**signer))
            .map(|signer| signer.short())
            .collect();
        if !signed.is_empty() {
            self.find(AuditFact::DisclosedSigner(signed));
        }
        let Some(made) = key.published.created_at else {
            return;
        };
        let kept = tokens
            .iter()
            .filter(|it| matches!(it.status, TokenStatus::Revoked { at: Some(at) } if at > made));
        let kept: Vec<String> = kept.map(|it| it.name.clone()).collect();
        if !kept.is_empty() {
            self.find(AuditFact::MayHaveKept(kept));
        }
        let age = now.days_since(made);
        if limits.key_age.is_some_and(|most| age > most) {
            self.find(AuditFact::OldKey(age));
        }
    }
}

impl Key {
    /// What it is sealed as for each recipient.
    fn edeks(&self) -> impl Iterator<Item = &str> {
        let sealed = self.published.sealed.iter();
        sealed
            .flat_map(|it| &it.recipients)
            .map(|it| it.edek_b64.as_str())
    }

    fn is_signed_by(&self, signer: Fingerprint) -> bool {
        let mut envelopes = self
            .edeks()
            .filter_map(|it| EncryptedEnvelope::from_edek(it).ok());
        envelopes.any(|it| it.sender() == Some(signer))
    }

    /// The name or id of a recipient that is revoked, or not on any list.
    fn not_listed(&self, kind: &RecipientKind, tokens: &[&DeployToken]) -> Option<String> {
        match kind {
            RecipientKind::Device(id) => (!self.devices.contains(id)).then(|| id.to_string()),
            RecipientKind::Deployment(id) => match tokens.iter().find(|it| it.id == *id) {
                Some(token) if token.may_be_active() => None,
                Some(token) => Some(token.name.clone()),
                None => Some(id.to_string()),
            },
        }
    }
}
