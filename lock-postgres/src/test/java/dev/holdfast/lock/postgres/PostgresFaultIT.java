package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lost replies, a server that stops, crashes or is away. */
class PostgresFaultIT {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration SLACK = Duration.ofMillis(700);

    private RunningStore store;
    private FaultProxy proxy;
    private DriverFixture it;

    @BeforeEach
    void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES, StoreKind.POSTGRES.durableArgs());
        proxy = FaultProxy.before(store);
        it = new DriverFixture(store.urlVia(proxy.port()), options("test", LEASE, Map.of()));
    }

    @AfterEach
    void stop() {
        it.close();
        proxy.close();
        store.close();
    }

    private static void unknown(org.junit.jupiter.api.function.Executable call) {
        StoreException e = assertThrows(StoreException.class, call);
        assertEquals(StoreException.Kind.UNKNOWN, e.kind(), e.getMessage());
    }

    @Test
    void lostReplyOfEnterIsRepeatedWithTheSameToken() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "enter_1"));
        unknown(() -> it.enter(id, "a"));
        String token = sql(store, "SELECT token FROM " + DriverFixture.ENTRIES);
        Answer.Granted granted =
                assertInstanceOf(Answer.Granted.class, it.driver.enter(it.request(id, "a", true, true)));
        assertEquals(token, Long.toString(granted.grant().token()));
        assertEquals("1", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
        assertEquals(ReleaseOutcome.RELEASED, it.release(granted.grant()));
        assertEquals("tombstone", sql(store, "SELECT state FROM holdfast.entry"));
    }

    @Test
    void lostRepliesOfRenewReleaseAndLeave() throws Exception {
        Grant grant = it.granted("a");
        proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "renew_1"));
        assertInstanceOf(Renewal.Unknown.class, it.driver.renew(List.of(grant)).get(0));
        assertInstanceOf(Renewal.Renewed.class, it.driver.renew(List.of(grant)).get(0));
        proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "release_1"));
        assertEquals(ReleaseOutcome.UNKNOWN, it.release(grant));
        assertEquals(ReleaseOutcome.NOT_HELD, it.release(grant));
        AcquisitionId id = AcquisitionId.random();
        it.enter(id, "a");
        proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "leave_1"));
        unknown(() -> it.driver.leave(it.request(id, "a", true, false)));
        assertEquals(LeaveOutcome.GONE, it.driver.leave(it.request(id, "a", true, true)));
    }

    /** The server executes what it had in its buffers when it was stopped; the tombstone stands against it. */
    @Test
    void requestsEndInTimeWhileTheServerIsStoppedAndGhostsAreRefusedAfterwards() throws Exception {
        it.granted("warm");
        AcquisitionId ghost = AcquisitionId.random();
        store.pause();
        Duration took = Await.took(() -> {
            unknown(() ->
                    it.driver.enter(new AcquireRequest(ghost, new LockName("a"), true, false, Duration.ofMillis(700))));
        });
        assertTrue(took.compareTo(Duration.ofMillis(700).plus(SLACK)) < 0, took.toString());
        took = Await.took(() -> assertThrows(StoreException.class, () -> it.enter(AcquisitionId.random(), "b")));
        assertTrue(took.compareTo(DriverFixture.TIMEOUT.plus(SLACK)) < 0, took.toString());
        store.resume();
        Await.until("the ghost or the farewell is in", Duration.ofSeconds(10), () -> {
            try {
                return it.driver.leave(it.request(ghost, "a", true, true)) == LeaveOutcome.GONE;
            } catch (StoreException e) {
                return false;
            }
        });
        StoreException late = assertThrows(StoreException.class, () -> it.enter(ghost, "a"));
        assertEquals(StoreException.Kind.REFUSED, late.kind());
        it.release(it.granted("a"));
    }

    @Test
    void grantsSurviveACrashAndOneFailureTellsOfIt() throws Exception {
        Grant grant = it.granted("a");
        long last = grant.token();
        for (int i = 0; i < 4; i++) {
            it.release(it.granted("fills-the-pool-" + i));
        }
        store.restart();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            try {
                assertInstanceOf(
                        Answer.Waiting.class,
                        it.driver.enter(new AcquireRequest(
                                AcquisitionId.random(), new LockName("a"), true, false, Duration.ofSeconds(10))));
            } catch (StoreException e) {
                assertTrue(e.kind() != StoreException.Kind.REFUSED, e.getMessage());
                failures.add(e.getMessage());
            }
        }
        assertTrue(failures.size() <= 1, "requests that failed: " + failures);
        Renewal renewal = it.driver.renew(List.of(grant)).get(0);
        if (renewal instanceof Renewal.Unknown) {
            renewal = it.driver.renew(List.of(grant)).get(0);
        }
        assertInstanceOf(Renewal.Renewed.class, renewal);
        it.release(grant);
        try (DriverFixture other = DriverFixture.open(store, LEASE)) {
            assertTrue(other.granted("b").token() > last);
        }
    }

    @Test
    void fewAttemptsWhileTheStoreIsAway() throws Exception {
        it.release(it.granted("a"));
        proxy.refuseNew();
        proxy.reset();
        long before = proxy.attempts();
        ExecutorService threads = Executors.newFixedThreadPool(50);
        Duration took;
        try {
            took = Await.took(() -> {
                List<Future<?>> callers = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    callers.add(threads.submit(() -> {
                        long end = System.nanoTime() + 3_000_000_000L;
                        while (System.nanoTime() < end) {
                            assertThrows(
                                    StoreException.class,
                                    () -> it.driver.enter(new AcquireRequest(
                                            AcquisitionId.random(),
                                            new LockName("a"),
                                            true,
                                            false,
                                            Duration.ofMillis(300))));
                        }
                    }));
                }
                for (Future<?> caller : callers) {
                    caller.get();
                }
            });
        } finally {
            threads.shutdownNow();
        }
        // With and without encryption: one attempt of the pool is two connections, as the client library goes about it.
        long attempts = proxy.attempts() - before;
        assertTrue(attempts <= 10 * took.toMillis() / 1_000, attempts + " attempts in " + took);
        proxy.heal();
        // The same acquire all along: one of its tries may be granted without being heard.
        AcquisitionId back = AcquisitionId.random();
        Await.until("it works again", Duration.ofSeconds(10), () -> {
            try {
                it.release(it.granted(back, "a"));
                return true;
            } catch (StoreException e) {
                return false;
            }
        });
    }

    @Test
    void closeIsBoundedWhileTheServerIsStopped() throws Exception {
        it.granted("a");
        store.pause();
        Duration took = Await.took(() -> {
            it.driver.close();
        });
        assertTrue(took.compareTo(DriverFixture.TIMEOUT.plus(SLACK)) < 0, took.toString());
        store.resume();
    }

    @Test
    void twoStatementsForAPairAndOneForAThousandRenewals() throws Exception {
        for (int i = 0; i < 10; i++) {
            it.release(it.granted("a"));
        }
        Await.until("the pool is full", Duration.ofSeconds(10), () -> sql(
                        store, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast'")
                .equals("6"));
        long before = store.requests().orElseThrow();
        for (int i = 0; i < 50; i++) {
            it.release(it.granted("a"));
        }
        assertEquals(100, store.requests().orElseThrow() - before);
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            grants.add(it.granted("held-" + i));
        }
        long held = store.requests().orElseThrow();
        assertEquals(
                Collections.nCopies(1_000, true),
                it.driver.renew(grants).stream()
                        .map(Renewal.Renewed.class::isInstance)
                        .toList());
        assertEquals(1, store.requests().orElseThrow() - held);
        assertEquals(Collections.nCopies(1_000, ReleaseOutcome.RELEASED), it.driver.release(grants));
        assertEquals(2, store.requests().orElseThrow() - held);
    }
}
