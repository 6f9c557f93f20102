-- Holdfast, protocol 1, mode row: the tables. Run schema.sql, queue.sql, leases.sql and register.sql in one
-- transaction; they may be repeated. For a schema of another name replace every "holdfast." in them, and the name in
-- CREATE SCHEMA.
-- The protocol and the reason for each step are in docs/postgresql.md.

CREATE SCHEMA IF NOT EXISTS holdfast;

-- The namespace record: clients of another protocol or mode are refused.
CREATE TABLE IF NOT EXISTS holdfast.meta (
    namespace text COLLATE "C" PRIMARY KEY,
    protocol  integer NOT NULL,
    mode      text NOT NULL,
    created   timestamptz NOT NULL DEFAULT clock_timestamp(),
    swept     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row per lock name, with its exclusive holder. Its row lock orders everything that happens to the name. Only the
-- key is indexed: taking and freeing a lock that nobody waits for replaces the row within its page.
CREATE TABLE IF NOT EXISTS holdfast.lock (
    namespace   text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    last_token  bigint NOT NULL,
    holder      uuid,                -- the acquire that holds, until expires_at; null if nobody does
    token       bigint,              -- of the holder
    lease       bigint,              -- of the holder, in milliseconds
    expires_at  timestamptz,
    has_entries boolean NOT NULL DEFAULT false,  -- false: the name has no entries
    PRIMARY KEY (namespace, name)
) WITH (fillfactor = 50);

-- One row per acquire that waits, or must not come back. Holders of modes that several may hold will be entries too.
CREATE TABLE IF NOT EXISTS holdfast.entry (
    namespace  text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    state      text COLLATE "C" NOT NULL CHECK (state IN ('holder', 'waiter', 'tombstone')),
    mode       text COLLATE "C" NOT NULL DEFAULT 'exclusive',
    permits    integer NOT NULL DEFAULT 1,
    token      bigint,
    lease      bigint NOT NULL,      -- milliseconds
    expires_at timestamptz NOT NULL,
    client     text COLLATE "C",     -- channel on which the waiter's client listens
    n          bigint NOT NULL,      -- sending time of the latest request, on the client's own clock
    seq        bigint,               -- place in the queue; 0 for a tombstone
    PRIMARY KEY (namespace, name, id)
) WITH (fillfactor = 70);

CREATE INDEX IF NOT EXISTS entry_queue ON holdfast.entry (namespace, name, seq) WHERE state <> 'holder';
