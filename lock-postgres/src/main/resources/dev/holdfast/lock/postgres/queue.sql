-- Holdfast, protocol 1, mode row: the functions of an acquire. Run after schema.sql.

-- p_wait everywhere: how many milliseconds to wait for a row lock; 0 for what lock_timeout says already.

-- Takes the row lock of a name, making the row if it is missing. Statements after it see what former owners of the row
-- lock have committed, which needs READ COMMITTED.
CREATE OR REPLACE FUNCTION holdfast.lock_name_1(p_namespace text, p_name text) RETURNS holdfast.lock
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_lock holdfast.lock;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Holdfast needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'HF001';
    END IF;
    LOOP
        SELECT l.* INTO v_lock FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = p_name FOR UPDATE;
        IF FOUND THEN
            RETURN v_lock;
        END IF;
        INSERT INTO holdfast.lock (namespace, name, last_token) VALUES (p_namespace, p_name, 0) ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- If the lock is free, or p_ended says that its holder has just ended, makes the first live waiter the holder, or
-- nobody. Returns true if that is another acquire than p_self. The caller owns the row lock; p_self is alive, it is
-- calling, however long the call has taken by now.
CREATE OR REPLACE FUNCTION holdfast.advance_1(p_namespace text, p_name text, p_self uuid, p_ended boolean)
    RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_seq   bigint;
    v_id    uuid;
    v_clock bigint;
    v_token bigint;
    v_entry holdfast.entry;
BEGIN
    IF NOT p_ended THEN
        PERFORM 1 FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = p_name AND l.holder IS NOT NULL
              AND l.expires_at > clock_timestamp();
        IF FOUND THEN
            RETURN false;
        END IF;
    END IF;
    LOOP
        SELECT e.seq, e.id INTO v_seq, v_id FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.state <> 'holder' AND e.state = 'waiter'
              AND (e.expires_at > clock_timestamp() OR e.id = p_self)
            ORDER BY e.seq LIMIT 1;
        -- What lapsed ahead of it goes, a bounded number at a time.
        DELETE FROM holdfast.entry e WHERE e.state <> 'holder' AND e.expires_at <= clock_timestamp()
            AND (e.namespace, e.name, e.id) IN (
                SELECT d.namespace, d.name, d.id FROM holdfast.entry d
                WHERE d.namespace = p_namespace AND d.name = p_name AND d.state <> 'holder'
                  AND d.expires_at <= clock_timestamp() AND d.id <> p_self
                  AND d.seq < coalesce(v_seq, 9223372036854775807)
                ORDER BY d.seq LIMIT 64);
        IF v_seq IS NULL THEN
            UPDATE holdfast.lock l
                SET holder = NULL, has_entries = EXISTS (
                    SELECT FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = p_name)
                WHERE l.namespace = p_namespace AND l.name = p_name;
            RETURN false;
        END IF;
        DELETE FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = v_id AND e.state = 'waiter'
            RETURNING e.* INTO v_entry;
        EXIT WHEN FOUND;
    END LOOP;
    v_clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    UPDATE holdfast.lock l
        SET last_token = greatest(l.last_token + 1, v_clock), token = greatest(l.last_token + 1, v_clock),
            holder = v_id, lease = v_entry.lease,
            expires_at = clock_timestamp() + v_entry.lease * interval '1 millisecond'
        WHERE l.namespace = p_namespace AND l.name = p_name
        RETURNING l.token INTO STRICT v_token;
    IF v_id <> p_self AND v_entry.client IS NOT NULL THEN
        -- Delivered after the commit, to the one client that waits; the deadline of the grant counts from n.
        PERFORM pg_notify(v_entry.client, v_id || ':' || v_token || ':' || v_entry.n);
    END IF;
    RETURN v_id <> p_self;
END $$;

-- Milliseconds after which a waiter should look: a third of its lease, or when the holder's lease ends.
CREATE OR REPLACE FUNCTION holdfast.recheck_1(p_until timestamptz, p_lease bigint) RETURNS bigint
LANGUAGE sql VOLATILE AS $$
    SELECT greatest(1, least(p_lease / 3, coalesce(
        ceil(extract(epoch FROM p_until - clock_timestamp()) * 1000)::bigint + 5, p_lease / 3)))
$$;

