-- As the hosted service keeps it: roles, an activity feed, several keys of one version, keys without an envelope.

ALTER TABLE organizations ADD COLUMN plan TEXT NOT NULL DEFAULT 'standard';
-- Whether its variables are kept by the desktop program now, and not here any more.
ALTER TABLE organizations ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;

ALTER TABLE memberships ADD COLUMN role TEXT NOT NULL DEFAULT 'developer';
ALTER TABLE memberships ADD COLUMN is_owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE memberships ADD COLUMN joined_at TEXT;
UPDATE memberships SET joined_at = (SELECT created_at FROM users WHERE id = user_id);
-- The first session is that of the workspace's own user.
UPDATE memberships SET role = 'admin', is_owner = 1 WHERE user_id IN (SELECT user_id FROM access_tokens WHERE id = 1);

ALTER TABLE environments ADD COLUMN file_format TEXT NOT NULL DEFAULT 'env';

ALTER TABLE devices ADD COLUMN client_type TEXT NOT NULL DEFAULT 'cli';
ALTER TABLE devices ADD COLUMN updated_at TEXT;
CREATE INDEX devices_by_public_key ON devices (public_key);

CREATE INDEX deploy_tokens_by_public_key ON deploy_tokens (public_key);
CREATE INDEX deploy_tokens_by_ci_token ON deploy_tokens (ci_token_id);

-- The highest version is the current one. A key whose recipients were refused has no envelope.
CREATE TABLE environment_keys_3 (
    id TEXT PRIMARY KEY, environment_id TEXT NOT NULL REFERENCES environments ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version > 0), fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) <= 64),
    created_by_device_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, rotated_at TEXT,
    envelope_id TEXT, ciphertext_b64 TEXT, nonce_b64 TEXT, alg TEXT, envelope_created_at TEXT
) STRICT;
INSERT INTO environment_keys_3
    SELECT id, environment_id, version, fingerprint, created_by_device_id, created_at, created_at, NULL,
    envelope_id, ciphertext_b64, nonce_b64, alg, envelope_created_at FROM environment_keys;
-- In the order in which they were sent; one that is named twice is there twice.
CREATE TABLE recipients_3 (
    environment_key_id TEXT NOT NULL REFERENCES environment_keys_3 ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('device', 'deployment')), recipient_id TEXT NOT NULL,
    edek_b64 TEXT NOT NULL
) STRICT;
INSERT INTO recipients_3
    SELECT environment_key_id, type, recipient_id, edek_b64 FROM recipients ORDER BY environment_key_id, type DESC, rowid;
DROP TABLE recipients;
DROP TABLE environment_keys;
ALTER TABLE environment_keys_3 RENAME TO environment_keys;
ALTER TABLE recipients_3 RENAME TO recipients;
CREATE INDEX environment_keys_by_environment ON environment_keys (environment_id, version);
CREATE INDEX recipients_by_key ON recipients (environment_key_id, type, recipient_id);
CREATE INDEX recipients_by_id ON recipients (recipient_id);

UPDATE reshare_requests SET trigger_source = CASE trigger_source
    WHEN 'device_registered' THEN 'device_link' WHEN 'key_requested' THEN 'key_fetch' ELSE 'manual' END;

-- Who did what, deploy tokens included; the feeds of variables and keys are in `events`.
CREATE TABLE activity (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
    project_id TEXT REFERENCES projects ON DELETE CASCADE,
    occurred_at TEXT NOT NULL, log_name TEXT NOT NULL, event TEXT NOT NULL, description TEXT NOT NULL,
    subject_type TEXT NOT NULL, subject_id TEXT, subject_name TEXT,
    causer_type TEXT NOT NULL, causer_id TEXT, causer_name TEXT, causer_email TEXT
) STRICT;
CREATE INDEX activity_by_project ON activity (project_id, occurred_at);
CREATE INDEX activity_by_organization ON activity (organization_id, occurred_at);

INSERT INTO activity
    SELECT v.id, p.organization_id, v.project_id, v.occurred_at, 'environment',
    'deployment_token_' || substr(v.operation, 14),
    upper(substr(v.operation, 14, 1)) || substr(v.operation, 15) || ' deployment token "' || coalesce(v.description, '')
    || '" for "' || e.name || '" via cli.',
    'environment', e.id, e.name, 'user', v.actor_id, v.actor_name, v.actor_email
    FROM events v JOIN projects p ON p.id = v.project_id JOIN environments e ON e.id = v.environment_id
    WHERE v.operation LIKE 'deploy\_token\_%' ESCAPE '\';
INSERT INTO activity
    SELECT v.id, p.organization_id, v.project_id, v.occurred_at, 'environment', 'created',
    'Created environment "' || e.name || '".', 'environment', e.id, e.name, 'user', v.actor_id, v.actor_name, v.actor_email
    FROM events v JOIN projects p ON p.id = v.project_id JOIN environments e ON e.id = v.environment_id
    WHERE v.operation = 'environment_created';
INSERT INTO activity
    SELECT v.id, p.organization_id, v.project_id, v.occurred_at, 'project', 'created',
    'Created project "' || p.name || '".', 'project', p.id, p.name, 'user', v.actor_id, v.actor_name, v.actor_email
    FROM events v JOIN projects p ON p.id = v.project_id WHERE v.operation = 'project_created';
-- The last use of a token is that of the newest fetch.
INSERT INTO activity
    SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    p.organization_id, p.id, t.last_used_at, 'environment', 'deploy', 'Deployed environment "' || e.name || '".',
    'environment', e.id, e.name, 'deployment_token', t.id, t.name, NULL
    FROM deploy_tokens t JOIN environments e ON e.id = t.environment_id JOIN projects p ON p.id = t.project_id
    WHERE t.last_used_at IS NOT NULL;
DELETE FROM events WHERE operation LIKE 'deploy\_token\_%' ESCAPE '\' OR operation IN ('environment_created', 'project_created');
UPDATE events SET operation = 'environment_key_created' WHERE operation = 'environment_key_rotated';
UPDATE events SET operation = 'environment_key_reshared' WHERE operation = 'environment_key_shared';
