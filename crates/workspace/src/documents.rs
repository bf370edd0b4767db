//! Rows of the store as documents of the API.

use super::store::bundle::Layer;
use super::store::devices::Device;
use super::store::directory::{Environment, Organization, Project};
use super::store::history::{self, Actor, Entry, Place, Totals};
use super::store::keys::{Key, RecipientRow};
use super::store::reshare::Request;
use super::store::tokens::Token;
use super::store::users::User;
use super::store::variables::VariableRow;
use protocol::EnvironmentName;
use protocol::wire::bundle::{BundleDocument, VariableDocument, VariableMeta};
use protocol::wire::devices::{DEVICES, DeviceAttributes, DeviceDocument};
use protocol::wire::directory::{EnvironmentDocument, OrganizationDocument, ProjectDocument};
use protocol::wire::environment_key::{
    ENCRYPTED_ENVELOPES, ENVIRONMENT_KEYS, EnvelopeAttributes, EnvelopeDocument, KeyAttributes, KeyDocument,
    KeyRelationships, RecipientDocument, kind_and_id,
};
use protocol::wire::history as feed;
use protocol::wire::reshare::{
    NameAttributes, PersonAttributes, RESHARE_REQUESTS, Related, RequestAttributes, RequestDocument,
    RequestRelationships, TargetDeviceAttributes,
};
use protocol::wire::tokens::{DEPLOY_TOKENS, EnvironmentReference, TokenAttributes, TokenDocument};
use protocol::wire::{Data, names::NameDocument};

/// A device.
pub(super) fn device(row: &Device) -> DeviceDocument<'_> {
    DeviceDocument {
        kind: DEVICES,
        id: row.id.as_str(),
        attributes: DeviceAttributes {
            name: &row.name,
            public_key: row.public_key.to_base64(),
            public_signing_key: row.public_signing_key.to_base64(),
            platform: &row.platform,
            status: row.status,
            last_seen_at: row.last_seen_at.as_deref(),
            revoked_at: row.revoked_at.as_deref(),
            created_at: &row.created_at,
        },
    }
}

/// An organisation.
pub(super) fn organization(row: &Organization) -> OrganizationDocument<'_> {
    OrganizationDocument {
        id: &row.id,
        name: &row.name,
        slug: &row.slug,
        created_at: &row.created_at,
        updated_at: &row.updated_at,
    }
}

/// A project with these environments.
pub(super) fn project<'a>(row: &'a Project, environments: &'a [Environment]) -> ProjectDocument<'a> {
    ProjectDocument {
        id: &row.id,
        name: &row.name,
        slug: &row.slug,
        organization_id: &row.organization_id,
        deployment_provider: &row.deployment_provider,
        environments: environments.iter().map(environment).collect(),
        created_at: &row.created_at,
        updated_at: &row.updated_at,
    }
}

/// An environment.
pub(super) fn environment(row: &Environment) -> EnvironmentDocument<'_> {
    EnvironmentDocument {
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
        base_id: row.base_id.as_ref(),
        created_at: &row.created_at,
        updated_at: &row.updated_at,
    }
}

/// A deploy token.
pub(super) fn token(row: &Token) -> TokenDocument<'_> {
    TokenDocument {
        kind: DEPLOY_TOKENS,
        id: row.id.as_str(),
        attributes: TokenAttributes {
            name: &row.name,
            status: row.status,
            public_key: row.public_key.to_base64(),
            fingerprint: row.public_key.fingerprint().to_hex(),
            last_used_at: row.last_used_at.as_deref(),
            created_at: &row.created_at,
            updated_at: &row.updated_at,
            revoked_at: row.revoked_at.as_deref(),
            expires_at: row.ci.expires_at.as_deref(),
            token_suffix: &row.ci.suffix,
            environment: EnvironmentReference {
                id: &row.environment_id,
                name: &row.environment_name,
            },
        },
    }
}

