-- App keys and platform keys. All times are Unix milliseconds.
CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('api', 'platform')),
    scope TEXT,
    name TEXT NOT NULL,
    -- SHA-256 of the secret, and of the one before it, which ends at its own time.
    secret_hash BYTEA NOT NULL CHECK (length(secret_hash) = 32),
    previous_hash BYTEA CHECK (length(previous_hash) = 32),
    previous_ends_ms BIGINT,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT,
    rotated_ms BIGINT,
    revoked_ms BIGINT,
    CHECK ((kind = 'api') = (scope IS NOT NULL)),
    CHECK ((previous_hash IS NULL) = (previous_ends_ms IS NULL))
);

-- One row a change; one row for all like refusals of an hour.
CREATE TABLE audit (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event TEXT NOT NULL CHECK (event IN ('created', 'rotated', 'revoked', 'refused')),
    kind TEXT NOT NULL CHECK (kind IN ('api', 'platform')),
    -- Empty where no key has the id that was presented.
    key_id TEXT NOT NULL,
    -- Empty but for refusals.
    reason TEXT NOT NULL,
    hour BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    count BIGINT NOT NULL CHECK (count > 0)
);

CREATE UNIQUE INDEX audit_refusals ON audit (hour, kind, key_id, reason) WHERE event = 'refused';
