package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/** PostgreSQL, mode row; the tables it reads are those of {@code docs/postgresql.md}. */
final class PostgresHarness extends StoreHarness {
    private final boolean flushes;

    PostgresHarness(RunningStore store) {
        this(new SingleServer(store));
    }

    PostgresHarness(Deployment store) {
        super(store);
        try {
            this.flushes = answers("SHOW fsync", "on");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask " + store, e);
        }
    }

    @Override
    public String store() {
        return "postgresql-row" + suffix();
    }

    /** What is not flushed need not survive, and the driver then rightly does not claim that it does. */
    @Override
    String expectedResults() {
        return "dev/holdfast/lock/postgres/" + store() + (flushes ? "" : "-unflushed") + ".expected";
    }

    @Override
    public void endConnections() {
        try (PostgresProbe probe = probe()) {
            probe.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    + " WHERE application_name = 'holdfast' AND pid <> pg_backend_pid()");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the connections to " + running(), e);
        }
    }

    @Override
    public Duration shortestLease() {
        return steadyLease(Duration.ofMillis(200));
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofMillis(50);
    }

    @Override
    List<String> entries() throws IOException {
        if (answers("SELECT count(*) FROM pg_tables WHERE schemaname = 'holdfast' AND tablename = 'entry'", "0")) {
            return List.of();
        }
        try (PostgresProbe probe = probe()) {
            return probe
                    .query("SELECT x.state || ' ' || x.name || ' ' || x.id FROM ("
                            + "SELECT 'holder', namespace, name, holder, expires_at FROM holdfast.lock"
                            + " WHERE holder IS NOT NULL"
                            + " UNION ALL SELECT state, namespace, name, id, expires_at FROM holdfast.entry"
                            + " WHERE state = 'waiter') x (state, namespace, name, id, expires_at)"
                            + " WHERE x.namespace = '" + namespace() + "' AND x.expires_at > clock_timestamp()")
                    .stream()
                    .map(row -> String.valueOf(row.get(0)))
                    .toList();
        }
    }

    @Override
    boolean end(String lockName) throws IOException {
        try (PostgresProbe probe = probe()) {
            return !probe.query("UPDATE holdfast.lock SET expires_at = clock_timestamp() WHERE holder IS NOT NULL"
                            + " AND namespace = '" + namespace() + "' AND name = '" + lockName.replace("'", "''")
                            + "' RETURNING holder")
                    .isEmpty();
        }
    }

    private boolean answers(String sql, String expected) throws IOException {
        try (PostgresProbe probe = probe()) {
            return probe.value(sql).equals(expected);
        }
    }

    private PostgresProbe probe() throws IOException {
        return new PostgresProbe(running().host(), running().port(), "holdfast", PROBE_TIMEOUT);
    }
}
