//! Rows of the store as documents of the API.

mod feeds;
mod keys;
pub(super) mod webhooks;

pub(super) use feeds::{activity, environment_feed, project_feed, variable_feed};
pub(super) use keys::{Told, key};

use super::store::devices::Device;
use super::store::directory::{Environment, Member, Organization, Project};
use super::store::reshare::Request;
use super::store::tokens::Token;
use super::store::users::User;
use super::store::variables::VariableRow;
use protocol::EnvironmentName;
use protocol::wire::bundle::{BundleDocument, VariableDocument, VariableMeta};
use protocol::wire::devices::{
    DEVICES, ListedAttributes, ListedDeviceDocument, ListedRelationships, OwnAttributes, OwnerDocument,
    RegisteredAttributes, RevokedDeviceAttributes, ShownAttributes,
};
use protocol::wire::directory::{EnvironmentDocument, OrganizationDocument, ProjectDocument, USERS};
use protocol::wire::environment_key::KeyDocument;
use protocol::wire::members::MemberDocument;
use protocol::wire::reshare::{
    NameAttributes, PersonAttributes, RESHARE_REQUESTS, Related, RequestAttributes, RequestDocument,
    RequestRelationships, TargetDeviceAttributes,
};
use protocol::wire::tokens::{DEPLOYMENT_TOKEN, TokenAttributes, TokenDocument};
use protocol::wire::{Data, Identifier, Resource, names::NameDocument};

/// A device as registering tells it.
pub(super) fn registered(row: &Device) -> Resource<'_, RegisteredAttributes<'_>> {
    let attributes = RegisteredAttributes {
        public_key: &row.public_key,
        platform: row.system(),
        created_at: &row.created_at,
    };
    device(row, attributes)
}

/// A device that is asked for by its id.
pub(super) fn shown(row: &Device) -> Resource<'_, ShownAttributes<'_>> {
    let attributes = ShownAttributes {
        public_key: &row.public_key,
        platform: row.system(),
        status: row.status,
        last_seen_at: None,
        revoked_at: row.revoked_at.as_deref(),
        created_at: &row.created_at,
    };
    device(row, attributes)
}

/// A device in the list of one's own.
pub(super) fn own_device(row: &Device) -> Resource<'_, OwnAttributes<'_>> {
    let attributes = OwnAttributes {
        name: filled(&row.name),
        public_key: &row.public_key,
        platform: row.system(),
        client_type: &row.client_type,
        status: row.status,
        last_seen_at: None,
        revoked_at: row.revoked_at.as_deref(),
        created_at: &row.created_at,
        updated_at: &row.updated_at,
        user_id: &row.user_id,
    };
    device(row, attributes)
}

/// A device that was revoked.
pub(super) fn revoked(row: &Device) -> Resource<'_, RevokedDeviceAttributes<'_>> {
    let attributes = RevokedDeviceAttributes {
        status: row.status,
        revoked_at: row.revoked_at.as_deref(),
    };
    device(row, attributes)
}

fn device<A>(row: &Device, attributes: A) -> Resource<'_, A> {
    Resource {
        kind: DEVICES,
        id: row.id.as_str(),
        attributes,
    }
}

/// A device in the list of an environment.
pub(super) fn listed<'a>(row: &'a Device, owner: &'a User) -> ListedDeviceDocument<'a> {
    ListedDeviceDocument {
        kind: DEVICES,
        id: row.id.as_str(),
        attributes: ListedAttributes {
            name: filled(&row.name),
            public_key: &row.public_key,
            platform: row.system(),
            status: row.status,
            last_seen_at: None,
            created_at: &row.created_at,
            user_id: &row.user_id,
        },
        relationships: ListedRelationships {
            user: OwnerDocument {
                data: Identifier {
                    kind: USERS,
                    id: &owner.id,
                },
                attributes: person(owner),
            },
        },
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
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

/// A member of an organisation.
pub(super) fn member(row: &Member) -> MemberDocument<'_> {
    MemberDocument {
        id: &row.user.id,
        name: filled(&row.user.name),
        email: &row.user.email,
        role: Some(&row.role),
        joined_at: row.joined_at.as_deref(),
        is_owner: row.is_owner,
    }
}

/// A project; with its environments in the list of its organisation.
pub(super) fn project<'a>(row: &'a Project, environments: Option<&'a [Environment]>) -> ProjectDocument<'a> {
    ProjectDocument {
        id: &row.id,
        name: &row.name,
        slug: &row.slug,
        organization_id: &row.organization_id,
        deployment_provider: &row.deployment_provider,
        stack: row
            .stack
            .as_deref()
            .and_then(|stack| serde_json::from_str(stack).ok()),
        environments: environments.map(|list| list.iter().map(environment).collect()),
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
        file_format: &row.file_format,
        created_at: &row.created_at,
        updated_at: &row.updated_at,
    }
}

/// A deploy token.
pub(super) fn token(row: &Token) -> TokenDocument<'_> {
    TokenDocument {
        kind: DEPLOYMENT_TOKEN,
        id: row.id.as_str(),
        attributes: TokenAttributes {
            name: &row.name,
            environment_id: &row.environment_id,
            project_id: &row.project_id,
            public_key: &row.public_key,
            status: row.status,
            token_suffix: &row.ci.suffix,
            created_at: &row.created_at,
            updated_at: &row.updated_at,
            revoked_at: row.revoked_at.as_deref(),
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
                    name: filled(&row.device_name),
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
        name: filled(&user.name),
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

/// An environment's variables and its key.
pub(super) fn bundle<'a>(
    env: &'a EnvironmentName,
    variables: &'a [VariableRow],
    key: Option<KeyDocument<'a>>,
    wanted: Wanted,
) -> BundleDocument<'a> {
    BundleDocument {
        env,
        chain: [env],
        secrets: variables.iter().map(|row| variable(env, row, wanted)).collect(),
        environment_key: key.map(|data| Data { data }),
    }
}

fn variable<'a>(env: &'a EnvironmentName, row: &'a VariableRow, wanted: Wanted) -> VariableDocument<'a> {
    VariableDocument {
        id: &row.id,
        env,
        name: &row.name,
        ciphertext: &row.ciphertext,
        nonce: &row.nonce,
        alg: &row.alg,
        aad: row.aad.as_ref(),
        claims: row.claims.as_ref(),
        line_bytes: row.line_bytes,
        is_commented: row.is_commented,
        updated_at: &row.updated_at,
        updated_by: Some(&row.updated_by_email),
        version: wanted.versions.then_some(row.version),
        meta: wanted.meta.then_some(VariableMeta {
            line_bytes: row.line_bytes,
            is_vapor_secret: row.is_vapor_secret,
            is_commented: row.is_commented,
        }),
    }
}

/// A variable's name, and its version if that is wanted.
pub(super) fn name(row: &VariableRow, with_version: bool) -> NameDocument<'_> {
    NameDocument {
        name: &row.name,
        version: with_version.then_some(row.version),
        updated_at: &row.updated_at,
        updated_by_email: Some(&row.updated_by_email),
        is_commented: row.is_commented,
    }
}
