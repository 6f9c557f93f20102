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
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions, guards and the scale on a real ZooKeeper. */
class ZooKeeperSessionIT {
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
    void theOrderStartsAnewAbove() throws Exception {
        Grant before = one.acquire("a");
        NamespaceRecord old = NamespaceRecord.parse(
                new String(bench.raw().getData(bench.path() + "/record", false, null), StandardCharsets.UTF_8));
        ZooKeeperLayout layout = new ZooKeeperLayout("", bench.path().substring(1));
        try (CuratorFramework other = bench.curator(store.port(), 2_000)) {
            ZooKeeperSession session = new ZooKeeperSession(
                    other.getZookeeperClient().getZooKeeper(), "/unused", System::nanoTime, new Deaf());
            ZooKeeperRequests requests =
                    new ZooKeeperRequests(session, 0, org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE);
            ZooKeeperLink link = new ZooKeeperLink(requests, layout, 0, new ZooKeeperLink.Scale(old, 0));
            Deadline deadline = Deadline.after(System::nanoTime, Duration.ofSeconds(5));
            assertTrue(ZooKeeperRequests.await(link.readScale(), deadline));
            assertTrue(ZooKeeperRequests.await(link.restartOrder("again"), deadline));
        }
        assertEquals(null, bench.raw().exists(layout.tick(old.tick()), false));
        one.driver().release(List.of(before));
        Grant after = one.acquire("a");
        assertTrue(after.token() >= old.scale() + (1L << 31));
        assertEquals(after.token() + 1, two.acquire("b").token());
    }

    @Test
    void validityStartsBeforeTheRequestAndNotLater() throws Exception {
        long before = System.nanoTime();
        Grant grant = one.acquire("a");
        long after = System.nanoTime();
        assertTrue(grant.validFrom() - before >= 0 && after - grant.validFrom() > 0);
        long renewing = System.nanoTime();
        Renewal.Renewed renewed = assertInstanceOf(
                Renewal.Renewed.class, one.driver().renew(List.of(grant)).get(0));
        assertTrue(renewed.validFrom() - renewing >= 0);
        assertEquals(ZooKeeperBench.LEASE, renewed.leaseTime());
    }

