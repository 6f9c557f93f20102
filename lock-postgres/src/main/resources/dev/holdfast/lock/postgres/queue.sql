-- Holdfast, protocol 1, mode row: the functions of an acquire. Run after schema.sql.

-- Takes the row lock of a name, making the row if it is missing. Statements after it see what former owners of the row
-- lock have committed.
CREATE OR REPLACE FUNCTION holdfast.lock_name_1(p_namespace text, p_name text, p_wait integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_last bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Holdfast needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'HF001';
    END IF;
    PERFORM set_config('lock_timeout', p_wait::text, true);
    LOOP
        SELECT l.last_token INTO v_last FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = p_name FOR UPDATE;
        IF FOUND THEN
            RETURN v_last;
        END IF;
        INSERT INTO holdfast.lock VALUES (p_namespace, p_name, 0) ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- The next token of a name. The caller owns the row lock.
CREATE OR REPLACE FUNCTION holdfast.next_token_1(p_namespace text, p_name text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_token bigint;
BEGIN
    UPDATE holdfast.lock l
        SET last_token = greatest(l.last_token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        WHERE l.namespace = p_namespace AND l.name = p_name
        RETURNING l.last_token INTO STRICT v_token;
    RETURN v_token;
END $$;

-- Deletes a lapsed holder and, if the lock is free then, makes the first live waiter the holder.
-- Returns true if that is another acquire than p_self. The caller owns the row lock; p_self is alive, it is calling,
-- however long the call has taken by now.
CREATE OR REPLACE FUNCTION holdfast.advance_1(p_namespace text, p_name text, p_self uuid) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_seq   bigint;
    v_token bigint;
    v_entry holdfast.entry;
BEGIN
    DELETE FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.state = 'holder'
          AND e.expires_at <= clock_timestamp();
    PERFORM 1 FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = p_name AND e.state = 'holder';
    IF FOUND THEN
        RETURN false;
    END IF;
    LOOP
        SELECT e.seq, e.id INTO v_seq, v_entry.id FROM holdfast.entry e
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
            RETURN false;
        END IF;
        v_token := holdfast.next_token_1(p_namespace, p_name);
        UPDATE holdfast.entry e
            SET state = 'holder', seq = NULL, token = v_token,
                expires_at = clock_timestamp() + e.lease * interval '1 millisecond'
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = v_entry.id AND e.state = 'waiter'
            RETURNING e.* INTO v_entry;
        EXIT WHEN FOUND;
    END LOOP;
    IF v_entry.id <> p_self AND v_entry.client IS NOT NULL THEN
        -- Delivered after the commit, to the one client that waits; the deadline of the grant counts from n.
        PERFORM pg_notify(v_entry.client, v_entry.id || ':' || v_entry.token || ':' || v_entry.n);
    END IF;
    RETURN v_entry.id <> p_self;
END $$;

-- Milliseconds after which a waiter should look: a third of its lease, or when the holder's lease ends.
CREATE OR REPLACE FUNCTION holdfast.recheck_1(p_namespace text, p_name text, p_lease bigint) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_until timestamptz;
BEGIN
    SELECT min(e.expires_at) INTO v_until FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.state = 'holder';
    RETURN greatest(1, least(p_lease / 3, coalesce(
        ceil(extract(epoch FROM v_until - clock_timestamp()) * 1000)::bigint + 5, p_lease / 3)));
END $$;

-- Asks for a lock. answer: granted | waiting | busy | late (the acquire has left before this request arrived).
CREATE OR REPLACE FUNCTION holdfast.enter_1(
    p_namespace text, p_name text, p_id uuid, p_may_wait boolean, p_lease bigint, p_floor bigint, p_client text,
    p_n bigint, p_wait integer, OUT answer text, OUT grant_token bigint, OUT recheck bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_last  bigint;
    v_entry holdfast.entry;
BEGIN
    IF NOT p_may_wait THEN
        -- A live holder answers without a lock and without a write.
        PERFORM 1 FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.state = 'holder' AND e.id <> p_id
              AND e.expires_at > clock_timestamp();
        IF FOUND THEN
            answer := 'busy';
            RETURN;
        END IF;
    END IF;
    v_last := holdfast.lock_name_1(p_namespace, p_name, p_wait);
    IF p_floor > v_last THEN
        UPDATE holdfast.lock l SET last_token = p_floor WHERE l.namespace = p_namespace AND l.name = p_name;
    END IF;
    IF NOT EXISTS (SELECT FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = p_name) THEN
        grant_token := holdfast.next_token_1(p_namespace, p_name);
        INSERT INTO holdfast.entry (namespace, name, id, state, token, lease, expires_at, client, n)
            VALUES (p_namespace, p_name, p_id, 'holder', grant_token, p_lease,
                clock_timestamp() + p_lease * interval '1 millisecond', p_client, p_n);
        answer := 'granted';
        RETURN;
    END IF;
    -- A holder of this id that has lapsed, or a refusal that has ended, is no longer an entry.
    DELETE FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state <> 'waiter'
          AND e.expires_at <= clock_timestamp();
    UPDATE holdfast.entry e
        SET client = p_client, n = greatest(e.n, p_n), expires_at = clock_timestamp()
            + CASE e.state WHEN 'holder' THEN p_lease ELSE p_lease * 2 / 3 END * interval '1 millisecond'
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state <> 'tombstone'
        RETURNING e.* INTO v_entry;
    IF v_entry.state = 'holder' THEN
        answer := 'granted';
        grant_token := v_entry.token;
        RETURN;
    END IF;
    IF v_entry.state IS NULL THEN
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
    PERFORM holdfast.advance_1(p_namespace, p_name, p_id);
    SELECT e.* INTO STRICT v_entry FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id;
    IF v_entry.state = 'holder' THEN
        answer := 'granted';
        grant_token := v_entry.token;
    ELSIF p_may_wait THEN
        answer := 'waiting';
        recheck := holdfast.recheck_1(p_namespace, p_name, p_lease);
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
    v_entry holdfast.entry;
BEGIN
    PERFORM 1 FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.state = 'holder' AND e.id <> p_id
          AND e.expires_at > clock_timestamp();
    IF FOUND THEN
        -- The usual case needs no more than the waiter's own row, and nothing that a crash must not take.
        PERFORM set_config('lock_timeout', p_wait::text, true);
        UPDATE holdfast.entry e
            SET client = p_client, n = greatest(e.n, p_n),
                expires_at = clock_timestamp() + p_lease * 2 / 3 * interval '1 millisecond'
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'waiter';
        IF FOUND THEN
            PERFORM set_config('synchronous_commit', 'off', true);
            answer := 'waiting';
            recheck := holdfast.recheck_1(p_namespace, p_name, p_lease);
            RETURN;
        END IF;
    END IF;
    PERFORM holdfast.lock_name_1(p_namespace, p_name, p_wait);
    UPDATE holdfast.entry e
        SET client = p_client, n = greatest(e.n, p_n), expires_at = clock_timestamp()
            + CASE e.state WHEN 'holder' THEN p_lease ELSE p_lease * 2 / 3 END * interval '1 millisecond'
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id
          AND (e.state = 'waiter' OR e.state = 'holder' AND e.expires_at > clock_timestamp());
    PERFORM holdfast.advance_1(p_namespace, p_name, p_id);
    SELECT e.* INTO v_entry FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state <> 'tombstone';
    IF NOT FOUND THEN
        answer := 'gone';
    ELSIF v_entry.state = 'holder' THEN
        answer := 'granted';
        grant_token := v_entry.token;
    ELSE
        answer := 'waiting';
        recheck := holdfast.recheck_1(p_namespace, p_name, p_lease);
    END IF;
END $$;

-- Takes an acquire out, whether it waits or holds; p_unanswered: and refuses a late enter of it for two leases.
CREATE OR REPLACE FUNCTION holdfast.leave_1(
    p_namespace text, p_name text, p_id uuid, p_lease bigint, p_unanswered boolean, p_wait integer) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    PERFORM holdfast.lock_name_1(p_namespace, p_name, p_wait);
    DELETE FROM holdfast.entry e
        WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id
          AND (p_unanswered OR e.state <> 'tombstone');
    IF p_unanswered THEN
        INSERT INTO holdfast.entry (namespace, name, id, state, lease, expires_at, n, seq)
            VALUES (p_namespace, p_name, p_id, 'tombstone', p_lease,
                clock_timestamp() + 2 * p_lease * interval '1 millisecond', 0, 0);
    END IF;
    PERFORM holdfast.advance_1(p_namespace, p_name, p_id);
END $$;
