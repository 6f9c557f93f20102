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
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mode advisory, one request at a time: sessions, seats, tokens and what is left when something breaks. */
class AdvisoryDriverIT {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Map<String, String> ADVISORY = Map.of("mode", "advisory");
    private static RunningStore store;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @AfterEach
    void nothingStays() throws Exception {
        Await.until("sessions end with their client", SOON, () -> count("true") == 0);
        sql(store, "DROP SCHEMA IF EXISTS holdfast CASCADE");
    }

    private static DriverFixture open(Duration lease) {
        return new DriverFixture(store.url(), options("test", lease, ADVISORY));
    }

    private static int count(String condition) throws Exception {
        return Integer.parseInt(sql(
                store,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast test' AND " + condition));
    }

    /** Asked in another database than that whose statements are counted. */
    private static int advisoryLocks(String condition) throws Exception {
        try (PostgresProbe probe = new PostgresProbe(store.host(), store.port(), "postgres", SOON)) {
            return Integer.parseInt(
                    probe.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND " + condition));
        }
    }

    private static Grant awaitGrant(DriverFixture it, AcquisitionId id, String name) throws Exception {
        Grant[] grant = new Grant[1];
        Await.until("a grant of " + name, SOON, () -> {
            if (it.look(id, name) instanceof Answer.Granted granted) {
                grant[0] = granted.grant();
            }
            return grant[0] != null;
        });
        return grant[0];
    }

    @Test
    void twoHundredLocksTakeNoMoreThanTheConfiguredConnections() throws Exception {
        Map<String, String> three = Map.of("mode", "advisory", "maxWaitConnections", "3");
        try (DriverFixture other = open(LEASE);
                DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, three))) {
            List<Grant> theirs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                theirs.add(other.granted("theirs-" + i));
                it.granted("ours-" + i);
            }
            List<AcquisitionId> waiters = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                waiters.add(AcquisitionId.random());
                assertInstanceOf(Answer.Waiting.class, it.enter(waiters.get(i), "theirs-" + i));
            }
            Await.until("three wait", SOON, () -> advisoryLocks("NOT granted") == 3);
            // One of the other client, and of this one the shared session and three that wait.
            assertEquals(5, count("true"));
            other.driver.release(theirs);
            for (int i = 0; i < 100; i++) {
                awaitGrant(it, waiters.get(i), "theirs-" + i);
                assertTrue(count("true") <= 5);
            }
            assertEquals(200, advisoryLocks("granted"));
        }
    }

    @Test
    void waitersOfOneClientAreServedInTheirOrderByOneSession() throws Exception {
        try (DriverFixture other = open(LEASE);
                DriverFixture it = open(LEASE)) {
            Grant held = other.granted("a");
            List<AcquisitionId> waiters = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiters.add(AcquisitionId.random());
                it.enter(waiters.get(i), "a");
            }
            Await.until("one waits", SOON, () -> advisoryLocks("NOT granted") == 1);
            other.release(held);
            for (int i = 0; i < 5; i++) {
                Grant grant = awaitGrant(it, waiters.get(i), "a");
                assertTrue(grant.token() > held.token());
                for (int later = i + 1; later < 5; later++) {
                    assertInstanceOf(Answer.Waiting.class, it.look(waiters.get(later), "a"));
                }
                assertEquals(ReleaseOutcome.RELEASED, it.release(grant));
            }
        }
    }

    @Test
    void uncontendedPairCostsTwoStatementsAndHandOverTwo() throws Exception {
        try (DriverFixture one = open(LEASE);
                DriverFixture two = open(LEASE)) {
            one.release(one.granted("a"));
            long before = store.requests().orElseThrow();
            for (int i = 0; i < 50; i++) {
                one.release(one.granted("a"));
            }
            assertEquals(100, store.requests().orElseThrow() - before);
            handOvers(one, two, 2);
            long warm = store.requests().orElseThrow();
            handOvers(one, two, 100);
            double perGrant = (store.requests().orElseThrow() - warm) / 100.0;
            System.out.printf("%.2f statements for each contended grant%n", perGrant);
            assertTrue(perGrant <= 2.2, perGrant + " statements for each contended grant");
        }
    }

    private static void handOvers(DriverFixture one, DriverFixture two, int count) throws Exception {
        DriverFixture[] turns = {one, two};
        AcquisitionId first = AcquisitionId.random();
        one.enter(first, "b");
        Grant holding = awaitGrant(one, first, "b");
        for (int i = 1; i <= count; i++) {
            DriverFixture next = turns[i % 2];
            AcquisitionId id = AcquisitionId.random();
            next.enter(id, "b");
            // Looking asks nobody, so only the wait itself is counted.
            Await.until("it waits", SOON, () -> advisoryLocks("NOT granted") == 1);
            turns[(i + 1) % 2].release(holding);
            Await.until("the grant is pushed", SOON, () -> next.context.granted.containsKey(id));
            holding = next.context.granted.get(id);
        }
        turns[count % 2].release(holding);
    }

    @Test
    void longWaitEndsWithAFullLease() throws Exception {
        Duration lease = Duration.ofMillis(1_500);
        try (DriverFixture other = open(LEASE);
                DriverFixture it = open(lease)) {
            Grant held = other.granted("a");
            AcquisitionId id = AcquisitionId.random();
            it.enter(id, "a");
            long end = System.nanoTime() + lease.toNanos();
            Await.until("the wait is long", SOON, () -> System.nanoTime() - end > 0);
            long released = System.nanoTime();
            other.release(held);
            Await.until("the grant", SOON, () -> it.context.granted.containsKey(id));
            Grant grant = it.context.granted.get(id);
            assertTrue(grant.validFrom() - released > 0, "valid from the sending of the wait");
        }
    }

    @Test
    void endOfTheSharedSessionIsToldAndNothingElseIsLost() throws Exception {
        try (DriverFixture other = open(LEASE);
                DriverFixture it = open(Duration.ofSeconds(2))) {
            Grant contended = other.granted("waited-for");
            AcquisitionId id = AcquisitionId.random();
            it.enter(id, "waited-for");
            other.release(contended);
            Grant waited = awaitGrant(it, id, "waited-for");
            Grant tried = it.granted("tried-for");
            sql(
                    store,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = (SELECT l.pid FROM"
                            + " pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND (classid::bigint << 32) |"
                            + " objid::bigint = " + new AdvisoryKey("holdfast", "test").of(tried.name()) + ")");
            Await.until("the loss is told", Duration.ofSeconds(1), () -> it.context.lost.containsKey(tried.id()));
            assertEquals(LossReason.SESSION_LOST, it.context.lost.get(tried.id()));
            assertEquals(1, it.context.lost.size(), "what another session carries is held on");
            assertInstanceOf(Renewal.Lost.class, it.driver.renew(List.of(tried)).get(0));
            assertInstanceOf(
                    Renewal.Renewed.class, it.driver.renew(List.of(waited)).get(0));
            assertEquals(ReleaseOutcome.NOT_HELD, it.release(tried));
            assertTrue(it.granted("tried-for").token() > tried.token());
        }
    }

    @Test
    void endOfAWaitingSessionCostsNothingButTheRequest() throws Exception {
        try (DriverFixture other = open(LEASE);
                DriverFixture it = open(LEASE)) {
            Grant held = other.granted("a");
            AcquisitionId id = AcquisitionId.random();
            it.enter(id, "a");
            Await.until("it waits", SOON, () -> advisoryLocks("NOT granted") == 1);
            sql(
                    store,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
            Await.until("it waits again", SOON, () -> advisoryLocks("NOT granted") == 1);
            other.release(held);
            Await.until("the grant", SOON, () -> it.context.granted.containsKey(id));
        }
    }

    /** The server goes on with what it was asked; the next session ends it before anything is asked again. */
    @Test
    void requestWithoutAnswerLeavesNothing() throws Exception {
        try (FaultProxy proxy = FaultProxy.before(store);
                DriverFixture it = new DriverFixture(store.urlVia(proxy.port()), options("test", LEASE, ADVISORY))) {
            it.release(it.granted("warm"));
            AcquisitionId id = AcquisitionId.random();
            proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "test"));
            StoreException lost = assertThrows(StoreException.class, () -> it.enter(id, "a"));
            assertEquals(StoreException.Kind.UNKNOWN, lost.kind(), lost.getMessage());
            AcquireRequest again = it.request(id, "a", false, true);
            Answer[] answer = new Answer[1];
            Await.until("an answer", SOON, () -> {
                try {
                    answer[0] = it.driver.enter(again);
                } catch (StoreException stillOpening) {
                    return false;
                }
                return true;
            });
            // Not busy: its own ghost is gone.
            Grant grant = assertInstanceOf(Answer.Granted.class, answer[0]).grant();
            assertEquals(1, advisoryLocks("granted"));
            assertEquals(LeaveOutcome.GONE, it.driver.leave(again));
            assertEquals(0, advisoryLocks("true"));
            assertEquals(ReleaseOutcome.NOT_HELD, it.release(grant));
        }
    }

    /** Nobody is there to read an end of connection: the server process is ended by the next session. */
    @Test
    void grantBehindADeadLinkIsEndedAndNotWaitedFor() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        try (FaultProxy proxy = FaultProxy.before(store);
                DriverFixture it = new DriverFixture(
                        store.urlVia(proxy.port()),
                        new DriverOptions("test", Duration.ofMinutes(10), SOON, timeout, 0, ADVISORY))) {
            it.release(it.granted("warm"));
            proxy.blackHole(FaultProxy.Direction.TO_CLIENT);
            AcquisitionId id = AcquisitionId.random();
            Thread caller = new Thread(() -> assertThrows(StoreException.class, () -> it.enter(id, "a")));
            caller.start();
            Await.until("the ghost has the lock", SOON, () -> advisoryLocks("granted") == 1);
            proxy.blackHole(FaultProxy.Direction.TO_STORE);
            caller.join();
            assertEquals(1, advisoryLocks("granted"), "the server does not know yet");
            proxy.heal();
            Await.until(
                    "it has left", SOON, () -> it.driver.leave(it.request(id, "a", true, true)) == LeaveOutcome.GONE);
            assertEquals(0, advisoryLocks("true"));
        }
    }

    /** A hung process that queues ahead costs one lease time, and no more. */
    @Test
    void hungWaiterAheadIsEndedByItsIdleTimeOut() throws Exception {
        Duration lease = Duration.ofSeconds(1);
        try (DriverFixture holder = open(LEASE);
                DriverFixture it = open(lease)) {
            Grant held = holder.granted("a");
            Properties hung = new Properties();
            hung.setProperty("user", "holdfast");
            hung.setProperty("password", "holdfast");
            hung.setProperty(
                    "options", AdvisorySettings.of(lease, Duration.ZERO).options());
            try (Connection connection = DriverManager.getConnection(
                            "jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast", hung);
                    Statement statement = connection.createStatement()) {
                Thread waiter = new Thread(() -> {
                    try {
                        statement.execute("SELECT pg_advisory_lock("
                                + new AdvisoryKey("holdfast", "test").of(new LockName("a")) + ")");
                    } catch (java.sql.SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                waiter.start();
                Await.until("the hung one waits", SOON, () -> advisoryLocks("NOT granted") == 1);
                AcquisitionId id = AcquisitionId.random();
                it.enter(id, "a");
                Await.until("both wait", SOON, () -> advisoryLocks("NOT granted") == 2);
                holder.release(held);
                Duration took =
                        Await.took(() -> Await.until("the grant", SOON, () -> it.context.granted.containsKey(id)));
                System.out.printf("behind one hung process: %d ms at a lease time of 1 s%n", took.toMillis());
                assertTrue(took.compareTo(lease.plusMillis(600)) < 0, took.toString());
                waiter.join();
            }
        }
    }

    /** Somebody's open transaction on the row of one name: that name waits for it, no lease of another one does. */
    @Test
    void lockedRowCostsItsOwnNameOnly() throws Exception {
        try (DriverFixture it = open(Duration.ofSeconds(3));
                PostgresProbe human = DriverFixture.admin(store)) {
            it.release(it.granted("blocked"));
            Grant held = it.granted("held");
            human.query("BEGIN");
            human.query("SELECT * FROM holdfast.lock WHERE name = 'blocked' FOR UPDATE");
            StoreException refused = assertThrows(StoreException.class, () -> it.granted("blocked"));
            assertEquals(StoreException.Kind.NOT_EXECUTED, refused.kind(), refused.getMessage());
            assertEquals(1, advisoryLocks("granted"), "the lock without its token went back");
            assertInstanceOf(
                    Renewal.Renewed.class, it.driver.renew(List.of(held)).get(0));
            human.query("ROLLBACK");
            it.release(it.granted("blocked"));
            assertTrue(it.context.lost.isEmpty());
        }
    }

    /** Idle for several lease times, without a renewal: heartbeats keep what is held and what waits. */
    @Test
    void sessionsOutliveTheirIdleTimeOut() throws Exception {
        Duration lease = Duration.ofMillis(1_500);
        try (DriverFixture other = open(LEASE);
                DriverFixture it = open(lease)) {
            Grant contended = other.granted("b");
            Grant held = it.granted("a");
            AcquisitionId id = AcquisitionId.random();
            it.enter(id, "b");
            Await.never("a loss", lease.multipliedBy(2), () -> !it.context.lost.isEmpty());
            assertEquals(ReleaseOutcome.RELEASED, it.release(held));
            other.release(contended);
            Await.until("the grant", SOON, () -> it.context.granted.containsKey(id));
        }
    }
}
