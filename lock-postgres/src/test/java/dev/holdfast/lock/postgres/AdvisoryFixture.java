package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.Map;

/** Drivers of mode advisory on one server, and what the server says about them. */
record AdvisoryFixture(RunningStore store) {
    static final Map<String, String> ADVISORY = Map.of("mode", "advisory");
    static final Duration SOON = Duration.ofSeconds(5);

    DriverFixture open(Duration lease) {
        return new DriverFixture(store.url(), DriverFixture.options("test", lease, ADVISORY));
    }

    int sessions() throws Exception {
        return count("pg_stat_activity WHERE application_name = 'holdfast test'");
    }

    int locks(String condition) throws Exception {
        return count("pg_locks WHERE locktype = 'advisory' AND " + condition);
    }

    /** Asked in another database than that whose statements are counted. */
    private int count(String from) throws Exception {
        try (PostgresProbe probe = new PostgresProbe(store.host(), store.port(), "postgres", SOON)) {
            return Integer.parseInt(probe.value("SELECT count(*) FROM " + from));
        }
    }

    /** Removes what clients made, once their sessions are gone. */
    void clean() throws Exception {
        Await.until("sessions end with their client", SOON, () -> sessions() == 0);
        DriverFixture.sql(store, "DROP SCHEMA IF EXISTS holdfast CASCADE");
    }

    static Grant awaitGrant(DriverFixture it, AcquisitionId id, String name) throws Exception {
        Grant[] grant = new Grant[1];
        Await.until("a grant of " + name, SOON, () -> {
            if (it.look(id, name) instanceof Answer.Granted granted) {
                grant[0] = granted.grant();
            }
            return grant[0] != null;
        });
        return grant[0];
    }
}
