-- What the app asks to be done after a change, written in the transaction of that change. All times are Unix
-- milliseconds.
CREATE TABLE kizaki_outbox (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The app writes these. The id goes with every try, so that a repetition can be told: a UUID, or what the app chooses.
    id TEXT NOT NULL UNIQUE DEFAULT (lower(
        hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))
    )) CHECK (typeof(id) = 'text' AND length(id) BETWEEN 1 AND 200 AND id NOT GLOB '*[^!-~]*'),
    -- The function, as the artifact names it, and the change it follows.
    effect TEXT NOT NULL CHECK (typeof(effect) = 'text' AND effect <> ''),
    entity TEXT NOT NULL DEFAULT '' CHECK (typeof(entity) = 'text'),
    event TEXT NOT NULL DEFAULT '' CHECK (typeof(event) = 'text'),
    field TEXT NOT NULL DEFAULT '' CHECK (typeof(field) = 'text'),
    -- JSON as a text: SQLite would keep it as a blob, too.
    payload TEXT NOT NULL DEFAULT 'null' CHECK (typeof(payload) = 'text' AND json_valid(payload)),
    created_ms INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
        CHECK (typeof(created_ms) = 'integer'),
    -- From when on a worker may take it; in a lease, when that ends. Null when no worker is to take it any more.
    due_ms INTEGER DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
        CHECK (typeof(due_ms) IN ('integer', 'null')),
    -- The workers write these.
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'leased', 'retrying', 'delivered', 'dead', 'discarded')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (typeof(tries) = 'integer' AND tries >= 0),
    holder TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    failed_ms INTEGER,
    error TEXT,
    done_ms INTEGER,
    CHECK ((due_ms IS NOT NULL) = (state IN ('pending', 'leased', 'retrying'))),
    CHECK ((done_ms IS NOT NULL) = (state IN ('delivered', 'discarded')))
);

CREATE INDEX kizaki_outbox_due ON kizaki_outbox (effect, due_ms, seq) WHERE due_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_waiting ON kizaki_outbox (effect, created_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_failed ON kizaki_outbox (effect, failed_ms) WHERE failed_ms IS NOT NULL;
CREATE INDEX kizaki_outbox_done ON kizaki_outbox (done_ms) WHERE done_ms IS NOT NULL;

-- How many rows there are of each effect in each state, so that nobody has to count them.
CREATE TABLE kizaki_outbox_counts (
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (effect, state)
) WITHOUT ROWID;

-- None of these statements has a conflict to resolve: a trigger would resolve it as the app's own statement says.
CREATE TRIGGER kizaki_outbox_inserted AFTER INSERT ON kizaki_outbox BEGIN
    INSERT INTO kizaki_outbox_counts (effect, state, count) SELECT new.effect, new.state, 0
        WHERE NOT EXISTS (SELECT 1 FROM kizaki_outbox_counts WHERE effect = new.effect AND state = new.state);
    UPDATE kizaki_outbox_counts SET count = count + 1 WHERE effect = new.effect AND state = new.state;
END;

CREATE TRIGGER kizaki_outbox_updated AFTER UPDATE OF effect, state ON kizaki_outbox
WHEN old.effect <> new.effect OR old.state <> new.state BEGIN
    UPDATE kizaki_outbox_counts SET count = count - 1 WHERE effect = old.effect AND state = old.state;
    INSERT INTO kizaki_outbox_counts (effect, state, count) SELECT new.effect, new.state, 0
        WHERE NOT EXISTS (SELECT 1 FROM kizaki_outbox_counts WHERE effect = new.effect AND state = new.state);
    UPDATE kizaki_outbox_counts SET count = count + 1 WHERE effect = new.effect AND state = new.state;
END;

CREATE TRIGGER kizaki_outbox_deleted AFTER DELETE ON kizaki_outbox BEGIN
    UPDATE kizaki_outbox_counts SET count = count - 1 WHERE effect = old.effect AND state = old.state;
END;
