package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperBench.grant;
import static dev.holdfast.lock.zookeeper.ZooKeeperBench.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol on a real ZooKeeper, without faults. */
class ZooKeeperDriverIT {
    private static RunningStore store;
    private ZooKeeperBench bench;
    private Opened one;
    private Opened two;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.ZOOKEEPER);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() throws Exception {
        bench = new ZooKeeperBench(store);
        one = bench.open();
        two = bench.open();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void saysWhatItIs() {
        assertEquals("ZooKeeper", one.driver().info().store());
        assertEquals(store.version(), one.driver().info().version());
        assertEquals(ZooKeeperBench.LEASE, one.driver().info().leaseTime());
        assertEquals(List.of(), one.driver().info().remarks());
    }

    @Test
    void aReleaseByTheFormerHolderLeavesTheNewOneAlone() throws Exception {
        Grant first = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, two.enter(id, "a", true));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(first)));
        Grant second = grant(two.look(id, "a"));
        assertTrue(second.token() > first.token());
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(first)));
        assertEquals(List.of(new Renewal.Lost(LossReason.REVOKED)), one.driver().renew(List.of(first)));
        assertInstanceOf(
                Renewal.Renewed.class, two.driver().renew(List.of(second)).get(0));
        assertEquals(1, bench.entries().size());
        assertEquals(List.of(ReleaseOutcome.RELEASED), two.driver().release(List.of(second)));
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void anEnterRepeatedGivesTheSameToken() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant first = grant(one.enter(id, "a", true));
        assertEquals(first.token(), grant(one.enter(id, "a", true)).token());
        assertEquals(
                first.token(),
                grant(one.driver().enter(request(id, "a", false, true))).token());
        assertEquals(1, bench.entries().size());
    }

    @Test
    void aGrantOfAnotherIdOrTokenIsNotOurs() throws Exception {
        Grant held = one.acquire("a");
        List<Grant> forged = List.of(
                new Grant(AcquisitionId.random(), held.name(), held.token(), 0, held.leaseTime(), held.ticket()),
                new Grant(held.id(), held.name(), held.token() + 1, 0, held.leaseTime(), held.ticket()),
                new Grant(held.id(), held.name(), held.token(), 0, held.leaseTime(), null));
        for (Grant grant : forged) {
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(grant)));
            assertEquals(
                    List.of(new Renewal.Lost(LossReason.REVOKED)), one.driver().renew(List.of(grant)));
        }
        assertInstanceOf(
                Renewal.Renewed.class, one.driver().renew(List.of(held)).get(0));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(held)));
    }

    @Test
    void busyLeavesNothing() throws Exception {
        one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        assertInstanceOf(Answer.Busy.class, two.enter(id, "a", false));
        assertEquals(1, bench.entries().size());
        assertInstanceOf(Answer.Gone.class, two.look(id, "a"));
    }

    @Test
    void aReleaseWakesTheNextWaiterInOrder() throws Exception {
        Grant holder = one.acquire("a");
        Opened last = one;
        List<AcquisitionId> queue = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            queue.add(AcquisitionId.random());
            assertInstanceOf(Answer.Waiting.class, client(i).enter(queue.get(i), "a", true));
        }
        for (int i = 0; i < 5; i++) {
            Opened next = client(i);
            AcquisitionId id = queue.get(i);
            last.driver().release(List.of(holder));
            Await.until(
                    "woken", Duration.ofSeconds(1), () -> next.context().looks.containsKey(id));
            Grant granted = grant(next.look(id, "a"));
            assertTrue(granted.token() > holder.token());
            for (int later = i + 1; later < 5; later++) {
                assertInstanceOf(Answer.Waiting.class, client(later).look(queue.get(later), "a"));
                assertEquals(null, client(later).context().looks.get(queue.get(later)), "no herd");
            }
            holder = granted;
            last = next;
        }
    }

    @Test
    void aWaiterThatLeavesHandsItsPlaceOn() throws Exception {
        Grant holder = one.acquire("a");
        AcquisitionId leaver = AcquisitionId.random();
        AcquisitionId next = AcquisitionId.random();
        two.enter(leaver, "a", true);
        one.enter(next, "a", true);
        assertEquals(LeaveOutcome.GONE, two.driver().leave(request(leaver, "a", true, false)));
        assertEquals(LeaveOutcome.GONE, two.driver().leave(request(leaver, "a", true, false)));
        Await.until("woken", Duration.ofSeconds(1), () -> one.context().looks.containsKey(next));
        assertInstanceOf(Answer.Waiting.class, one.look(next, "a"));
        assertInstanceOf(Answer.Gone.class, two.look(leaver, "a"));
        one.driver().release(List.of(holder));
        grant(one.look(next, "a"));
        assertEquals(1, bench.entries().size());
    }

    @Test
    void aLeaveGivesBackAGrantThatRaced() throws Exception {
        Grant holder = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        two.enter(id, "a", true);
        one.driver().release(List.of(holder));
        assertEquals(LeaveOutcome.GONE, two.driver().leave(request(id, "a", true, false)));
        assertEquals(List.of(), bench.entries());
        one.acquire("a");
    }

    @Test
    void namesNeverMeet() throws Exception {
        List<String> names = List.of(
                "a",
                "a/b",
                "A",
                "a%2Fb",
                "%2F",
                "/",
                ".",
                "..",
                "%2E",
                "#",
                "\u00e4\ud83d\udd12",
                "x".repeat(512),
                "\u00fc".repeat(256),
                "x".repeat(511),
                "zookeeper",
                " ",
                "a\nb",
                "a-x-0000000000");
        Set<Long> tokens = new HashSet<>();
        for (String name : names) {
            tokens.add(one.acquire(name).token());
        }
        assertEquals(names.size(), tokens.size());
        for (String name : names) {
            assertInstanceOf(Answer.Busy.class, two.enter(AcquisitionId.random(), name, false), name);
        }
    }

    @Test
    void tokensRiseOverReleaseAndReopen() throws Exception {
        long last = 0;
        for (int i = 0; i < 5; i++) {
            Opened client = bench.open();
            for (int j = 0; j < 3; j++) {
                Grant grant = client.acquire("a");
                assertTrue(grant.token() > last);
                last = grant.token();
                client.driver().release(List.of(grant));
            }
            client.driver().close();
        }
        assertTrue(last <= one.context().clock().micros(), "tokens do not run ahead of the clock");
    }

    private Opened client(int i) {
        return i % 2 == 0 ? two : one;
    }
}
