-- The list of leaked passwords did not answer when the password was set: it is asked at the next sign-in.
ALTER TABLE users ADD COLUMN breach_unchecked INTEGER NOT NULL DEFAULT 0 CHECK (breach_unchecked IN (0, 1));

-- A kind of mail more, and no other change; the numbers go on where they were.
CREATE TABLE mails_new (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('verify', 'reset', 'exists', 'leaked')),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tries INTEGER NOT NULL,
    next_ms INTEGER NOT NULL
) STRICT;

INSERT INTO sqlite_sequence (name, seq) SELECT 'mails_new', seq FROM sqlite_sequence WHERE name = 'mails';
INSERT INTO mails_new (seq, kind, user_id, tries, next_ms)
SELECT seq, kind, user_id, tries, next_ms FROM mails;
DROP TABLE mails;
ALTER TABLE mails_new RENAME TO mails;
CREATE INDEX mails_next ON mails (next_ms);
CREATE INDEX mails_user ON mails (user_id);
