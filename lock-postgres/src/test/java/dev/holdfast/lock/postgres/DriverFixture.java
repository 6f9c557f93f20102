package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.RecordingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An open driver with a context that only records, and short ways to speak to it. */
final class DriverFixture implements AutoCloseable {
    /** Whatever holds, waits or must not come back, to select from. */
    static final String ENTRIES = "(SELECT namespace, name, holder AS id, 'holder' AS state, token, expires_at"
            + " FROM holdfast.lock WHERE holder IS NOT NULL"
            + " UNION ALL SELECT namespace, name, id, state, token, expires_at FROM holdfast.entry) AS entries";

    static final Duration TIMEOUT = Duration.ofSeconds(2);

    final RecordingContext context;
    final LockDriver driver;

    DriverFixture(String url, DriverOptions options) {
        context = new RecordingContext(options);
        try {
            driver = new PostgresLocks().open(LockUrl.parse(url), context);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    static DriverFixture open(RunningStore store, Duration lease) {
        return new DriverFixture(store.url(), options("test", lease, Map.of()));
    }

    /** A session of the superuser in the database of the tests. */
    static PostgresProbe admin(RunningStore store) throws IOException {
        return new PostgresProbe(store.host(), store.port(), "holdfast", Duration.ofSeconds(10));
    }

    /** The first column of the first row, as text; empty if there is none. */
    static String sql(RunningStore store, String text) throws IOException {
        try (PostgresProbe admin = admin(store)) {
            List<List<String>> rows = admin.query(text);
            return rows.isEmpty() ? "" : String.valueOf(rows.get(0).get(0));
        }
    }

    static DriverOptions options(String namespace, Duration lease, Map<String, String> parameters) {
        return new DriverOptions(namespace, lease, Duration.ofSeconds(5), TIMEOUT, 0, parameters);
    }

    /** The same with time for a machine that is busy with much else. */
    static DriverOptions patient(Duration lease) {
        Duration timeout = Duration.ofSeconds(10);
        return new DriverOptions("test", lease, timeout, timeout, 0, Map.of());
    }

    AcquireRequest request(AcquisitionId id, String name, boolean mayWait, boolean unanswered) {
        Duration timeout = context.options().storeTimeout();
        return new AcquireRequest(id, new LockName(name), mayWait, unanswered, timeout);
    }

    Answer enter(AcquisitionId id, String name) throws InterruptedException {
        return driver.enter(request(id, name, true, false));
    }

    Answer look(AcquisitionId id, String name) throws InterruptedException {
        return driver.look(request(id, name, true, false));
    }

    Grant granted(String name) throws InterruptedException {
        return granted(AcquisitionId.random(), name);
    }

    Grant granted(AcquisitionId id, String name) throws InterruptedException {
        Answer answer = enter(id, name);
        if (answer instanceof Answer.Granted granted) {
            return granted.grant();
        }
        throw new AssertionError("expected a grant of '" + name + "', not " + answer);
    }

    ReleaseOutcome release(Grant grant) {
        return driver.release(List.of(grant)).get(0);
    }

    @Override
    public void close() {
        driver.close();
        context.close();
    }
}
