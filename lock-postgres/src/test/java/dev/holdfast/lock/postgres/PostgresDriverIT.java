package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol, one call at a time, against a real server. */
class PostgresDriverIT {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static RunningStore store;

    private DriverFixture it;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES, StoreKind.POSTGRES.durableArgs());
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() {
        it = DriverFixture.open(store, Duration.ofSeconds(15));
    }

    @AfterEach
    void close() throws Exception {
        it.close();
        sql(store, "TRUNCATE holdfast.entry, holdfast.lock, holdfast.meta");
    }

    @Test
    void claimsWhatADurableServerGives() {
        assertEquals("PostgreSQL row", it.driver.info().store());
        assertEquals(Set.of(Claim.values()), it.driver.info().claims());
        assertEquals(List.of(), it.driver.info().remarks());
    }

    @Test
    void repeatedEnterHasTheSameToken() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant first = it.granted(id, "a");
        Grant second = it.granted(id, "a");
        assertEquals(first.token(), second.token());
        assertTrue(second.validFrom() - first.validFrom() > 0, "the timer counts from the repeated request");
        assertEquals("1", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    @Test
    void repeatedEnterKeepsThePlaceInTheQueue() throws Exception {
        Grant holder = it.granted("a");
        AcquisitionId first = AcquisitionId.random();
        AcquisitionId second = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, it.enter(first, "a"));
        assertInstanceOf(Answer.Waiting.class, it.enter(second, "a"));
        assertInstanceOf(Answer.Waiting.class, it.enter(first, "a"));
        assertEquals(ReleaseOutcome.RELEASED, it.release(holder));
        assertInstanceOf(Answer.Waiting.class, it.look(second, "a"));
        assertInstanceOf(Answer.Granted.class, it.look(first, "a"));
    }

    @Test
    void zeroWaitIsBusyAndLeavesNothing() throws Exception {
        it.granted("a");
        assertInstanceOf(Answer.Busy.class, it.driver.enter(it.request(AcquisitionId.random(), "a", false, false)));
        assertEquals("1", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    @Test
    void zeroWaitLetsTheFirstWaiterInWhenTheHolderHasLapsed() throws Exception {
        AcquisitionId waiter = AcquisitionId.random();
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            brief.granted("a");
            assertInstanceOf(Answer.Waiting.class, it.enter(waiter, "a"));
            awaitLapse("holder");
            assertInstanceOf(Answer.Busy.class, it.driver.enter(it.request(AcquisitionId.random(), "a", false, false)));
        }
        assertEquals("1", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
        assertInstanceOf(Answer.Granted.class, it.look(waiter, "a"));
    }

    @Test
    void tokensRiseOverReleaseExpiryReopenAndLossOfAllData() throws Exception {
        Grant first = it.granted("a");
        it.release(first);
        Grant second;
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            second = brief.granted("a");
            awaitLapse("holder");
        }
        Grant third = it.granted("a");
        sql(store, "TRUNCATE holdfast.entry, holdfast.lock");
        Grant fourth = it.granted("a");
        assertTrue(first.token() < second.token());
        assertTrue(second.token() < third.token());
        assertTrue(third.token() < fourth.token());
    }

    @Test
    void tokensRiseAboveALastTokenAheadOfTheClockAndAboveTheFloor() throws Exception {
        long ahead = 4_000_000_000_000_000L;
        it.release(it.granted("a"));
        sql(store, "UPDATE holdfast.lock SET last_token = " + ahead);
        assertEquals(ahead + 1, it.granted("a").token());
        DriverOptions floor = new DriverOptions(
                "test", Duration.ofSeconds(15), Duration.ofSeconds(5), DriverFixture.TIMEOUT, ahead + 7, Map.of());
        try (DriverFixture high = new DriverFixture(store.url(), floor)) {
            assertTrue(high.granted("b").token() > ahead + 7);
        }
    }

    @Test
    void formerHolderNeitherReleasesNorRenewsForItsSuccessor() throws Exception {
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            Grant former = brief.granted("a");
            awaitLapse("holder");
            Grant now = it.granted("a");
            assertEquals(ReleaseOutcome.NOT_HELD, brief.release(former));
            assertInstanceOf(
                    Renewal.Lost.class, brief.driver.renew(List.of(former)).get(0));
            assertInstanceOf(
                    Renewal.Renewed.class, it.driver.renew(List.of(now)).get(0));
            assertEquals(ReleaseOutcome.RELEASED, it.release(now));
        }
    }

    @Test
    void sameIdWithAnOlderTokenReleasesNothing() throws Exception {
        Grant grant = it.granted("a");
        Grant forged =
                new Grant(grant.id(), grant.name(), grant.token() - 1, grant.validFrom(), grant.leaseTime(), null);
        assertEquals(ReleaseOutcome.NOT_HELD, it.release(forged));
        assertInstanceOf(Renewal.Lost.class, it.driver.renew(List.of(forged)).get(0));
        assertEquals(ReleaseOutcome.RELEASED, it.release(grant));
    }

    @Test
    void renewalNeverBringsALapsedLeaseBack() throws Exception {
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            Grant grant = brief.granted("a");
            awaitLapse("holder");
            assertEquals(
                    new Renewal.Lost(LossReason.EXPIRED),
                    brief.driver.renew(List.of(grant)).get(0));
            assertEquals(ReleaseOutcome.NOT_HELD, brief.release(grant));
        }
        it.granted("a");
    }

    @Test
    void oneLockedRowDoesNotHoldUpTheRenewalOfTheOthers() throws Exception {
        List<Grant> grants = List.of(it.granted("a"), it.granted("b"), it.granted("c"));
        try (PostgresProbe human = DriverFixture.admin(store)) {
            human.query("BEGIN; SELECT * FROM holdfast.lock WHERE name = 'b' FOR UPDATE");
            List<Renewal> outcomes = it.driver.renew(grants);
            assertInstanceOf(Renewal.Renewed.class, outcomes.get(0));
            assertInstanceOf(Renewal.Unknown.class, outcomes.get(1));
            assertInstanceOf(Renewal.Renewed.class, outcomes.get(2));
            human.query("ROLLBACK"); // a server process notices a closed connection later
        }
        assertInstanceOf(Renewal.Renewed.class, it.driver.renew(grants).get(1));
    }

    @Test
    void lockedNameIsAnsweredWithinTheTimeoutAndProvenNotExecuted() throws Exception {
        Grant grant = it.granted("a");
        List<Grant> both = List.of(grant, it.granted("b"));
        try (PostgresProbe human = DriverFixture.admin(store)) {
            human.query("BEGIN; SELECT * FROM holdfast.lock WHERE name = 'a' FOR UPDATE");
            long start = System.nanoTime();
            StoreException e = assertThrows(StoreException.class, () -> it.enter(AcquisitionId.random(), "a"));
            assertEquals(StoreException.Kind.NOT_EXECUTED, e.kind());
            assertTrue(System.nanoTime() - start < DriverFixture.TIMEOUT.toNanos());
            assertEquals(
                    List.of(ReleaseOutcome.UNKNOWN, ReleaseOutcome.RELEASED),
                    it.driver.release(both),
                    "the locked one is not held up, and holds up no other");
            human.query("ROLLBACK");
        }
        assertEquals(ReleaseOutcome.RELEASED, it.release(grant));
    }

    @Test
    void leaveTakesBackAGrantThatRaced() throws Exception {
        Grant holder = it.granted("a");
        AcquisitionId waiter = AcquisitionId.random();
        AcquisitionId next = AcquisitionId.random();
        it.enter(waiter, "a");
        it.enter(next, "a");
        it.release(holder);
        assertEquals(LeaveOutcome.GONE, it.driver.leave(it.request(waiter, "a", true, false)));
        assertInstanceOf(Answer.Gone.class, it.look(waiter, "a"));
        assertInstanceOf(Answer.Granted.class, it.look(next, "a"));
    }

    @Test
    void lateEnterAfterLeaveIsRefusedForTwoLeases() throws Exception {
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            AcquisitionId id = AcquisitionId.random();
            assertEquals(LeaveOutcome.GONE, brief.driver.leave(it.request(id, "a", true, true)));
            assertEquals(LeaveOutcome.GONE, brief.driver.leave(it.request(id, "a", true, true)));
            StoreException e = assertThrows(StoreException.class, () -> brief.enter(id, "a"));
            assertEquals(StoreException.Kind.REFUSED, e.kind());
            assertInstanceOf(Answer.Gone.class, brief.look(id, "a"));
            Grant other = brief.granted("a");
            assertThrows(StoreException.class, () -> brief.enter(id, "a"));
            assertEquals(ReleaseOutcome.RELEASED, brief.release(other));
            awaitLapse("tombstone");
            brief.granted(id, "a");
        }
    }

    @Test
    void lateEnterAfterReleaseIsRefusedIfOneMayBeUnderWay() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        it.enter(id, "a");
        Answer.Granted repeated =
                assertInstanceOf(Answer.Granted.class, it.driver.enter(it.request(id, "a", true, true)));
        assertEquals(ReleaseOutcome.RELEASED, it.release(repeated.grant()));
        assertThrows(StoreException.class, () -> it.enter(id, "a"));
        it.release(it.granted("a"));
    }

    @Test
    void waitersAreServedInTheOrderOfTheirArrival() throws Exception {
        Grant holder = it.granted("a");
        List<AcquisitionId> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(AcquisitionId.random());
            assertInstanceOf(Answer.Waiting.class, it.enter(waiters.get(i), "a"));
        }
        for (AcquisitionId waiter : waiters) {
            assertEquals(ReleaseOutcome.RELEASED, it.release(holder));
            holder =
                    assertInstanceOf(Answer.Granted.class, it.look(waiter, "a")).grant();
        }
    }

    @Test
    void waiterThatFallsSilentLosesItsTurn() throws Exception {
        Grant holder = it.granted("a");
        AcquisitionId silent = AcquisitionId.random();
        AcquisitionId live = AcquisitionId.random();
        try (DriverFixture brief = DriverFixture.open(store, SHORT)) {
            brief.enter(silent, "a");
            it.enter(live, "a");
            awaitLapse("waiter");
            it.release(holder);
            assertInstanceOf(Answer.Gone.class, brief.look(silent, "a"));
        }
        assertInstanceOf(Answer.Granted.class, it.look(live, "a"));
    }

    /** Waits, at the server's clock, for the end of the first entry in this state. */
    private static void awaitLapse(String state) throws Exception {
        Await.until(state + " lapses", Duration.ofSeconds(5), () -> sql(
                        store,
                        "SELECT count(*) FROM " + DriverFixture.ENTRIES + " WHERE state = '" + state
                                + "' AND expires_at < clock_timestamp()")
                .equals("1"));
    }
}
