-- Sign-in (docs/protocol.md 2): passwords as argon2id hashes, one-time codes, tickets of the browser flow.

ALTER TABLE users ADD COLUMN password_hash TEXT;
ALTER TABLE users ADD COLUMN totp_secret BLOB;
-- The time step of the last code that was taken: a code works once (RFC 6238 5.2).
ALTER TABLE users ADD COLUMN totp_last_step INTEGER;
ALTER TABLE users ADD COLUMN email_verified_at TEXT;

-- The program that waits knows the ticket, the browser knows the page; neither follows from the other.
CREATE TABLE sign_in_tickets (
    ticket_hash BLOB PRIMARY KEY, page_hash BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'cancelled', 'used')),
    user_id TEXT REFERENCES users ON DELETE CASCADE,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;

-- Attempts that failed, or whose outcome is not known yet.
CREATE TABLE sign_in_attempts (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_attempts_by_email ON sign_in_attempts (email, at);
