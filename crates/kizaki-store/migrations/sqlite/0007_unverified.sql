-- Accounts that wait for their address to be verified; those that waited too long are removed.
CREATE INDEX users_unverified ON users (created_ms) WHERE verified_ms IS NULL;
