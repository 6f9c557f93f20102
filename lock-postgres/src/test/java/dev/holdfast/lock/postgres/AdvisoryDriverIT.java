package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.AdvisoryFixture.SOON;
import static dev.holdfast.lock.postgres.AdvisoryFixture.awaitGrant;
import static dev.holdfast.lock.postgres.DriverFixture.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mode advisory, one request at a time: sessions, seats and what they cost. */
class AdvisoryDriverIT {
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
    void twoHundredLocksTakeNoMoreThanTheConfiguredConnections() throws Exception {
        Map<String, String> three = Map.of("mode", "advisory", "maxWaitConnections", "3");
        try (DriverFixture other = on.open(LEASE);
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
            Await.until("three wait", SOON, () -> on.locks("NOT granted") == 3);
            // One of the other client, and of this one the shared session and three that wait.
            assertEquals(5, on.sessions());
            other.driver.release(theirs);
            for (int i = 0; i < 100; i++) {
                awaitGrant(it, waiters.get(i), "theirs-" + i);
                assertTrue(on.sessions() <= 5);
            }
            assertEquals(200, on.locks("granted"));
        }
    }

    @Test
    void waitersOfOneClientAreServedInTheirOrderByOneSession() throws Exception {
        try (DriverFixture other = on.open(LEASE);
                DriverFixture it = on.open(LEASE)) {
            Grant held = other.granted("a");
            List<AcquisitionId> waiters = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiters.add(AcquisitionId.random());
                it.enter(waiters.get(i), "a");
            }
            Await.until("one waits", SOON, () -> on.locks("NOT granted") == 1);
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
        try (DriverFixture one = on.open(LEASE);
                DriverFixture two = on.open(LEASE)) {
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
            Await.until("it waits", SOON, () -> on.locks("NOT granted") == 1);
            turns[(i + 1) % 2].release(holding);
            Await.until("the grant is pushed", SOON, () -> next.context.granted.containsKey(id));
            holding = next.context.granted.get(id);
        }
        turns[count % 2].release(holding);
    }

    @Test
    void longWaitEndsWithAFullLease() throws Exception {
        Duration lease = Duration.ofMillis(1_500);
        try (DriverFixture other = on.open(LEASE);
                DriverFixture it = on.open(lease)) {
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

    /** The server goes on with what it was asked; the next session ends it before anything is asked again. */

    /** Nobody is there to read an end of connection: the server process is ended by the next session. */

    /** A hung process that queues ahead costs one lease time, and no more. */

    /** Somebody's open transaction on the row of one name: that name waits for it, no lease of another one does. */

    /** Idle for several lease times, without a renewal: heartbeats keep what is held and what waits. */
    @Test
    void sessionsOutliveTheirIdleTimeOut() throws Exception {
        Duration lease = Duration.ofMillis(1_500);
        try (DriverFixture other = on.open(LEASE);
                DriverFixture it = on.open(lease)) {
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
