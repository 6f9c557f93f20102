-- Holdfast, protocol 1, mode row: the functions of leases that are held, and the sweeper. Run after queue.sql.

-- Restarts the leases of these holders. outcomes: renewed | lost | unknown (somebody has locked its row).
-- Takes no row lock of a name and waits for no row: one locked row must not hold up the others.
CREATE OR REPLACE FUNCTION holdfast.renew_1(
    p_namespace text, p_names text[], p_ids uuid[], p_tokens bigint[], p_lease bigint, OUT outcomes text[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Holdfast needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'HF001';
    END IF;
    FOR i IN 1 .. cardinality(p_ids) LOOP
        PERFORM 1 FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_names[i] AND e.id = p_ids[i] AND e.token = p_tokens[i]
              AND e.state = 'holder' FOR UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE holdfast.entry e
                SET expires_at = clock_timestamp() + p_lease * interval '1 millisecond'
                WHERE e.namespace = p_namespace AND e.name = p_names[i] AND e.id = p_ids[i]
                  AND e.expires_at > clock_timestamp();
            outcomes[i] := CASE WHEN FOUND THEN 'renewed' ELSE 'lost' END;
        ELSE
            PERFORM 1 FROM holdfast.entry e
                WHERE e.namespace = p_namespace AND e.name = p_names[i] AND e.id = p_ids[i] AND e.token = p_tokens[i]
                  AND e.state = 'holder';
            outcomes[i] := CASE WHEN FOUND THEN 'unknown' ELSE 'lost' END;
        END IF;
    END LOOP;
END $$;

-- Gives these grants back and hands over. outcomes: released | not_held | locked (only if there are several: the row
-- of the name is locked by somebody; ask again for it alone). With several names it waits for no name, so that no two
-- such statements wait for each other. p_refuse: refuse a late enter of this id for two leases.
CREATE OR REPLACE FUNCTION holdfast.release_1(
    p_namespace text, p_names text[], p_ids uuid[], p_tokens bigint[], p_refuse boolean[], p_lease bigint,
    p_wait integer, OUT outcomes text[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_held   boolean;
    v_handed boolean := false;
BEGIN
    FOR i IN 1 .. cardinality(p_ids) LOOP
        IF cardinality(p_ids) = 1 THEN
            PERFORM holdfast.lock_name_1(p_namespace, p_names[i], p_wait);
        ELSE
            PERFORM 1 FROM holdfast.lock l
                WHERE l.namespace = p_namespace AND l.name = p_names[i] FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                outcomes[i] := 'locked';
                CONTINUE;
            END IF;
        END IF;
        DELETE FROM holdfast.entry e
            WHERE e.namespace = p_namespace AND e.name = p_names[i] AND e.id = p_ids[i] AND e.token = p_tokens[i]
              AND e.state = 'holder'
            RETURNING e.expires_at > clock_timestamp() INTO v_held;
        outcomes[i] := CASE WHEN v_held THEN 'released' ELSE 'not_held' END;
        IF p_refuse[i] THEN
            INSERT INTO holdfast.entry (namespace, name, id, state, lease, expires_at, n, seq)
                VALUES (p_namespace, p_names[i], p_ids[i], 'tombstone', p_lease,
                    clock_timestamp() + 2 * p_lease * interval '1 millisecond', 0, 0)
                ON CONFLICT DO NOTHING;
        END IF;
        IF EXISTS (SELECT FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = p_names[i]) THEN
            IF holdfast.advance_1(p_namespace, p_names[i], p_ids[i]) THEN
                v_handed := true;
            END IF;
        END IF;
    END LOOP;
    IF NOT v_handed THEN
        -- Nobody hears of this release before another statement is flushed; a crash may bring the lease back.
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
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
              AND NOT EXISTS (SELECT FROM holdfast.entry e WHERE e.namespace = p_namespace AND e.name = v_name);
        IF FOUND THEN
            v_removed := v_removed + 1;
        END IF;
    END LOOP;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN v_removed;
END $$;
