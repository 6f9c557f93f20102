-- Holdfast, protocol 1, both modes: registers, which are no part of any lock and never swept. Run after schema.sql.

CREATE TABLE IF NOT EXISTS holdfast.register (
    namespace text COLLATE "C" NOT NULL,
    name      text COLLATE "C" NOT NULL,
    mark      bigint NOT NULL,       -- highest token seen
    value     bytea,                 -- null until it is written
    PRIMARY KEY (namespace, name)
);

-- Reads, or writes unless p_value is null, if the token is not below the mark; raises the mark to it. The row lock
-- orders everything that happens to the register. Before a refusal nothing was changed.
CREATE OR REPLACE FUNCTION holdfast.register_1(
    p_namespace text, p_name text, p_token bigint, p_value bytea, p_wait integer,
    OUT accepted boolean, OUT highest bigint, OUT held bytea)
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Holdfast needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'HF001';
    END IF;
    IF p_wait > 0 THEN
        PERFORM set_config('lock_timeout', p_wait::text, true);
    END IF;
    INSERT INTO holdfast.register AS r VALUES (p_namespace, p_name, p_token, p_value)
        ON CONFLICT (namespace, name) DO UPDATE
            SET mark = EXCLUDED.mark, value = coalesce(EXCLUDED.value, r.value)
            WHERE r.mark <= EXCLUDED.mark
        RETURNING r.mark, CASE WHEN p_value IS NULL THEN r.value END INTO highest, held;
    accepted := FOUND;
    IF NOT accepted THEN
        SELECT r.mark INTO highest FROM holdfast.register r WHERE r.namespace = p_namespace AND r.name = p_name;
    END IF;
END $$;
