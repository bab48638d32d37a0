-- The list of leaked passwords did not answer when the password was set: it is asked at the next sign-in.
ALTER TABLE users ADD COLUMN breach_unchecked BOOLEAN NOT NULL DEFAULT false;

-- A kind of mail more.
ALTER TABLE mails DROP CONSTRAINT mails_kind_check;
ALTER TABLE mails ADD CONSTRAINT mails_kind_check CHECK (kind IN ('verify', 'reset', 'exists', 'leaked'));