-- Asks for a lock. answer: granted | waiting | busy | late (the acquire has left before this request arrived).
CREATE OR REPLACE FUNCTION holdfast.enter_1(
    p_namespace text, p_name text, p_id uuid, p_may_wait boolean, p_lease bigint, p_floor bigint, p_client text,
    p_n bigint, p_wait integer, OUT answer text, OUT grant_token bigint, OUT recheck bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_clock bigint;
BEGIN
    IF NOT p_may_wait THEN
        -- A live holder answers without a lock and without a write.
        PERFORM 1 FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = p_name AND l.holder <> p_id
              AND l.expires_at > clock_timestamp();
        IF FOUND THEN
            answer := 'busy';
            RETURN;
        END IF;
    END IF;
    IF p_wait > 0 THEN
        PERFORM set_config('lock_timeout', p_wait::text, true);
    END IF;
    -- The common case: nobody holds, nobody waits. The row itself says so, thus it is compared again, in its newest
    -- version, after a wait for its lock.
    v_clock := greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, p_floor + 1);
    UPDATE holdfast.lock l
        SET last_token = greatest(l.last_token + 1, v_clock), token = greatest(l.last_token + 1, v_clock),
            holder = p_id, lease = p_lease, expires_at = clock_timestamp() + p_lease * interval '1 millisecond'
        WHERE l.namespace = p_namespace AND l.name = p_name AND NOT l.has_entries
          AND (l.holder IS NULL OR l.expires_at <= clock_timestamp())
        RETURNING l.token INTO grant_token;
    IF FOUND THEN
        answer := 'granted';
    ELSE
        SELECT q.answer, q.grant_token, q.recheck INTO answer, grant_token, recheck
            FROM holdfast.enter_queue_1(p_namespace, p_name, p_id, p_may_wait, p_lease, p_floor, p_client, p_n) q;
    END IF;
END $$;

