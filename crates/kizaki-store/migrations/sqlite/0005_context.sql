-- What users chose for a session, as JSON; a choice ends with its session.
CREATE TABLE session_choices (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    attribute TEXT NOT NULL,
    -- What the attribute was declared as; one that is declared otherwise has no choice.
    definition TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (session_id, attribute)
) STRICT, WITHOUT ROWID;
