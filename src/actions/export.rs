//! What a list shows, as a file. On a phone, which has no folder that its user would look into, it is copied.

use std::collections::BTreeSet;

use dioxus::prelude::*;

use super::{Actions, Choice};
use crate::state::Load;
use model::{Export, ExportForm, Holder, HolderKind, News, PublicText};
use protocol::secret::SecretText;
use protocol::{DeployToken, DeployTokenId, Fingerprint, Moment, TokenEntry, TokenStatus};

/// What is written of a token (docs/export.md).
const TOKENS: [&str; 14] = [
    "id",
    "name",
    "project",
    "environment",
    "status",
    "attention",
    "created_at",
    "last_used_at",
    "last_used_why",
    "expires_at",
    "expires_why",
    "revoked_at",
    "fingerprint",
    "sent_to",
];

/// What is written of who holds a key.
const HOLDERS: [&str; 9] = [
    "kind",
    "id",
    "name",
    "project",
    "environment",
    "holds_the_key",
    "since",
    "last_seen_at",
    "fingerprint",
];

impl Actions {
    /// What the list says of these tokens, in this order.
    pub(super) fn export(&self, form: ExportForm, ids: &[DeployTokenId]) {
        let wanted: BTreeSet<&DeployTokenId> = ids.iter().collect();
        let rows = {
            let entries = self.state.tokens.entries.peek();
            let Load::Ready(entries) = &*entries else {
                return;
            };
            let tokens = entries.iter().filter_map(TokenEntry::token);
            let found: std::collections::BTreeMap<_, _> = tokens
                .filter(|it| wanted.contains(&it.id))
                .map(|it| (&it.id, it))
                .collect();
            let found = ids.iter().filter_map(|id| found.get(id));
            found.map(|it| self.token_row(it)).collect()
        };
        let export = Export {
            columns: &TOKENS,
            rows,
        };
        self.write_export("deploy-tokens", form, export);
    }

    /// Who holds the key of the open environment, as far as these are listed.
    pub(super) fn export_holders(&self, form: ExportForm, holders: &[Holder]) {
        let export = Export {
            columns: &HOLDERS,
            rows: holders.iter().map(|it| self.holder_row(it)).collect(),
        };
        self.write_export("access", form, export);
    }

    fn token_row(&self, token: &DeployToken) -> Vec<Option<String>> {
        let (tokens, now) = (self.state.tokens, Moment::now());
        let health = tokens.health_of(token, now);
        let handed = tokens.handed.peek();
        let sent_to: Vec<String> = handed
            .get(&token.id)
            .map(|all| all.iter().map(|it| it.destination.to_string()).collect())
            .unwrap_or_default();
        let revoked = match &token.status {
            TokenStatus::Revoked { at } => *at,
            _ => None,
        };
        vec![
            Some(token.id.to_string()),
            Some(token.name.clone()),
            self.project_name(),
            Some(token.environment_name.to_string()),
            Some(text::status(token).to_owned()),
            health.needs_a_look().then(|| text::health(&health)),
            token.created.known().map(Moment::to_wire),
            token.last_use.known().map(Moment::to_wire),
            Some(token.last_use.word().to_owned()),
            token.end.known().map(Moment::to_wire),
            Some(token.end.word().to_owned()),
            revoked.map(Moment::to_wire),
            token.fingerprint().map(Fingerprint::to_hex),
            (!sent_to.is_empty()).then(|| sent_to.join("; ")),
        ]
    }

    fn holder_row(&self, holder: &Holder) -> Vec<Option<String>> {
        let (kind, id) = match &holder.kind {
            HolderKind::Device { id, .. } => ("device", Some(id.to_string())),
            HolderKind::Token { id } => ("token", id.as_ref().map(ToString::to_string)),
        };
        vec![
            Some(kind.to_owned()),
            id,
            Some(holder.name.clone()),
            self.project_name(),
            Some(self.state.place.environment_name()),
            Some(holder.standing.word().to_owned()),
            holder.since.map(Moment::to_wire),
            holder.last_seen.known().map(Moment::to_wire),
            holder.fingerprint.map(Fingerprint::to_hex),
        ]
    }

    fn project_name(&self) -> Option<String> {
        self.state.place.project.peek().as_ref().map(|it| it.name.clone())
    }

    fn write_export(&self, what: &'static str, form: ExportForm, export: Export) {
        let actions = self.clone();
        let environment = self.state.place.environment_name();
        let lines = export.rows.len();
        let Some(folder) = self.platform.report_folder() else {
            return self.copy_text(PublicText::List, export.write(form));
        };
        let choosing = self.platform.choose(Choice::NewFile {
            title: "Export what is shown".to_owned(),
            folder,
            name: format!("{}.{}", stem(what, &environment, Moment::now()), form.ending()),
        });
        spawn(async move {
            let Some(path) = choosing.await else { return };
            let text = SecretText::new(export.write(form));
            let saved = actions.platform.save(path.clone(), text).await;
            actions.tell(saved.map_or_else(News::Trouble, |()| News::Exported { path, lines }));
        });
    }
}

/// `deploy-tokens-production-2026-11-24`: an environment's name is not trusted to be a name of a file.
fn stem(what: &str, environment: &str, at: Moment) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let plain: String = environment
        .chars()
        .map(|c| if is_plain(c) { c } else { '-' })
        .take(60)
        .collect();
    let wire = at.to_wire();
    let day = wire.split('T').next().unwrap_or_default();
    format!("{what}-{plain}-{day}")
}
