-- "kzst": lets an SQLite file of another program be told from a store.
PRAGMA application_id = 1803187060;

-- App keys and platform keys. All times are Unix milliseconds.
CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('api', 'platform')),
    scope TEXT,
    name TEXT NOT NULL,
    -- SHA-256 of the secret, and of the one before it, which ends at its own time.
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    previous_hash BLOB CHECK (length(previous_hash) = 32),
    previous_ends_ms INTEGER,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    rotated_ms INTEGER,
    revoked_ms INTEGER,
    CHECK ((kind = 'api') = (scope IS NOT NULL)),
    CHECK ((previous_hash IS NULL) = (previous_ends_ms IS NULL))
) STRICT;

-- One row a change; one row for all like refusals of an hour.
CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL CHECK (event IN ('created', 'rotated', 'revoked', 'refused')),
    kind TEXT NOT NULL CHECK (kind IN ('api', 'platform')),
    -- Empty where no key has the id that was presented.
    key_id TEXT NOT NULL,
    -- Empty but for refusals.
    reason TEXT NOT NULL,
    hour INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0)
) STRICT;

CREATE UNIQUE INDEX audit_refusals ON audit (hour, kind, key_id, reason) WHERE event = 'refused';