-- The same where somebody holds, waits or has been refused, or the row of the name is missing.
CREATE OR REPLACE FUNCTION holdfast.enter_queue_1(
    p_namespace text, p_name text, p_id uuid, p_may_wait boolean, p_lease bigint, p_floor bigint, p_client text,
    p_n bigint, OUT answer text, OUT grant_token bigint, OUT recheck bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_lock holdfast.lock;
BEGIN
    v_lock := holdfast.lock_name_1(p_namespace, p_name);
    IF v_lock.holder = p_id AND v_lock.expires_at > clock_timestamp() THEN
        UPDATE holdfast.lock l
            SET lease = p_lease, expires_at = clock_timestamp() + p_lease * interval '1 millisecond'
            WHERE l.namespace = p_namespace AND l.name = p_name;
        answer := 'granted';
        grant_token := v_lock.token;
        RETURN;
    END IF;
    -- A refusal that has ended is no longer an entry.
    DELETE FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'tombstone'
          AND e.expires_at <= clock_timestamp();
    UPDATE holdfast.entry e
        SET client = p_client, n = greatest(e.n, p_n),
            expires_at = clock_timestamp() + p_lease * 2 / 3 * interval '1 millisecond'
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'waiter';
    IF NOT FOUND THEN
        INSERT INTO holdfast.entry (namespace, name, id, state, lease, expires_at, client, n, seq)
            SELECT p_namespace, p_name, p_id, 'waiter', p_lease,
                clock_timestamp() + p_lease * 2 / 3 * interval '1 millisecond', p_client, p_n,
                1 + coalesce((SELECT max(q.seq) FROM holdfast.entry q
                    WHERE q.namespace = p_namespace AND q.name = p_name AND q.state <> 'holder'), 0)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            answer := 'late';
            RETURN;
        END IF;
    END IF;
    IF p_floor > v_lock.last_token OR NOT v_lock.has_entries THEN
        UPDATE holdfast.lock l SET last_token = greatest(l.last_token, p_floor), has_entries = true
            WHERE l.namespace = p_namespace AND l.name = p_name;
    END IF;
    IF v_lock.holder IS NULL OR v_lock.expires_at <= clock_timestamp() THEN
        PERFORM holdfast.advance_1(p_namespace, p_name, p_id, false);
        SELECT l.* INTO STRICT v_lock FROM holdfast.lock l WHERE l.namespace = p_namespace AND l.name = p_name;
    END IF;
    IF v_lock.holder = p_id THEN
        answer := 'granted';
        grant_token := v_lock.token;
    ELSIF p_may_wait THEN
        answer := 'waiting';
        recheck := holdfast.recheck_1(v_lock.expires_at, p_lease);
    ELSE
        DELETE FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id;
        answer := 'busy';
    END IF;
END $$;

-- How a waiter is doing. answer: granted | waiting | gone. Inserts nothing.
CREATE OR REPLACE FUNCTION holdfast.look_1(
    p_namespace text, p_name text, p_id uuid, p_lease bigint, p_client text, p_n bigint, p_wait integer,
    OUT answer text, OUT grant_token bigint, OUT recheck bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_lock  holdfast.lock;
    v_waits boolean;
BEGIN
    IF p_wait > 0 THEN
        PERFORM set_config('lock_timeout', p_wait::text, true);
    END IF;
    SELECT l.* INTO v_lock FROM holdfast.lock l
        WHERE l.namespace = p_namespace AND l.name = p_name AND l.holder <> p_id
          AND l.expires_at > clock_timestamp();
    IF FOUND THEN
        -- The usual case needs no more than the waiter's own row, and nothing that a crash must not take.
        UPDATE holdfast.entry e
            SET client = p_client, n = greatest(e.n, p_n),
                expires_at = clock_timestamp() + p_lease * 2 / 3 * interval '1 millisecond'
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'waiter';
        IF FOUND THEN
            PERFORM set_config('synchronous_commit', 'off', true);
            answer := 'waiting';
            recheck := holdfast.recheck_1(v_lock.expires_at, p_lease);
            RETURN;
        END IF;
    END IF;
    -- The row of the name before that of the entry, as everywhere: no two functions wait for each other.
    v_lock := holdfast.lock_name_1(p_namespace, p_name);
    IF v_lock.holder = p_id AND v_lock.expires_at > clock_timestamp() THEN
        UPDATE holdfast.lock l SET expires_at = clock_timestamp() + p_lease * interval '1 millisecond'
            WHERE l.namespace = p_namespace AND l.name = p_name;
    ELSE
        UPDATE holdfast.entry e
            SET client = p_client, n = greatest(e.n, p_n),
                expires_at = clock_timestamp() + p_lease * 2 / 3 * interval '1 millisecond'
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'waiter';
        v_waits := FOUND;
        PERFORM holdfast.advance_1(p_namespace, p_name, p_id, false);
        SELECT l.* INTO STRICT v_lock FROM holdfast.lock l WHERE l.namespace = p_namespace AND l.name = p_name;
    END IF;
    IF v_lock.holder = p_id THEN
        answer := 'granted';
        grant_token := v_lock.token;
    ELSIF v_waits THEN
        answer := 'waiting';
        recheck := holdfast.recheck_1(v_lock.expires_at, p_lease);
    ELSE
        answer := 'gone';
    END IF;
END $$;

-- Takes an acquire out, whether it waits or holds; p_unanswered: and refuses a late enter of it for two leases.
CREATE OR REPLACE FUNCTION holdfast.leave_1(
    p_namespace text, p_name text, p_id uuid, p_lease bigint, p_unanswered boolean, p_wait integer) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_lock holdfast.lock;
BEGIN
    IF p_wait > 0 THEN
        PERFORM set_config('lock_timeout', p_wait::text, true);
    END IF;
    v_lock := holdfast.lock_name_1(p_namespace, p_name);
    DELETE FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id
          AND (p_unanswered OR e.state <> 'tombstone');
    IF p_unanswered THEN
        PERFORM holdfast.refuse_1(p_namespace, p_name, p_id, p_lease);
    END IF;
    PERFORM holdfast.advance_1(p_namespace, p_name, p_id, coalesce(v_lock.holder = p_id, false));
END $$;

-- Leaves a tombstone: no enter of this id is served for two leases. The caller owns the row lock.
CREATE OR REPLACE FUNCTION holdfast.refuse_1(p_namespace text, p_name text, p_id uuid, p_lease bigint) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    INSERT INTO holdfast.entry (namespace, name, id, state, lease, expires_at, n, seq)
        VALUES (p_namespace, p_name, p_id, 'tombstone', p_lease,
            clock_timestamp() + 2 * p_lease * interval '1 millisecond', 0, 0)
        ON CONFLICT DO NOTHING;
    UPDATE holdfast.lock l SET has_entries = true
        WHERE l.namespace = p_namespace AND l.name = p_name AND NOT l.has_entries;
END $$;
