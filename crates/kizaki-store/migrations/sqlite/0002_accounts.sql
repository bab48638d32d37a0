-- People with an account. All times are Unix milliseconds.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    -- As it was given, with its domain in lower case; and as it is compared.
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Argon2id in PHC form.
    password_hash TEXT NOT NULL,
    verified_ms INTEGER,
    created_ms INTEGER NOT NULL
) STRICT;

-- A session ends with its row.
CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_ms);

-- What links in mails hold; one that was used has no row.
CREATE TABLE mail_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'reset')),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_tokens_user ON mail_tokens (user_id);
CREATE INDEX mail_tokens_expires ON mail_tokens (expires_ms);

-- Attempts; the subject is a hash, because whoever tries chooses what it is made of.
CREATE TABLE attempts (
    subject BLOB NOT NULL PRIMARY KEY CHECK (length(subject) = 32),
    count INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_last ON attempts (last_ms);

-- Mails that are still to be sent.
CREATE TABLE mails (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('verify', 'reset', 'exists')),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tries INTEGER NOT NULL,
    next_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX mails_next ON mails (next_ms);
CREATE INDEX mails_user ON mails (user_id);
