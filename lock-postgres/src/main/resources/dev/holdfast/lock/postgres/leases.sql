-- Holdfast, protocol 1, mode row: the functions of leases that are held, and the sweeper. Run after queue.sql.

-- Restarts the leases of these holders. outcomes: renewed | lost | locked (only if there are several: somebody has locked
-- the row; ask again for it alone). One locked row must not hold up the others.
CREATE OR REPLACE FUNCTION holdfast.renew_some_1(
    p_namespace text, p_names text[], p_ids uuid[], p_tokens bigint[], p_lease bigint) RETURNS text[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_outcomes text[] := '{}';
BEGIN
    FOR i IN 1 .. cardinality(p_ids) LOOP
        IF cardinality(p_ids) > 1 THEN
            PERFORM 1 FROM holdfast.lock l
                WHERE l.namespace = p_namespace AND l.name = p_names[i] FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                PERFORM 1 FROM holdfast.lock l WHERE l.namespace = p_namespace AND l.name = p_names[i];
                v_outcomes := v_outcomes || CASE WHEN FOUND THEN 'locked' ELSE 'lost' END;
                CONTINUE;
            END IF;
        END IF;
        UPDATE holdfast.lock l
            SET expires_at = clock_timestamp() + p_lease * interval '1 millisecond'
            WHERE l.namespace = p_namespace AND l.name = p_names[i] AND l.holder = p_ids[i] AND l.token = p_tokens[i]
              AND l.expires_at > clock_timestamp();
        v_outcomes := v_outcomes || CASE WHEN FOUND THEN 'renewed' ELSE 'lost' END;
    END LOOP;
    RETURN v_outcomes;
END $$;

-- The same for any number of leases: commits after every 250, so that no row stays locked for long.
CREATE OR REPLACE PROCEDURE holdfast.renew_1(
    p_namespace text, p_names text[], p_ids uuid[], p_tokens bigint[], p_lease bigint, p_wait integer,
    INOUT outcomes text[])
LANGUAGE plpgsql AS $$
DECLARE
    v_from integer := 1;
BEGIN
    outcomes := '{}';
    WHILE v_from <= cardinality(p_ids) LOOP
        IF p_wait > 0 THEN
            PERFORM set_config('lock_timeout', p_wait::text, true);
        END IF;
        outcomes := outcomes || holdfast.renew_some_1(
            p_namespace, p_names[v_from : v_from + 249], p_ids[v_from : v_from + 249],
            p_tokens[v_from : v_from + 249], p_lease);
        v_from := v_from + 250;
        COMMIT;
    END LOOP;
END $$;

-- Gives a grant back, to the first live waiter if there is one. Returns released or not_held.
-- p_refuse: refuse a late enter of this id for two leases.
CREATE OR REPLACE FUNCTION holdfast.release_1(
    p_namespace text, p_name text, p_id uuid, p_token bigint, p_refuse boolean, p_lease bigint, p_wait integer)
    RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_held boolean;
    v_end  record;
BEGIN
    IF p_wait > 0 THEN
        PERFORM set_config('lock_timeout', p_wait::text, true);
    END IF;
    IF NOT p_refuse THEN
        -- The common case: nobody waits.
        UPDATE holdfast.lock l SET holder = NULL
            WHERE l.namespace = p_namespace AND l.name = p_name AND l.holder = p_id AND l.token = p_token
              AND NOT l.has_entries
            RETURNING l.expires_at > clock_timestamp() INTO v_held;
        IF FOUND THEN
            -- Nobody hears of this release before another statement is flushed; a crash may bring the lease back.
            PERFORM set_config('synchronous_commit', 'off', true);
            RETURN CASE WHEN v_held THEN 'released' ELSE 'not_held' END;
        END IF;
    END IF;
    SELECT * INTO v_end FROM holdfast.hand_over_1(p_namespace, p_name, p_id, p_token, p_refuse, p_lease);
    IF NOT v_end.handed THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    RETURN v_end.outcome;
END $$;

-- The same for several grants. outcomes: released | not_held | locked (the row of the name is locked by somebody; ask
-- again for it alone). It waits for no name, so that no two such statements wait for each other.
CREATE OR REPLACE FUNCTION holdfast.release_some_1(
    p_namespace text, p_names text[], p_ids uuid[], p_tokens bigint[], p_refuse boolean[], p_lease bigint,
    OUT outcomes text[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_end    record;
    v_handed boolean := false;
BEGIN
    FOR i IN 1 .. cardinality(p_ids) LOOP
        PERFORM 1 FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = p_names[i] FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            outcomes[i] := 'locked';
            CONTINUE;
        END IF;
        SELECT * INTO v_end FROM holdfast.hand_over_1(
            p_namespace, p_names[i], p_ids[i], p_tokens[i], p_refuse[i], p_lease);
        outcomes[i] := v_end.outcome;
        v_handed := v_handed OR v_end.handed;
    END LOOP;
    IF NOT v_handed THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END $$;

-- Gives one grant back to the first live waiter.
CREATE OR REPLACE FUNCTION holdfast.hand_over_1(
    p_namespace text, p_name text, p_id uuid, p_token bigint, p_refuse boolean, p_lease bigint,
    OUT outcome text, OUT handed boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_lock holdfast.lock;
    v_ours boolean;
BEGIN
    v_lock := holdfast.lock_name_1(p_namespace, p_name);
    v_ours := coalesce(v_lock.holder = p_id AND v_lock.token = p_token, false);
    outcome := CASE WHEN v_ours AND v_lock.expires_at > clock_timestamp() THEN 'released' ELSE 'not_held' END;
    IF p_refuse THEN
        -- An enter that came after the lease had lapsed may have brought this id a younger grant or a place in the
        -- queue, for which nobody waits.
        v_ours := v_ours OR coalesce(v_lock.holder = p_id AND v_lock.token > p_token, false);
        DELETE FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_name AND e.id = p_id AND e.state = 'waiter';
        PERFORM holdfast.refuse_1(p_namespace, p_name, p_id, p_lease);
    END IF;
    handed := holdfast.advance_1(p_namespace, p_name, p_id, v_ours);
END $$;

-- Once an hour per namespace, whoever comes first: removes what has lapsed and the rows of names that have been idle
-- for a day. A name's row goes only if its last token is a day below the clock: the next token is higher all the same.
CREATE OR REPLACE FUNCTION holdfast.sweep_1(p_namespace text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_idle    bigint := ((extract(epoch FROM clock_timestamp()) - 86400) * 1000000)::bigint;
    v_name    text;
    v_removed bigint := 0;
BEGIN
    PERFORM 1 FROM holdfast.meta m
        WHERE m.namespace = p_namespace AND m.swept < clock_timestamp() - interval '1 hour' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    PERFORM set_config('lock_timeout', '500', true);
    UPDATE holdfast.meta m SET swept = clock_timestamp() WHERE m.namespace = p_namespace;
    FOR v_name IN
        SELECT e.name FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.expires_at < clock_timestamp() - interval '1 minute'
        UNION
        (SELECT l.name FROM holdfast.lock l WHERE l.namespace = p_namespace AND l.last_token < v_idle LIMIT 1000)
        LIMIT 1000
    LOOP
        PERFORM 1 FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = v_name FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        DELETE FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = v_name
              AND e.expires_at < clock_timestamp() - interval '1 minute';
        DELETE FROM holdfast.lock l
            WHERE l.namespace = p_namespace AND l.name = v_name AND l.last_token < v_idle
              AND (l.holder IS NULL OR l.expires_at <= clock_timestamp())
              AND NOT EXISTS (SELECT FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = v_name);
        IF FOUND THEN
            v_removed := v_removed + 1;
        END IF;
    END LOOP;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN v_removed;
END $$;
