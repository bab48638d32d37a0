-- People who look after the service. All times are Unix milliseconds.
CREATE TABLE operators (
    id TEXT NOT NULL PRIMARY KEY,
    -- As it was given, and as it is compared.
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    -- Argon2id in PHC form.
    password_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- What the link to the set-up page holds; one that was used has no row.
CREATE TABLE operator_setups (
    token_hash BYTEA NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    expires_ms BIGINT NOT NULL
);

-- Browsers that operators are signed in with. A session ends with its row.
CREATE TABLE operator_sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id);
CREATE INDEX operator_sessions_expires ON operator_sessions (expires_ms);

-- Commands that ask for a login. What was answered stays until it is forgotten.
CREATE TABLE device_requests (
    -- The id of the login that comes of it.
    id TEXT NOT NULL PRIMARY KEY,
    device_hash BYTEA NOT NULL UNIQUE CHECK (length(device_hash) = 32),
    user_hash BYTEA NOT NULL UNIQUE CHECK (length(user_hash) = 32),
    -- What the command calls itself, and the address it asked from.
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'used')),
    -- Who answered, and when.
    operator_id TEXT REFERENCES operators (id) ON DELETE CASCADE,
    answered_ms BIGINT,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    -- When the command asked for its token last, and before that.
    polled_ms BIGINT,
    polled_before_ms BIGINT,
    CHECK ((state = 'waiting') = (operator_id IS NULL)),
    CHECK ((state = 'waiting') = (answered_ms IS NULL))
);

CREATE INDEX device_requests_operator ON device_requests (operator_id);
CREATE INDEX device_requests_expires ON device_requests (expires_ms);

-- Commands that operators are signed in with.
CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    -- To the minute.
    used_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    revoked_ms BIGINT
);

CREATE INDEX logins_operator ON logins (operator_id);
CREATE INDEX logins_expires ON logins (expires_ms);

-- The audit tells of these as well, and of who acted; empty where a command acted on the store itself.
ALTER TABLE audit
    DROP CONSTRAINT audit_event_check,
    DROP CONSTRAINT audit_kind_check,
    ADD CONSTRAINT audit_event_check
        CHECK (event IN ('created', 'rotated', 'revoked', 'refused', 'approved', 'denied')),
    ADD CONSTRAINT audit_kind_check CHECK (kind IN ('api', 'platform', 'login', 'operator', 'setup')),
    ADD COLUMN actor TEXT NOT NULL DEFAULT '';