    @Test
    void aNodeDeletedByHandIsRevoked() throws Exception {
        Grant a = one.acquire("a");
        Grant b = one.acquire("b");
        bench.raw()
                .delete(
                        bench.path() + "/locks/a/"
                                + bench.raw()
                                        .getChildren(bench.path() + "/locks/a", false)
                                        .get(0),
                        -1);
        List<Renewal> renewals = one.driver().renew(List.of(a, b));
        assertEquals(new Renewal.Lost(LossReason.REVOKED), renewals.get(0));
        assertInstanceOf(Renewal.Renewed.class, renewals.get(1));
        assertEquals(List.of(new Renewal.Lost(LossReason.REVOKED)), one.driver().renew(List.of(a)));
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(a)));
        grant(two.enter(AcquisitionId.random(), "a", false));
    }

    @Test
    void aSessionThatEndsLosesItsGrantsAndItsWaitersQueueAnew() throws Exception {
        try (CuratorFramework curator = bench.curator(store.port(), 3_000)) {
            Opened over = bench.over(curator);
            assertEquals(Duration.ofSeconds(3), over.driver().info().leaseTime());
            Grant held = over.acquire("held");
            Grant rival = one.acquire("a");
            AcquisitionId waiter = AcquisitionId.random();
            assertInstanceOf(Answer.Waiting.class, over.enter(waiter, "a", true));
            ZooKeeperBench.endSession(curator.getZookeeperClient().getZooKeeper(), store.port());
            Await.until("lost", Duration.ofSeconds(5), () -> over.context().lost.containsKey(held.id()));
            assertEquals(LossReason.SESSION_LOST, over.context().lost.get(held.id()));
            // The end of a session is told to one acquire after the other.
            Await.until("told to look", Duration.ofSeconds(1), () -> over.context()
                    .looks
                    .containsKey(waiter));
            Grant next = two.acquire("held");
            assertTrue(next.token() > held.token());
            assertEquals(
                    List.of(new Renewal.Lost(LossReason.SESSION_LOST)),
                    over.driver().renew(List.of(held)));
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), over.driver().release(List.of(held)));
            assertInstanceOf(Answer.Gone.class, over.look(waiter, "a"));
            assertInstanceOf(Answer.Waiting.class, over.enter(waiter, "a", true));
            one.driver().release(List.of(rival));
            Await.until("woken", Duration.ofSeconds(1), () -> over.look(waiter, "a") instanceof Answer.Granted);
            over.driver().close();
            assertEquals(1, bench.entries().size(), "a closed client leaves nothing, although the session lives on");
            assertTrue(curator.getZookeeperClient().isConnected());
        }
    }

    @Test
    void aDeadHolderIsFreeWithinItsLeaseAndTwoTicks() throws Exception {
        try (CuratorFramework curator = bench.curator(store.port(), 2_000)) {
            Opened over = bench.over(curator);
            Grant held = over.acquire("a");
            AcquisitionId waiter = AcquisitionId.random();
            assertInstanceOf(Answer.Waiting.class, one.enter(waiter, "a", true));
            ZooKeeper handle = curator.getZookeeperClient().getZooKeeper();
            handle.getTestable().injectSessionExpiration(); // ends it here, the server knows nothing
            long begin = System.nanoTime();
            Await.until("told", Duration.ofSeconds(1), () -> over.context().lost.containsKey(held.id()));
            Await.until("granted", Duration.ofSeconds(4), () -> one.look(waiter, "a") instanceof Answer.Granted);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(took < 2_000 + 2 * 500 + 500, took + " ms");
        }
    }

    @Test
    void everyConnectionHasAGuardVersionOfItsOwn() throws Exception {
        CuratorFramework curator = bench.curator(store.port(), 3_000);
        bench.over(curator);
        ZooKeeper handle = curator.getZookeeperClient().getZooKeeper();
        String guard = guard(handle.getSessionId());
        int former = bench.raw().exists(guard, false).getVersion();
        handle.getTestable().closeSocket();
        Await.until("guarded anew", Duration.ofSeconds(6), () -> {
            Stat stat = bench.raw().exists(guard, false);
            return stat != null && stat.getVersion() > former;
        });
        assertEquals(handle, curator.getZookeeperClient().getZooKeeper(), "the same session");
    }

    private String guard(long session) throws Exception {
        return bench.path() + "/sessions/"
                + bench.raw().getChildren(bench.path() + "/sessions", false).stream()
                        .filter(name -> name.startsWith(String.format("%016x", session)))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void aSessionThatWasGivenUpCannotQueueAnyMore() throws Exception {
        CuratorFramework curator = bench.curator(store.port(), 20_000);
        Opened over = bench.over(curator);
        one.acquire("a");
        AcquisitionId[] waiter = new AcquisitionId[1];
        Await.until("a session given up that lives at the server", Duration.ofSeconds(30), () -> {
            waiter[0] = AcquisitionId.random();
            return givenUpWhileWaiting(curator, over, waiter[0]);
        });
        assertInstanceOf(Answer.Gone.class, over.look(waiter[0], "a"));
        assertEquals(LeaveOutcome.GONE, over.driver().leave(request(waiter[0], "a", true, false)));
        assertEquals(1, bench.entries().size());
    }

    /**
     * False if Curator was quick enough to close the session at the server too, before ZooKeeper marked it closed; the
     * new one may then still be on its way.
     */
    private boolean givenUpWhileWaiting(CuratorFramework curator, Opened over, AcquisitionId waiter) throws Exception {
        try {
            assertInstanceOf(Answer.Waiting.class, over.enter(waiter, "a", true));
        } catch (StoreException noConnection) {
            Await.until(
                    "nothing left of the enter",
                    Duration.ofSeconds(10),
                    () -> over.driver().leave(request(waiter, "a", true, true)) == LeaveOutcome.GONE);
            return false;
        }
        ZooKeeper handle = curator.getZookeeperClient().getZooKeeper();
        String guard = guard(handle.getSessionId());
        handle.getTestable().injectSessionExpiration();
        Await.until("the guard gone", Duration.ofSeconds(5), () -> bench.raw().exists(guard, false) == null);
        return bench.entries().size() == 2;
    }
}
