package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A wait that ends at the moment of its grant, by time-out or cancel: the lock is never left with the session. */
class AdvisoryRaceIT {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final String URL_MODE = "?mode=advisory&namespace=race";
    private static RunningStore store;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
        Locks.open(store.url() + URL_MODE).close();
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    private static String advisoryLocks() throws Exception {
        return sql(store, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
    }

    /** The race itself, so that nobody takes the unlock for superfluous: errors that leave the lock behind do occur. */
    @Test
    void timeOutThatLeavesTheLockIsMadeGood() throws Exception {
        AdvisoryTarget target = new AdvisoryTarget(
                LockUrl.parse(store.url()),
                PostgresParameters.of(options("race", LEASE, Map.of("mode", "advisory"))),
                options("race", LEASE, Map.of("mode", "advisory")),
                LEASE);
        AdvisoryStatements statements = new AdvisoryStatements("holdfast", "race", 0);
        LockName name = new LockName("hot");
        long key = new AdvisoryKey("holdfast", "race").of(name);
        AtomicInteger raced = new AtomicInteger();
        AtomicInteger errors = new AtomicInteger();
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> contenders = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                contenders.add(threads.submit(() -> {
                    try (Connection connection = target.openWaiting(LEASE).connection()) {
                        while (raced.get() < 20 && System.nanoTime() - end < 0) {
                            try {
                                statements.waitForLock(connection, key, name, 1);
                                statements.unlock(connection, List.of(key));
                            } catch (SQLException e) {
                                assertTrue(AdvisoryStatements.isEndOfWait(e), e.getMessage());
                                errors.incrementAndGet();
                                raced.addAndGet(locks(connection));
                                statements.unlockAfterError(connection, key);
                                assertEquals(0, locks(connection), "the lock stayed with the session");
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> contender : contenders) {
                contender.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.printf("%d of %d time-outs left the lock with the session%n", raced.get(), errors.get());
        assertTrue(raced.get() > 0, "the race was not met in " + errors + " time-outs");
        Await.until(
                "no lock is left", Duration.ofSeconds(5), () -> advisoryLocks().equals("0"));
    }

    private static boolean isFree(LockClient client) throws InterruptedException {
        try {
            client.named("abandoned").acquire(Duration.ofSeconds(1)).release();
            return true;
        } catch (StoreUnavailableException open) {
            return false;
        }
    }

    private static int locks(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND granted AND pid = pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Waits that give up just when the lock is released, a thousand times; every fourth is interrupted instead. */
    @Test
    void aThousandAbandonedWaitsLeaveNothing() throws Exception {
        ClientOptions lease = ClientOptions.builder().leaseTime(LEASE).build();
        Random random = new Random(7);
        int granted = 0;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (LockClient holding = Locks.open(store.url() + URL_MODE, lease);
                LockClient waiting = Locks.open(store.url() + URL_MODE, lease)) {
            for (int round = 0; round < 1_000; round++) {
                Lease held = holding.named("abandoned").acquire(Duration.ofSeconds(10));
                Duration wait = round % 4 == 3 ? Duration.ofSeconds(5) : Duration.ofMillis(1 + random.nextInt(4));
                Future<Boolean> waiter = thread.submit(() -> {
                    try {
                        Optional<Lease> lease2 = waiting.named("abandoned").tryAcquire(wait);
                        lease2.ifPresent(Lease::release);
                        return lease2.isPresent();
                    } catch (StoreUnavailableException | InterruptedException tooShortForAnAnswerOrGivenUp) {
                        return false;
                    }
                });
                long release = System.nanoTime() + random.nextInt(5_000_000);
                while (System.nanoTime() - release < 0) {
                    Thread.onSpinWait();
                }
                if (round % 4 == 3) {
                    waiter.cancel(true);
                    held.release();
                    continue;
                }
                held.release();
                granted += waiter.get() ? 1 : 0;
            }
            System.out.printf("%d of 1000 waits ended with a grant%n", granted);
            Await.until("no lock is left", Duration.ofSeconds(10), () -> advisoryLocks()
                    .equals("0"));
            for (LockClient client : List.of(holding, waiting)) {
                // Waits of a millisecond that get no answer in time count as failures, and may have opened the breaker.
                Await.until("the lock is free", Duration.ofSeconds(10), () -> isFree(client));
            }
        } finally {
            thread.shutdownNow();
        }
        Await.until(
                "no lock is left", Duration.ofSeconds(5), () -> advisoryLocks().equals("0"));
    }
}
