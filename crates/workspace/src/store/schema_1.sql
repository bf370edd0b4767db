-- Times are ISO 8601 in UTC with milliseconds, so that their order as text is their order in time.

CREATE TABLE users (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
) STRICT;

CREATE TABLE organizations (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE memberships (
    organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE projects (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
    name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, deployment_provider TEXT NOT NULL, stack TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (organization_id, slug)
) STRICT;

CREATE TABLE environments (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
    name TEXT NOT NULL, type TEXT NOT NULL, base_id TEXT REFERENCES environments,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE devices (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL, platform TEXT NOT NULL, public_key TEXT NOT NULL, public_signing_key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    last_seen_at TEXT, revoked_at TEXT, created_at TEXT NOT NULL
) STRICT;
CREATE INDEX devices_by_user ON devices (user_id);

-- One row a version; the highest version is the current one.
CREATE TABLE environment_keys (
    id TEXT PRIMARY KEY, environment_id TEXT NOT NULL REFERENCES environments ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version > 0), fingerprint TEXT NOT NULL,
    created_by_device_id TEXT NOT NULL, created_at TEXT NOT NULL, rotated_at TEXT,
    envelope_id TEXT NOT NULL, ciphertext_b64 TEXT NOT NULL, nonce_b64 TEXT NOT NULL, alg TEXT NOT NULL,
    envelope_created_at TEXT NOT NULL, envelope_updated_at TEXT,
    UNIQUE (environment_id, version)
) STRICT;

CREATE TABLE recipients (
    environment_key_id TEXT NOT NULL REFERENCES environment_keys ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('device', 'deployment')), recipient_id TEXT NOT NULL,
    edek_b64 TEXT NOT NULL, seen_at TEXT,
    PRIMARY KEY (environment_key_id, type, recipient_id)
) STRICT;
CREATE INDEX recipients_by_id ON recipients (recipient_id);

CREATE TABLE deploy_tokens (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
    environment_id TEXT NOT NULL REFERENCES environments ON DELETE CASCADE,
    name TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('active', 'revoked')), public_key TEXT NOT NULL,
    last_used_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, revoked_at TEXT,
    ci_token_id TEXT NOT NULL, ci_token_hash BLOB NOT NULL UNIQUE, ci_token_suffix TEXT NOT NULL, ci_expires_at TEXT
) STRICT;
CREATE INDEX deploy_tokens_by_environment ON deploy_tokens (environment_id, created_at, id);
CREATE INDEX deploy_tokens_by_project ON deploy_tokens (project_id, created_at, id);

CREATE TABLE variables (
    id TEXT PRIMARY KEY, environment_id TEXT NOT NULL REFERENCES environments ON DELETE CASCADE,
    name TEXT NOT NULL, version INTEGER NOT NULL,
    ciphertext TEXT NOT NULL, nonce TEXT NOT NULL, alg TEXT NOT NULL, aad TEXT NOT NULL, claims TEXT,
    env_kek_version INTEGER, env_kek_fingerprint TEXT,
    line_bytes INTEGER, is_vapor_secret INTEGER NOT NULL, is_commented INTEGER NOT NULL,
    client_sig TEXT NOT NULL, device_id TEXT NOT NULL, updated_by_email TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (environment_id, name)
) STRICT;

CREATE TABLE reshare_requests (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, project_id TEXT NOT NULL,
    environment_id TEXT NOT NULL REFERENCES environments ON DELETE CASCADE,
    required_key_version INTEGER NOT NULL,
    target_user_id TEXT NOT NULL, target_device_id TEXT NOT NULL REFERENCES devices ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'cancelled', 'superseded')),
    trigger_source TEXT NOT NULL, cancel_reason TEXT, resolved_by_user_id TEXT,
    created_at TEXT NOT NULL, resolved_at TEXT
) STRICT;
CREATE INDEX reshare_requests_by_organization ON reshare_requests (organization_id, created_at);
CREATE UNIQUE INDEX one_pending_request ON reshare_requests (environment_id, target_device_id)
    WHERE status = 'pending';

CREATE TABLE events (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
    environment_id TEXT REFERENCES environments ON DELETE CASCADE,
    occurred_at TEXT NOT NULL, operation TEXT NOT NULL, description TEXT,
    actor_type TEXT NOT NULL, actor_id TEXT, actor_name TEXT, actor_email TEXT,
    variable TEXT, variable_id TEXT, variable_version INTEGER,
    kek_version INTEGER, kek_fingerprint TEXT, line_bytes INTEGER, commented INTEGER, change_note TEXT
) STRICT;
CREATE INDEX events_by_project ON events (project_id, occurred_at);
CREATE INDEX events_by_environment ON events (environment_id, occurred_at);