/// An environment key as it is shared with one recipient, or without an envelope. For a runner the ephemeral key is lifted to
/// the envelope (docs/protocol.md 8.1).
pub(super) fn key<'a>(
    row: &'a Key,
    own: Option<&'a RecipientRow>,
    lifted: Option<&'a str>,
) -> KeyDocument<'a> {
    let envelope = own.map(|own| {
        let (kind, id) = kind_and_id(&own.kind);
        EnvelopeDocument {
            id: &row.envelope.id,
            kind: ENCRYPTED_ENVELOPES,
            attributes: EnvelopeAttributes {
                ciphertext_b64: &row.envelope.ciphertext_b64,
                nonce_b64: &row.envelope.nonce_b64,
                alg: &row.envelope.alg,
                created_at: &row.envelope.created_at,
                updated_at: row.envelope.updated_at.as_deref(),
                revoked_at: None,
                recipients: vec![RecipientDocument {
                    kind,
                    id,
                    edek_b64: &own.edek_b64,
                    seen_at: own.seen_at.as_deref(),
                }],
                from_ephemeral_public_key: lifted,
            },
        }
    });
    KeyDocument {
        id: &row.id,
        kind: ENVIRONMENT_KEYS,
        attributes: KeyAttributes {
            version: row.version,
            fingerprint: row.fingerprint.to_hex(),
            created_at: &row.created_at,
            rotated_at: row.rotated_at.as_deref(),
            created_by_device_id: &row.created_by_device_id,
        },
        relationships: KeyRelationships {
            envelope: Data { data: envelope },
        },
    }
}

/// A request for an environment key.
pub(super) fn request(row: &Request) -> RequestDocument<'_> {
    RequestDocument {
        kind: RESHARE_REQUESTS,
        id: &row.id,
        attributes: RequestAttributes {
            organization_id: &row.organization_id,
            project_id: &row.project_id,
            environment_id: &row.environment_id,
            required_key_version: row.required_key_version,
            target_user_id: &row.target_user.id,
            target_device_id: &row.target_device_id,
            status: row.status,
            trigger_source: &row.trigger_source,
            cancel_reason: row.cancel_reason.as_deref(),
            created_at: &row.created_at,
            resolved_at: row.resolved_at.as_deref(),
            last_notified_at: None,
        },
        relationships: RequestRelationships {
            project: related(
                row.project_id.as_str(),
                NameAttributes {
                    name: &row.project_name,
                },
            ),
            environment: related(
                row.environment_id.as_str(),
                NameAttributes {
                    name: row.environment_name.as_str(),
                },
            ),
            target_user: related(&row.target_user.id, person(&row.target_user)),
            target_device: related(
                row.target_device_id.as_str(),
                TargetDeviceAttributes {
                    name: &row.device_name,
                    platform: &row.device_platform,
                    status: row.device_status,
                },
            ),
            resolved_by_user: Data {
                data: row.resolved_by.as_ref().map(|user| Related {
                    id: &user.id,
                    attributes: person(user),
                }),
            },
        },
    }
}

fn person(user: &User) -> PersonAttributes<'_> {
    PersonAttributes {
        name: &user.name,
        email: &user.email,
    }
}

fn related<A>(id: &str, attributes: A) -> Data<Related<'_, A>> {
    Data {
        data: Related { id, attributes },
    }
}

/// What the caller wants of each variable of a bundle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// `include_meta=1`
    pub(super) meta: bool,
    /// `include_versions=1`
    pub(super) versions: bool,
}

/// All layers, outermost first, each in its own order.
pub(super) fn bundle<'a>(
    env: &'a EnvironmentName,
    layers: &'a [Layer],
    wanted: Wanted,
) -> BundleDocument<'a> {
    let of_layer = |layer: &'a Layer| {
        let rows = layer.variables.iter();
        rows.map(move |row| variable(&layer.environment.name, row, wanted))
    };
    BundleDocument {
        env,
        chain: layers.iter().map(|layer| &layer.environment.name).collect(),
        secrets: layers.iter().flat_map(of_layer).collect(),
    }
}

fn variable<'a>(env: &'a EnvironmentName, row: &'a VariableRow, wanted: Wanted) -> VariableDocument<'a> {
    VariableDocument {
        env,
        name: &row.name,
        ciphertext: &row.ciphertext,
        nonce: &row.nonce,
        alg: &row.alg,
        aad: row.aad.as_ref(),
        claims: row.claims.as_ref(),
        version: wanted.versions.then_some(row.version),
        env_kek_version: row.env_kek_version,
        env_kek_fingerprint: row.env_kek_fingerprint.as_deref(),
        meta: wanted.meta.then_some(VariableMeta {
            line_bytes: row.line_bytes,
            is_vapor_secret: row.is_vapor_secret,
            is_commented: row.is_commented,
            is_override: false,
        }),
    }
}

/// A variable's name, and its version if that is wanted.
pub(super) fn name(row: &VariableRow, with_version: bool) -> NameDocument<'_> {
    NameDocument {
        name: &row.name,
        version: with_version.then_some(row.version),
        updated_at: &row.updated_at,
        updated_by_email: &row.updated_by_email,
    }
}

