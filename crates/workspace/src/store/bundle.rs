//! The bundle of sealed variables that devices pull and runners fetch (docs/protocol.md 8.1, 9.4).

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::directory::{self, Environment};
use super::variables::{self, VariableRow};

/// What the caller wants of each variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    /// `include_meta=1`
    pub(crate) meta: bool,
    /// `include_versions=1`
    pub(crate) versions: bool,
    /// `only[]`; empty means all.
    pub(crate) only: Vec<String>,
}

/// The bundle without a key: all layers, outermost first, each in its own order.
pub(crate) fn bundle(
    db: &Connection,
    environment: &Environment,
    wishes: &Wishes,
) -> rusqlite::Result<Map<String, Value>> {
    let layers = directory::chain(db, environment)?;
    let mut secrets = Vec::new();
    for layer in &layers {
        let wanted = |row: &VariableRow| wishes.only.is_empty() || wishes.only.contains(&row.name);
        let rows = variables::list(db, &layer.id)?;
        secrets.extend(
            rows.iter()
                .filter(|row| wanted(row))
                .map(|row| secret(layer, row, wishes)),
        );
    }
    let mut bundle = Map::new();
    bundle.insert("env".to_owned(), environment.name.clone().into());
    bundle.insert(
        "chain".to_owned(),
        layers.iter().map(|layer| layer.name.clone()).collect(),
    );
    bundle.insert("secrets".to_owned(), secrets.into());
    Ok(bundle)
}

fn secret(layer: &Environment, row: &VariableRow, wishes: &Wishes) -> Value {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let mut secret = json!({
        "env": layer.name, "name": row.name, "ciphertext": row.ciphertext, "nonce": row.nonce, "alg": row.alg,
        "aad": parsed(&row.aad),
    });
    if let Some(members) = secret.as_object_mut() {
        if let Some(claims) = &row.claims {
            members.insert("claims".to_owned(), parsed(claims));
        }
        if wishes.versions {
            members.insert("version".to_owned(), row.version.into());
        }
        members.insert("env_kek_version".to_owned(), row.env_kek_version.into());
        members.insert(
            "env_kek_fingerprint".to_owned(),
            row.env_kek_fingerprint.clone().into(),
        );
        if wishes.meta {
            let meta = json!({
                "line_bytes": row.line_bytes, "is_vapor_secret": row.is_vapor_secret,
                "is_commented": row.is_commented, "is_override": false,
            });
            members.insert("meta".to_owned(), meta);
        }
    }
    secret
}
