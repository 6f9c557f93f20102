package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.AdvisoryFixture.ADVISORY;
import static dev.holdfast.lock.postgres.AdvisoryFixture.SOON;
import static dev.holdfast.lock.postgres.AdvisoryFixture.awaitGrant;
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
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mode advisory when something breaks: what is lost, what is told, and what is left. */
class AdvisoryFaultIT {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static RunningStore store;
    private static AdvisoryFixture on;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
        on = new AdvisoryFixture(store);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @AfterEach
    void nothingStays() throws Exception {
        on.clean();
    }

    @Test
    void endOfTheSharedSessionIsToldAndNothingElseIsLost() throws Exception {
        try (DriverFixture other = on.open(LEASE);
                DriverFixture it = on.open(Duration.ofSeconds(2))) {
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
        try (DriverFixture other = on.open(LEASE);
                DriverFixture it = on.open(LEASE)) {
            Grant held = other.granted("a");
            AcquisitionId id = AcquisitionId.random();
            it.enter(id, "a");
            Await.until("it waits", SOON, () -> on.locks("NOT granted") == 1);
            sql(
                    store,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
            Await.until("it waits again", SOON, () -> on.locks("NOT granted") == 1);
            other.release(held);
            Await.until("the grant", SOON, () -> it.context.granted.containsKey(id));
        }
    }

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
            assertEquals(1, on.locks("granted"));
            assertEquals(LeaveOutcome.GONE, it.driver.leave(again));
            assertEquals(0, on.locks("true"));
            assertEquals(ReleaseOutcome.NOT_HELD, it.release(grant));
        }
    }

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
            Await.until("the ghost has the lock", SOON, () -> on.locks("granted") == 1);
            proxy.blackHole(FaultProxy.Direction.TO_STORE);
            caller.join();
            assertEquals(1, on.locks("granted"), "the server does not know yet");
            proxy.heal();
            Await.until(
                    "it has left", SOON, () -> it.driver.leave(it.request(id, "a", true, true)) == LeaveOutcome.GONE);
            assertEquals(0, on.locks("true"));
        }
    }

    @Test
    void hungWaiterAheadIsEndedByItsIdleTimeOut() throws Exception {
        Duration lease = Duration.ofSeconds(1);
        try (DriverFixture holder = on.open(LEASE);
                DriverFixture it = on.open(lease)) {
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
                Await.until("the hung one waits", SOON, () -> on.locks("NOT granted") == 1);
                AcquisitionId id = AcquisitionId.random();
                it.enter(id, "a");
                Await.until("both wait", SOON, () -> on.locks("NOT granted") == 2);
                holder.release(held);
                Duration took =
                        Await.took(() -> Await.until("the grant", SOON, () -> it.context.granted.containsKey(id)));
                System.out.printf("behind one hung process: %d ms at a lease time of 1 s%n", took.toMillis());
                assertTrue(took.compareTo(lease.plusMillis(600)) < 0, took.toString());
                waiter.join();
            }
        }
    }

    @Test
    void lockedRowCostsItsOwnNameOnly() throws Exception {
        try (DriverFixture it = on.open(Duration.ofSeconds(3));
                PostgresProbe human = DriverFixture.admin(store)) {
            it.release(it.granted("blocked"));
            Grant held = it.granted("held");
            human.query("BEGIN");
            human.query("SELECT * FROM holdfast.lock WHERE name = 'blocked' FOR UPDATE");
            StoreException refused = assertThrows(StoreException.class, () -> it.granted("blocked"));
            assertEquals(StoreException.Kind.NOT_EXECUTED, refused.kind(), refused.getMessage());
            assertEquals(1, on.locks("granted"), "the lock without its token went back");
            assertInstanceOf(
                    Renewal.Renewed.class, it.driver.renew(List.of(held)).get(0));
            human.query("ROLLBACK");
            it.release(it.granted("blocked"));
            assertTrue(it.context.lost.isEmpty());
        }
    }
}
