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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol on a real ZooKeeper, without faults of the network. */
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

    private Opened client(int i) {
        return i % 2 == 0 ? two : one;
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

    @Test
    void theOrderStartsAnewAbove() throws Exception {
        Grant before = one.acquire("a");
        NamespaceRecord old = NamespaceRecord.parse(
                new String(bench.raw().getData(bench.path() + "/record", false, null), StandardCharsets.UTF_8));
        ZooKeeperLayout layout = new ZooKeeperLayout("", bench.path().substring(1));
        try (CuratorFramework other = bench.curator(store.port(), 2_000)) {
            ZooKeeperSession session = new ZooKeeperSession(
                    other.getZookeeperClient().getZooKeeper(), "/unused", System::nanoTime, new NoListener());
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

    private static final class NoListener implements ZooKeeperSession.Listener {
        @Override
        public void connected(ZooKeeperSession session) {}

        @Override
        public void disconnected(ZooKeeperSession session) {}

        @Override
        public void ended(ZooKeeperSession session) {}
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
            assertTrue(over.context().looks.containsKey(waiter));
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
        AcquisitionId waiter = AcquisitionId.random();
        one.acquire("a");
        assertInstanceOf(Answer.Waiting.class, over.enter(waiter, "a", true));
        String guard = guard(curator.getZookeeperClient().getZooKeeper().getSessionId());
        curator.getZookeeperClient().getZooKeeper().getTestable().injectSessionExpiration();
        Await.until(
                "guard gone, session alive",
                Duration.ofSeconds(5),
                () -> bench.raw().exists(guard, false) == null);
        assertEquals(2, bench.entries().size(), "the server still has the former session");
        assertInstanceOf(Answer.Gone.class, over.look(waiter, "a"));
        assertEquals(LeaveOutcome.GONE, over.driver().leave(request(waiter, "a", true, false)));
        assertEquals(1, bench.entries().size());
    }

    @Test
    void manyThreadsNeverMeet() throws Exception {
        int threads = 16;
        int rounds = 150;
        int[] unguarded = {0};
        List<Long> tokens = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Opened client = client(t);
                runs.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        Grant grant = waitFor(client, "hot");
                        int seen = unguarded[0];
                        tokens.add(grant.token());
                        Thread.onSpinWait();
                        unguarded[0] = seen + 1;
                        assertEquals(
                                List.of(ReleaseOutcome.RELEASED),
                                client.driver().release(List.of(grant)));
                    }
                    return null;
                }));
            }
            for (Future<Void> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(threads * rounds, unguarded[0]);
        assertEquals(tokens.stream().sorted().toList(), tokens);
        assertEquals(List.of(), bench.entries());
    }

    private static Grant waitFor(Opened client, String name) throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Answer answer = client.enter(id, name, true);
        while (!(answer instanceof Answer.Granted)) {
            assertInstanceOf(Answer.Waiting.class, answer);
            client.context().looks.remove(id);
            answer = client.look(id, name);
            if (answer instanceof Answer.Waiting) {
                Await.until("woken", Duration.ofSeconds(60), () -> client.context()
                        .looks
                        .containsKey(id));
            }
        }
        return grant(answer);
    }

    @Test
    void anUncontendedPairTakesThreeRequests() throws Exception {
        one.driver().release(List.of(one.acquire("a"))); // the lock's parent is there now
        long before = store.requests().orElseThrow();
        for (int i = 0; i < 20; i++) {
            one.driver().release(List.of(one.acquire("a")));
        }
        long requests = store.requests().orElseThrow() - before;
        assertTrue(requests >= 60 && requests <= 66, requests + " packets, some of them pings");
    }

    @Test
    void aThousandLeasesRenewInOneRequest() throws Exception {
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            grants.add(one.acquire("lease/" + i));
        }
        long before = store.requests().orElseThrow();
        List<Renewal> renewals = one.driver().renew(grants);
        long requests = store.requests().orElseThrow() - before;
        assertTrue(renewals.stream().allMatch(Renewal.Renewed.class::isInstance));
        assertTrue(requests <= 4, requests + " packets, some of them pings");
        assertTrue(one.driver().release(grants).stream().allMatch(ReleaseOutcome.RELEASED::equals));
    }
}
