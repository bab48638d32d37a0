-- People who look after the service. All times are Unix milliseconds.
CREATE TABLE operators (
    id TEXT NOT NULL PRIMARY KEY,
    -- As it was given, and as it is compared.
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    -- Argon2id in PHC form.
    password_hash TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

-- What the link to the set-up page holds; one that was used has no row.
CREATE TABLE operator_setups (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Browsers that operators are signed in with. A session ends with its row.
CREATE TABLE operator_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id);
CREATE INDEX operator_sessions_expires ON operator_sessions (expires_ms);

-- Commands that ask for a login. What was answered stays until it is forgotten.
CREATE TABLE device_requests (
    -- The id of the login that comes of it.
    id TEXT NOT NULL PRIMARY KEY,
    device_hash BLOB NOT NULL UNIQUE CHECK (length(device_hash) = 32),
    user_hash BLOB NOT NULL UNIQUE CHECK (length(user_hash) = 32),
    -- What the command calls itself, and the address it asked from.
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'used')),
    -- Who answered, and when.
    operator_id TEXT REFERENCES operators (id) ON DELETE CASCADE,
    answered_ms INTEGER,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    -- When the command asked for its token last, and before that.
    polled_ms INTEGER,
    polled_before_ms INTEGER,
    CHECK ((state = 'waiting') = (operator_id IS NULL)),
    CHECK ((state = 'waiting') = (answered_ms IS NULL))
) STRICT;

CREATE INDEX device_requests_operator ON device_requests (operator_id);
CREATE INDEX device_requests_expires ON device_requests (expires_ms);

-- Commands that operators are signed in with.
CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    -- To the minute.
    used_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked_ms INTEGER
) STRICT;

CREATE INDEX logins_operator ON logins (operator_id);
CREATE INDEX logins_expires ON logins (expires_ms);

-- The audit tells of these as well, and of who acted.
CREATE TABLE new_audit (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL CHECK (event IN ('created', 'rotated', 'revoked', 'refused', 'approved', 'denied')),
    kind TEXT NOT NULL CHECK (kind IN ('api', 'platform', 'login', 'operator', 'setup')),
    -- Empty where nothing has the id that was presented.
    key_id TEXT NOT NULL,
    -- Empty but for refusals.
    reason TEXT NOT NULL,
    hour INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    -- Empty where a command acted on the store itself.
    actor TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO new_audit (seq, event, kind, key_id, reason, hour, first_ms, last_ms, count)
    SELECT seq, event, kind, key_id, reason, hour, first_ms, last_ms, count FROM audit ORDER BY seq;
DROP TABLE audit;
ALTER TABLE new_audit RENAME TO audit;
CREATE UNIQUE INDEX audit_refusals ON audit (hour, kind, key_id, reason) WHERE event = 'refused';
