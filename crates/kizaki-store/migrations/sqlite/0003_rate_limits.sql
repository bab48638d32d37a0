-- How many requests were let in within a window; what ended is forgotten.
CREATE TABLE rate_limits (
    route TEXT NOT NULL,
    subject TEXT NOT NULL,
    length_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (route, subject, length_ms, ends_ms)
) STRICT, WITHOUT ROWID;

CREATE INDEX rate_limits_ends ON rate_limits (ends_ms);