/// The feed of an environment.
pub(super) fn environment_feed<'a>(
    environment: &'a Environment,
    entries: &'a [Entry],
    totals: Totals,
) -> feed::EnvironmentFeed<'a> {
    let last = entries.first();
    let with_id = |row: &'a Entry| {
        let environment_secret_id = row.variable.as_ref().map(|variable| variable.id.as_str());
        entry(
            row,
            feed::OfSecret {
                environment_secret_id,
            },
        )
    };
    feed::EnvironmentFeed {
        scope: "environment",
        environment: here(environment),
        summary: feed::EnvironmentSummary {
            variables_changed_last_24h: totals.changed,
            total_variables: totals.variables,
            last_actor: last.map(|entry| actor(&entry.actor)),
            last_change_at: last.map(|entry| entry.occurred_at.as_str()),
        },
        entries: entries.iter().map(with_id).collect(),
    }
}

/// The feed of a project; `summary` without what the entries say.
pub(super) fn project_feed<'a>(
    project: &'a Project,
    entries: &'a [Entry],
    mut summary: feed::ProjectSummary<'a>,
) -> feed::ProjectFeed<'a> {
    let last = entries.first();
    summary.last_actor = last.map(|entry| actor(&entry.actor));
    summary.last_change_at = last.map(|entry| entry.occurred_at.as_str());
    let with_scope = |row: &'a Entry| {
        let kind = if row.environment.is_some() {
            "environment"
        } else {
            "project"
        };
        let environment = row.environment.as_ref().map(place);
        let scope = feed::Scope { kind, environment };
        entry(row, feed::InScope { scope })
    };
    feed::ProjectFeed {
        scope: "project",
        project: feed::ProjectReference {
            id: &project.id,
            name: &project.name,
        },
        summary,
        entries: entries.iter().map(with_scope).collect(),
    }
}

/// The feed of a variable; `None` without an entry, because then there was never one of that name.
pub(super) fn variable_feed<'a>(
    environment: &'a Environment,
    name: &'a str,
    entries: &'a [Entry],
) -> Option<feed::VariableFeed<'a>> {
    let last = entries.first()?;
    let with_note = |row: &'a Entry| {
        let body = row
            .note
            .as_deref()
            .and_then(|note| serde_json::from_str(note).ok());
        let change_note = body.map(|body| feed::ChangeNote {
            id: &row.id,
            created_at: &row.occurred_at,
            actor: actor(&row.actor),
            body,
        });
        let version = row.variable.as_ref().map_or(0, |variable| variable.number);
        entry(row, feed::OfVersion { version, change_note })
    };
    Some(feed::VariableFeed {
        scope: "variable",
        environment: here(environment),
        variable: feed::LatestVariable {
            name,
            latest_version: last.variable.as_ref().map(|variable| variable.number),
            last_updated_at: &last.occurred_at,
            last_updated_by: actor(&last.actor),
        },
        entries: entries.iter().map(with_note).collect(),
        meta: feed::FeedMeta {
            limit: history::LIMIT,
            truncated: false,
            permissions: feed::FeedPermissions {
                view_version_change_notes: true,
            },
        },
    })
}

fn entry<More>(row: &Entry, more: More) -> feed::Entry<'_, More> {
    let variable = row.variable.as_ref().map(|variable| feed::VariableState {
        name: &variable.name,
        version: variable.number,
        state: if row.operation == "variable_deleted" {
            "deleted"
        } else {
            "active"
        },
        version_id: format!("{}:{}", variable.id, variable.number),
    });
    let kek = row.kek.as_ref().map(|(version, fingerprint)| feed::KeyReference {
        version: *version,
        fingerprint: fingerprint.as_deref(),
    });
    feed::Entry {
        id: &row.id,
        occurred_at: &row.occurred_at,
        actor: actor(&row.actor),
        operation: &row.operation,
        variable,
        kek,
        line: row.line_bytes.map(|bytes| feed::Line { bytes, display: None }),
        commented: row.commented,
        description: row.description.as_deref().unwrap_or_default(),
        more,
    }
}

fn actor(row: &Actor) -> feed::Actor<'_> {
    feed::Actor {
        kind: &row.kind,
        id: row.id.as_deref(),
        name: row.name.as_deref(),
        email: row.email.as_deref(),
    }
}

fn here(row: &Environment) -> feed::EnvironmentReference<'_> {
    feed::EnvironmentReference {
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
    }
}

fn place(row: &Place) -> feed::EnvironmentReference<'_> {
    feed::EnvironmentReference {
        id: &row.id,
        name: &row.name,
        kind: &row.kind,
    }
}
