-- What the app asks to be done after a change, written in the transaction of that change. All times are Unix
-- milliseconds.
CREATE TABLE kizaki_outbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The app writes these. The id goes with every try, so that a repetition can be told: a UUID, or what the app chooses.
    id TEXT NOT NULL UNIQUE DEFAULT gen_random_uuid()::text CHECK (id ~ '^[!-~]{1,200}$'),
    -- The function, as the artifact names it, and the change it follows.
    effect TEXT NOT NULL CHECK (effect <> ''),
    entity TEXT NOT NULL DEFAULT '',
    event TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    payload JSON NOT NULL DEFAULT 'null',
    created_ms BIGINT NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    -- From when on a worker may take it; in a lease, when that ends. Null when no worker is to take it any more.
    due_ms BIGINT DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    -- The workers write these.
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'leased', 'retrying', 'delivered', 'dead', 'discarded')),
    tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
    holder TEXT,
    fence BIGINT NOT NULL DEFAULT 0,
    failed_ms BIGINT,
    error TEXT,
    done_ms BIGINT,
    CHECK ((due_ms IS NOT NULL) = (state IN ('pending', 'leased', 'retrying'))),
    CHECK ((done_ms IS NOT NULL) = (state IN ('delivered', 'discarded')))
);

CREATE INDEX kizaki_outbox_due ON kizaki_outbox (effect, due_ms, seq) WHERE due_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_waiting ON kizaki_outbox (effect, created_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_failed ON kizaki_outbox (effect, failed_ms) WHERE failed_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_done ON kizaki_outbox (done_ms) WHERE done_ms IS NOT NULL;

-- How many rows there are of each effect in each state, so that nobody has to count them: the sum of the rows here. A
-- transaction only ever adds rows, and so waits for no other; the workers add them up.
CREATE TABLE kizaki_outbox_counts (
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    count BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE OR REPLACE FUNCTION kizaki_outbox_count() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        INSERT INTO kizaki_outbox_counts (effect, state, count)
            SELECT effect, state, -count(*) FROM were GROUP BY effect, state;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO kizaki_outbox_counts (effect, state, count)
            SELECT effect, state, count(*) FROM are GROUP BY effect, state;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        -- Those that are being added up are waited for, so that their sums are deleted, too.
        LOCK TABLE kizaki_outbox_counts IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM kizaki_outbox_counts;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER kizaki_outbox_inserted AFTER INSERT ON kizaki_outbox
    REFERENCING NEW TABLE AS are FOR EACH STATEMENT EXECUTE FUNCTION kizaki_outbox_count();
CREATE TRIGGER kizaki_outbox_updated AFTER UPDATE ON kizaki_outbox
    REFERENCING OLD TABLE AS were NEW TABLE AS are FOR EACH STATEMENT EXECUTE FUNCTION kizaki_outbox_count();
CREATE TRIGGER kizaki_outbox_deleted AFTER DELETE ON kizaki_outbox
    REFERENCING OLD TABLE AS were FOR EACH STATEMENT EXECUTE FUNCTION kizaki_outbox_count();
CREATE TRIGGER kizaki_outbox_truncated AFTER TRUNCATE ON kizaki_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION kizaki_outbox_count();
