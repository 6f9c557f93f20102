package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** PostgreSQL, mode advisory; the keys and names of sessions that it reads are those of {@code docs/postgresql.md}. */
final class PostgresAdvisoryHarness extends StoreHarness {
    PostgresAdvisoryHarness(RunningStore store) {
        super(store);
    }

    @Override
    public String store() {
        return "postgresql-advisory";
    }

    @Override
    String inNamespace(String url) {
        return Variant.POSTGRES_ADVISORY.url(super.inNamespace(url));
    }

    @Override
    StoreHarness on(RunningStore other) {
        return new PostgresAdvisoryHarness(other);
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/postgres/postgresql-advisory.expected";
    }

    @Override
    public Duration shortestLease() {
        return steadyLease(Duration.ofMillis(200));
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofMillis(100);
    }

    /** A lock belongs to the session, and the session to its connection. */
    @Override
    public boolean leasesOutliveConnections() {
        return false;
    }

    @Override
    List<String> entries() throws IOException {
        try (PostgresProbe probe = probe()) {
            return probe
                    .query("SELECT CASE WHEN l.granted THEN 'holder ' ELSE 'waiter ' END || l.classid || ':' || l.objid"
                            + " || ' process ' || l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                            + " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND a.application_name = 'holdfast "
                            + namespace() + "'")
                    .stream()
                    .map(row -> String.valueOf(row.get(0)))
                    .toList();
        }
    }

    @Override
    boolean end(String lockName) throws IOException {
        String text = "holdfast/" + namespace() + "/" + lockName.replace("'", "''");
        try (PostgresProbe probe = probe()) {
            return !probe.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
                            + " AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = ('x' ||"
                            + " left(encode(sha256(convert_to('" + text
                            + "', 'UTF8')), 'hex'), 16))::bit(64)::bigint")
                    .isEmpty();
        }
    }

    private PostgresProbe probe() throws IOException {
        return new PostgresProbe(running().host(), running().port(), "holdfast", PROBE_TIMEOUT);
    }
}
