package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.etcd.EtcdBench.Opened;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.RecordingContext;
import io.etcd.jetcd.ByteSequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol without faults of the network, on a real etcd. */
class EtcdDriverIT {
    private static RunningStore store;
    private EtcdBench bench;
    private Opened one;
    private Opened two;

    @BeforeAll
    static void start() {
        store = EtcdBench.startStore();
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() {
        bench = new EtcdBench(store);
        one = bench.open();
        two = bench.open();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void saysWhatItIs() {
        assertEquals("etcd", one.driver().info().store());
        assertEquals(store.version(), one.driver().info().version());
        assertEquals(EtcdBench.LEASE_TIME, one.driver().info().leaseTime());
    }

    @Test
    void grantsOnceAndAgainAfterRelease() throws InterruptedException {
        Grant first = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, two.enter(id, "a", true));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(first)));
        Answer.Granted second = assertInstanceOf(Answer.Granted.class, two.look(id, "a"));
        assertTrue(second.grant().token() > first.token());
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(first)));
        assertEquals(1, bench.entries().size());
        assertEquals(List.of(ReleaseOutcome.RELEASED), two.driver().release(List.of(second.grant())));
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void anEnterRepeatedGivesTheSameToken() throws InterruptedException {
        AcquisitionId id = AcquisitionId.random();
        Answer first = one.enter(id, "a", true);
        Answer again = one.enter(id, "a", true);
        assertEquals(token(first), token(again));
        assertEquals(1, bench.entries().size());
    }

    @Test
    void busyLeavesNothing() throws InterruptedException {
        one.acquire("a");
        assertInstanceOf(Answer.Busy.class, two.enter(AcquisitionId.random(), "a", false));
        assertEquals(1, bench.entries().size());
        assertEquals(0, two.driver().watches());
    }

    @Test
    void aReleaseWakesTheNextWaiterInOrder() throws InterruptedException {
        Grant first = one.acquire("a");
        List<AcquisitionId> queue = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            AcquisitionId id = AcquisitionId.random();
            queue.add(id);
            Opened client = i % 2 == 0 ? two : one;
            Answer.Waiting waiting = assertInstanceOf(Answer.Waiting.class, client.enter(id, "a", true));
            assertEquals(EtcdBench.LEASE_TIME.dividedBy(3), waiting.recheckAfter());
        }
        Grant holder = first;
        Opened last = one;
        for (int i = 0; i < 5; i++) {
            AcquisitionId id = queue.get(i);
            Opened client = i % 2 == 0 ? two : one;
            last.driver().release(List.of(holder));
            EtcdBench.eventually(
                    "woken by the watch", () -> client.context().looks.containsKey(id));
            Answer.Granted granted = assertInstanceOf(Answer.Granted.class, client.look(id, "a"));
            assertTrue(granted.grant().token() > holder.token());
            for (int later = i + 1; later < 5; later++) {
                Opened waiter = later % 2 == 0 ? two : one;
                assertInstanceOf(Answer.Waiting.class, waiter.look(queue.get(later), "a"));
            }
            holder = granted.grant();
            last = client;
        }
        assertEquals(0, one.driver().watches() + two.driver().watches());
    }

    @Test
    void aWaiterThatLeavesHandsItsPlaceOnAndLeavesNothing() throws InterruptedException {
        Grant holder = one.acquire("a");
        AcquisitionId leaver = AcquisitionId.random();
        AcquisitionId next = AcquisitionId.random();
        two.enter(leaver, "a", true);
        one.enter(next, "a", true);
        assertEquals(LeaveOutcome.GONE, two.driver().leave(EtcdBench.request(leaver, "a", true, false)));
        EtcdBench.eventually("woken", () -> one.context().looks.containsKey(next));
        assertInstanceOf(Answer.Waiting.class, one.look(next, "a"), "the holder is still there");
        assertInstanceOf(Answer.Gone.class, two.look(leaver, "a"));
        one.driver().release(List.of(holder));
        assertInstanceOf(Answer.Granted.class, one.look(next, "a"));
        assertEquals(0, two.driver().watches());
        assertEquals(1, bench.entries().size());
    }

    @Test
    void aLeaveGivesBackAGrantThatRaced() throws InterruptedException {
        Grant holder = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        two.enter(id, "a", true);
        one.driver().release(List.of(holder));
        assertEquals(LeaveOutcome.GONE, two.driver().leave(EtcdBench.request(id, "a", true, false)));
        assertEquals(List.of(), bench.entries());
        one.acquire("a");
    }

    @Test
    void aFormerHolderLeavesTheNewOneAlone() throws InterruptedException {
        Grant former = one.acquire("a");
        bench.revoke(one);
        Grant now = two.acquire("a");
        assertTrue(now.token() > former.token());
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(former)));
        assertInstanceOf(Renewal.Lost.class, one.driver().renew(List.of(former)).get(0));
        assertEquals(1, bench.entries().size());
        assertInstanceOf(Renewal.Renewed.class, two.driver().renew(List.of(now)).get(0));
    }

    @Test
    void aReleasedGrantIsNotRenewed() throws InterruptedException {
        Grant grant = one.acquire("a");
        one.driver().release(List.of(grant));
        assertEquals(List.of(new Renewal.Lost(LossReason.REVOKED)), one.driver().renew(List.of(grant)));
    }

    @Test
    void manyLeasesAreRenewedAndReleasedTogether() throws InterruptedException {
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            grants.add(one.acquire("lock-" + i));
        }
        long before = store.requests().orElseThrow();
        assertTrue(one.driver().renew(grants).stream().allMatch(r -> r instanceof Renewal.Renewed));
        assertTrue(store.requests().orElseThrow() - before <= 2, "one keep-alive at most");
        assertTrue(one.driver().release(grants).stream().allMatch(o -> o == ReleaseOutcome.RELEASED));
        assertTrue(store.requests().orElseThrow() - before <= 5, "three batches");
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void anUncontendedPairIsTwoRequests() throws InterruptedException {
        one.driver().release(List.of(one.acquire("warm")));
        long before = store.requests().orElseThrow();
        for (int i = 0; i < 100; i++) {
            one.driver().release(List.of(one.acquire("a")));
        }
        assertEquals(200, store.requests().orElseThrow() - before);
    }

    @Test
    void awkwardNamesDoNotMeet() throws InterruptedException {
        List<Grant> grants = new ArrayList<>();
        for (String name : EtcdLayoutTest.AWKWARD) {
            grants.add(one.acquire(name));
        }
        for (String name : EtcdLayoutTest.AWKWARD) {
            assertInstanceOf(Answer.Busy.class, two.enter(AcquisitionId.random(), name, false), name);
        }
        assertTrue(one.driver().release(grants).stream().allMatch(o -> o == ReleaseOutcome.RELEASED));
        for (String name : EtcdLayoutTest.AWKWARD) {
            two.acquire(name);
        }
    }

    @Test
    void aLostSessionIsToldAndReplaced() throws InterruptedException {
        Opened quick = bench.open(Duration.ofSeconds(2));
        Grant held = quick.acquire("a");
        one.acquire("b");
        AcquisitionId waiter = AcquisitionId.random();
        quick.enter(waiter, "b", true);
        bench.revoke(quick);
        EtcdBench.eventually("loss", () -> quick.context().lost.containsKey(held.id()));
        assertEquals(LossReason.SESSION_LOST, quick.context().lost.get(held.id()));
        assertInstanceOf(Answer.Gone.class, quick.look(waiter, "b"));
        assertInstanceOf(Answer.Waiting.class, quick.enter(waiter, "b", true));
        assertTrue(quick.acquire("a").token() > held.token());
        assertEquals(1, quick.context().lost.size(), "a waiter has nothing to lose");
    }

    @Test
    void acquiresOfANameUseOneKeyAgainAndAgain() throws InterruptedException {
        Grant first = one.acquire("a");
        one.driver().release(List.of(first));
        for (int i = 0; i < 20; i++) {
            Grant next = one.acquire("a");
            assertEquals(key(first), key(next));
            one.enter(AcquisitionId.random(), "a", false);
            one.driver().release(List.of(next));
        }
    }

    private static ByteSequence key(Grant grant) {
        return ((EtcdAttempt) Objects.requireNonNull(grant.ticket())).entry();
    }

    @Test
    void aRevokedEntryIsReportedByTheSweeper() throws InterruptedException {
        Opened quick = bench.open(Duration.ofSeconds(2));
        Grant taken = quick.acquire("a");
        Grant kept = quick.acquire("b");
        bench.delete(key(taken));
        EtcdBench.eventually("loss", () -> quick.context().lost.containsKey(taken.id()));
        assertEquals(LossReason.REVOKED, quick.context().lost.get(taken.id()));
        assertInstanceOf(
                Renewal.Lost.class, quick.driver().renew(List.of(taken)).get(0));
        assertInstanceOf(
                Renewal.Renewed.class, quick.driver().renew(List.of(kept)).get(0));
    }

    @Test
    void tokensStayAboveTheFloor() throws InterruptedException {
        Grant before = one.acquire("a");
        one.driver().release(List.of(before));
        long floor = before.token() + 3_600_000_000L;
        DriverOptions options = bench.options(EtcdBench.LEASE_TIME);
        DriverOptions floored = new DriverOptions(
                options.namespace(),
                options.leaseTime(),
                options.connectTimeout(),
                options.storeTimeout(),
                floor,
                Map.of());
        Opened high = bench.open(new RecordingContext(floored));
        Grant above = high.acquire("a");
        assertTrue(above.token() > floor);
        high.driver().release(List.of(above));
        assertTrue(one.acquire("a").token() > above.token());
    }

    @Test
    void closingFreesEverything() throws InterruptedException {
        Grant held = one.acquire("a");
        bench.close(one);
        one.driver().close();
        Grant next = two.acquire("a");
        assertNotEquals(held.id(), next.id());
        assertThrows(StoreException.class, () -> one.enter(AcquisitionId.random(), "b", true));
    }

    private static long token(Answer answer) {
        return assertInstanceOf(Answer.Granted.class, answer).grant().token();
    }
}
