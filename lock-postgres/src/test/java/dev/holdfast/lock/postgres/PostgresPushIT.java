package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Grants that reach the waiter through the store. */
class PostgresPushIT {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static RunningStore store;

    private FaultProxy proxy;
    private DriverFixture waiting;
    private DriverFixture holding;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() {
        proxy = FaultProxy.before(store);
        waiting = new DriverFixture(store.urlVia(proxy.port()), options("test", Duration.ofMinutes(1), Map.of()));
        holding = DriverFixture.open(store, Duration.ofMinutes(1));
    }

    @AfterEach
    void close() throws Exception {
        waiting.close();
        holding.close();
        proxy.close();
        sql(store, "TRUNCATE holdfast.entry, holdfast.lock");
    }

    private Grant pushed(AcquisitionId id) throws Exception {
        Await.until("the grant is pushed", SOON, () -> waiting.context.granted.containsKey(id));
        return waiting.context.granted.get(id);
    }

    @Test
    void releaseReachesTheWaiterAndItsLeaseCountsFromItsLatestRequest() throws Exception {
        Grant first = holding.granted("a");
        AcquisitionId id = AcquisitionId.random();
        Answer.Waiting answer = assertInstanceOf(Answer.Waiting.class, waiting.enter(id, "a"));
        assertTrue(answer.recheckAfter().compareTo(Duration.ofSeconds(19)) > 0, "no need to poll");
        long before = System.nanoTime();
        waiting.look(id, "a");
        long after = System.nanoTime();
        holding.release(first);
        Grant grant = pushed(id);
        assertTrue(grant.token() > first.token());
        assertTrue(grant.validFrom() - before >= 0 && after - grant.validFrom() >= 0, "from the look");
        assertInstanceOf(
                Renewal.Renewed.class, waiting.driver.renew(List.of(grant)).get(0));
        waiting.release(grant);
        assertEquals("0", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    @Test
    void messageThatIsTooLateIsNoGrantButAReasonToLook() throws Exception {
        try (DriverFixture brief =
                new DriverFixture(store.urlVia(proxy.port()), options("test", Duration.ofMillis(500), Map.of()))) {
            Grant first = holding.granted("a");
            AcquisitionId id = AcquisitionId.random();
            brief.enter(id, "a");
            proxy.blackHole(FaultProxy.Direction.TO_CLIENT);
            holding.release(first);
            Await.until("the grant has lapsed", SOON, () -> sql(
                            store, "SELECT expires_at < clock_timestamp() FROM " + DriverFixture.ENTRIES)
                    .equals("t"));
            Grant rival = holding.granted("a");
            proxy.heal();
            Await.until("the message has come", SOON, () -> brief.context.looks.containsKey(id));
            assertEquals(Map.of(), brief.context.granted);
            assertInstanceOf(Answer.Gone.class, brief.look(id, "a"));
            holding.release(rival);
        }
    }

    @Test
    void messageAfterLeaveIsNoGrant() throws Exception {
        Grant first = holding.granted("a");
        AcquisitionId id = AcquisitionId.random();
        waiting.enter(id, "a");
        assertEquals(LeaveOutcome.GONE, waiting.driver.leave(waiting.request(id, "a", true, false)));
        holding.release(first);
        AcquisitionId next = AcquisitionId.random();
        Grant second = holding.granted("a");
        waiting.enter(next, "a");
        holding.release(second);
        pushed(next);
        assertEquals(1, waiting.context.granted.size());
    }

    @Test
    void brokenConnectionMakesWaitersLookAndComesBack() throws Exception {
        Grant first = holding.granted("a");
        AcquisitionId id = AcquisitionId.random();
        waiting.enter(id, "a");
        proxy.reset();
        Await.until("asked to look", SOON, () -> waiting.context.looks.containsKey(id));
        Await.until("listens again", SOON, () -> {
            try {
                return waiting.look(id, "a") instanceof Answer.Waiting answer
                        && answer.recheckAfter().compareTo(Duration.ofSeconds(19)) > 0;
            } catch (dev.holdfast.lock.spi.StoreException e) {
                return false;
            }
        });
        holding.release(first);
        pushed(id);
    }

    @Test
    void nobodyWaitsNobodyIsNotified() throws Exception {
        for (int i = 0; i < 20; i++) {
            holding.release(holding.granted("a"));
        }
        assertEquals(Map.of(), holding.context.granted);
        assertEquals("0", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    /** Found by the model of docs/model.md: the release is late, and an enter of its id came after the lapse. */
    @Test
    void releaseTakesBackWhatALateEnterWasGivenSince() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant since = holding.granted(id, "a");
        assertEquals(ReleaseOutcome.NOT_HELD, holding.release(older(since)));
        Grant next = waiting.granted("a");
        assertEquals(ReleaseOutcome.RELEASED, waiting.release(next));
    }

    @Test
    void releaseTakesBackThePlaceOfALateEnter() throws Exception {
        Grant next = holding.granted("a");
        AcquisitionId id = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, holding.enter(id, "a"));
        Grant late = new Grant(id, next.name(), next.token(), next.validFrom(), next.leaseTime(), null);
        assertEquals(ReleaseOutcome.NOT_HELD, holding.release(older(late)));
        assertEquals(ReleaseOutcome.RELEASED, holding.release(next));
        waiting.granted("a");
    }

    /** A grant of the same acquire that came before, with an enter that may still be under way. */
    private static Grant older(Grant grant) {
        return new Grant(grant.id(), grant.name(), grant.token() - 1, grant.validFrom(), grant.leaseTime(), true);
    }
}
