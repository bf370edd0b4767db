-- Audit webhooks (docs/protocol.md 19): who wants to hear of the activity, what is to be sent yet, and how it went.

CREATE TABLE audit_webhooks (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
    name TEXT NOT NULL, endpoint_url TEXT NOT NULL,
    -- Kept as it is: what is sent is signed with it.
    signing_secret TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'disabled', 'dead_letter')),
    consecutive_failures INTEGER NOT NULL DEFAULT 0, last_error TEXT,
    last_delivered_at TEXT, disabled_at TEXT, dead_lettered_at TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX audit_webhooks_by_organization ON audit_webhooks (organization_id, created_at);

-- Written with the activity itself, removed when it was taken or given up. Whoever sends moves `due_at` first, so that of two
-- processes one sends.
CREATE TABLE audit_webhook_queue (
    id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES audit_webhooks ON DELETE CASCADE,
    activity_id TEXT NOT NULL REFERENCES activity ON DELETE CASCADE,
    attempts INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL
) STRICT;
CREATE INDEX audit_webhook_queue_by_due ON audit_webhook_queue (due_at);
CREATE INDEX audit_webhook_queue_by_webhook ON audit_webhook_queue (webhook_id);

CREATE TABLE audit_webhook_deliveries (
    id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES audit_webhooks ON DELETE CASCADE,
    at TEXT NOT NULL, delivered INTEGER NOT NULL, http_status INTEGER NOT NULL, latency_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_webhook_deliveries_by_webhook ON audit_webhook_deliveries (webhook_id, at);

-- Webhooks are for the larger plans (docs/protocol.md 19).
UPDATE organizations SET plan = 'scale' WHERE plan = 'standard';

-- What else a publication may say of its outer layer.
ALTER TABLE environment_keys ADD COLUMN envelope_version TEXT NOT NULL DEFAULT '1';
ALTER TABLE environment_keys ADD COLUMN envelope_aad_b64 TEXT;
UPDATE environment_keys SET alg = 'xchacha20-poly1305' WHERE envelope_id IS NOT NULL AND alg IS NULL;

-- Which workspace this is, and how often it was changed: what is known outside of the database, too (workspace.imprint).
CREATE TABLE generation (
    one INTEGER PRIMARY KEY CHECK (one = 1), workspace TEXT NOT NULL, number INTEGER NOT NULL
) STRICT;
INSERT INTO generation VALUES (1, lower(hex(randomblob(16))), 1);
