package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.LockName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements of mode advisory. Each is one round trip and one transaction. A grant and its token are one statement:
 * the row of the name in table {@code lock} is written, and flushed, before anybody hears of the grant (rules F3, S2).
 */
final class AdvisoryStatements {
    /** How long the row of a name may be locked by somebody else once the advisory lock of the name is ours. */
    private static final String ROW_WAIT = "2s";

    private static final String CANCELED = "57014";
    private static final String LOCK_TIMEOUT = "55P03";
    private static final String UNRESOLVED = "08007";

    /**
     * The durable last token of the name, raised by whoever has its advisory lock. Read committed: the conflict is
     * resolved on the latest version of the row, whatever the snapshot of the statement.
     */
    private static final String TOKEN =
            """
            f AS (
                INSERT INTO %s.lock AS t (namespace, name, last_token)
                    SELECT ?, ?, greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, ?)
                        FROM l WHERE l.how <> 'busy'
                    ON CONFLICT (namespace, name)
                        DO UPDATE SET last_token = greatest(t.last_token + 1, excluded.last_token)
                    RETURNING t.last_token)
            SELECT l.how, (SELECT f.last_token FROM f) FROM l""";

    private static final String TRY =
            """
            WITH l AS MATERIALIZED (SELECT CASE WHEN pg_try_advisory_lock(?) THEN 'free' ELSE 'busy' END AS how),
            """;

    /** The time-out holds for the wait; before the row is written it becomes a short one. */
    private static final String WAIT =
            """
            WITH s AS MATERIALIZED (SELECT set_config('lock_timeout', ?, true)),
            a AS MATERIALIZED (SELECT CASE WHEN pg_try_advisory_lock(?) THEN 'free'
                ELSE 'waited' || pg_advisory_lock(?)::text END AS how FROM s),
            l AS MATERIALIZED (SELECT a.how, set_config('lock_timeout', '%s', true) FROM a),
            """
                    .formatted(ROW_WAIT);

    /** The namespace says in the server's log and on the wire whose keys these are; it is always true. */
    private static final String UNLOCK =
            """
            SELECT pg_advisory_unlock(k) FROM unnest(?::bigint[]) WITH ORDINALITY u(k, n)
            WHERE ?::text IS NOT NULL ORDER BY n""";

    /** Without the warning in the server's log that unlocking what is not locked would leave there. */
    private static final String UNLOCK_IF_HELD =
            """
            SELECT pg_advisory_unlock(?) WHERE EXISTS (SELECT FROM pg_catalog.pg_locks
                WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid()
                  AND (classid::bigint << 32) | objid::bigint = ?)""";

    private static final String STILL_WAITING =
            "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = ANY (?)";

    private static final String END =
            """
            SELECT pg_terminate_backend(a.pid, 100) FROM pg_catalog.pg_stat_activity a
            JOIN unnest(?::int[], ?::bigint[]) b(pid, started)
                ON a.pid = b.pid AND (extract(epoch FROM a.backend_start) * 1000000)::bigint = b.started""";

    /** The server process behind a session: no other one ever has the same number and start. */
    record Backend(int pid, long startedMicros) {}

    /**
     * What a request for a lock brought.
     *
     * @param token {@code null} if somebody else has the lock
     * @param waited whether somebody else had it when the request came
     */
    record Taken(@Nullable Long token, boolean waited) {}

    private final String namespace;
    private final long floor;
    private final String tryLock;
    private final String waitForLock;

    AdvisoryStatements(String schema, String namespace, long tokenFloor) {
        this.namespace = namespace;
        this.floor = tokenFloor + 1;
        String token = TOKEN.formatted(PostgresLayout.quoted(schema));
        this.tryLock = TRY + token;
        this.waitForLock = WAIT + token;
    }

    /** Takes the lock if it is free. */
    Taken tryLock(Connection connection, long key, LockName name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(tryLock)) {
            statement.setLong(1, key);
            return take(statement, 2, name);
        }
    }

    /** Waits for the lock and takes it. */
    Taken waitForLock(Connection connection, long key, LockName name, long longestMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(waitForLock)) {
            statement.setString(1, Long.toString(longestMillis));
            statement.setLong(2, key);
            statement.setLong(3, key);
            return take(statement, 4, name);
        }
    }

    private Taken take(PreparedStatement statement, int at, LockName name) throws SQLException {
        statement.setString(at, namespace);
        statement.setString(at + 1, name.value());
        statement.setLong(at + 2, floor);
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            String how = row.getString(1);
            long token = row.getLong(2);
            return new Taken(how.equals("busy") ? null : token, !how.equals("free"));
        }
    }

    /** Gives locks of this session back; for each whether the session had it. */
    boolean[] unlock(Connection connection, List<Long> keys) throws SQLException {
        boolean[] had = new boolean[keys.size()];
        try (PreparedStatement statement = connection.prepareStatement(UNLOCK)) {
            statement.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
            statement.setString(2, namespace);
            try (ResultSet rows = statement.executeQuery()) {
                for (int i = 0; rows.next(); i++) {
                    had[i] = rows.getBoolean(1);
                }
            }
        }
        return had;
    }

    /**
     * After a request for this lock that ended with an error, whatever the error says: the lock may have been granted
     * before. A time-out or cancel that hits the wait at the moment of the grant leaves the lock with the session
     * (measured: a quarter of the time-outs of a lock that changes hands quickly), and no rollback takes it back.
     */
    void unlockAfterError(Connection connection, long key) throws SQLException {
        for (int tries = 0; ; tries++) {
            try (PreparedStatement statement = connection.prepareStatement(UNLOCK_IF_HELD)) {
                statement.setLong(1, key);
                statement.setLong(2, key);
                statement.execute();
                return;
            } catch (SQLException e) {
                // A cancel that was meant for the wait may come late.
                if (tries == 2 || !PostgresErrors.state(e).equals(CANCELED)) {
                    // Nobody knows what the session has: it must not live on.
                    throw new SQLException("whether the lock was granted stays unknown", UNRESOLVED, e);
                }
            }
        }
    }

    /** Whether the wait just ended, by a cancel or its time-out, and nothing is wrong. */
    static boolean isEndOfWait(SQLException e) {
        String state = PostgresErrors.state(e);
        return state.equals(CANCELED) || state.equals(LOCK_TIMEOUT);
    }

    /** Proves that the session is alive, and restarts its timer. */
    static boolean ping(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            return true;
        }
    }

    /** Which of these server processes wait for an advisory lock. */
    static Set<Integer> stillWaiting(Connection connection, Collection<Integer> pids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STILL_WAITING)) {
            statement.setArray(1, connection.createArrayOf("int", pids.toArray()));
            Set<Integer> waiting = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    waiting.add(rows.getInt(1));
                }
            }
            return waiting;
        }
    }

    /** Asks that server process to give up what it does. */
    static boolean cancel(Connection connection, int pid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_cancel_backend(?)")) {
            statement.setInt(1, pid);
            return statement.execute();
        }
    }

    /** Ends these server processes, and with them their locks; whether none of them is left. */
    static boolean end(Connection connection, Collection<Backend> backends) throws SQLException {
        Array pids = connection.createArrayOf(
                "int", backends.stream().map(Backend::pid).toArray());
        Array starts = connection.createArrayOf(
                "bigint", backends.stream().map(Backend::startedMicros).toArray());
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setArray(1, pids);
            statement.setArray(2, starts);
            boolean ended = true;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ended &= rows.getBoolean(1);
                }
            }
            return ended;
        }
    }
}
