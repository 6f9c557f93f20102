package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RedisCluster;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreLauncher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A Cluster of three primaries: locks on all of them, and slots that move while locks are held, wanted and free. */
class RedisClusterIT {
    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new StoreLauncher().startRedisCluster();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static LockClient open(Duration leaseTime) {
        return Locks.open(
                cluster.url() + "?namespace=test",
                ClientOptions.builder().leaseTime(leaseTime).build());
    }

    /** A slot on its way from the node that has it to the next one. */
    private record Move(int slot, RunningStore from, RunningStore to) {
        static Move of(String name) throws Exception {
            int slot = cluster.slot("hf:1:{test/" + name + "}");
            RunningStore from = cluster.ownerAtFirst(slot);
            int next = (cluster.nodes().indexOf(from) + 1) % cluster.nodes().size();
            return new Move(slot, from, cluster.nodes().get(next));
        }

        void begin() throws Exception {
            cluster.beginMigration(slot, from, to);
        }

        void keys() throws Exception {
            cluster.moveKeys(slot, from, to);
        }

        void end() throws Exception {
            cluster.endMigration(slot, from, to);
        }
    }

    @Test
    void aClusterIsDescribed() throws Exception {
        try (TestClient client = TestClient.open(cluster.url())) {
            assertTrue(client.driver.info().claims().contains(Claim.DIRECT_WAKEUP));
            assertTrue(
                    client.driver.info().remarks().isEmpty(),
                    client.driver.info().toString());
        }
        for (String wrong : List.of("?durability=strict", "/1")) {
            assertThrows(
                    LockConfigurationException.class,
                    () -> Locks.open(cluster.url() + wrong).close(),
                    wrong);
        }
        try (RedisServer single = RedisServer.start()) {
            StoreException refused = assertThrows(
                    StoreException.class, () -> TestClient.open(single.url().replace("redis:", "redis+cluster:"))
                            .close());
            assertTrue(String.valueOf(refused.getMessage()).contains("luster"), refused.getMessage());
        }
    }

    @Test
    void aFreeLockWhoseSlotMoves() throws Exception {
        for (boolean used : new boolean[] {false, true}) {
            String name = "free-" + used;
            Move move = Move.of(name);
            try (TestClient client = TestClient.open(cluster.url());
                    TestClient other = TestClient.open(cluster.url())) {
                long last = used ? takeAndRelease(client, name) : 0;
                move.begin();
                last = rising(last, takeAndRelease(client, name));
                move.keys();
                last = rising(last, takeAndRelease(client, name));
                last = rising(last, takeAndRelease(other, name));
                move.end();
                last = rising(last, takeAndRelease(other, name));
                rising(last, takeAndRelease(client, name));
            }
        }
    }

    private static long takeAndRelease(TestClient client, String name) throws Exception {
        Grant grant = client.take(name);
        assertEquals(ReleaseOutcome.RELEASED, RedisStage.release(client, grant));
        return grant.token();
    }

    private static long rising(long last, long token) {
        assertTrue(token > last, token + " after " + last);
        return token;
    }

    @Test
    void aHeldLockWhoseSlotMoves() throws Exception {
        Move move = Move.of("held");
        try (TestClient client = TestClient.open(cluster.url());
                TestClient rival = TestClient.open(cluster.url())) {
            Grant held = client.take("held");
            AcquisitionId waiter = AcquisitionId.random();
            assertInstanceOf(Answer.Waiting.class, rival.enter(waiter, "held"));
            move.begin();
            staysHeld(client, held, rival);
            move.keys();
            staysHeld(client, held, rival);
            move.end();
            staysHeld(client, held, rival);
            assertEquals(ReleaseOutcome.RELEASED, RedisStage.release(client, held));
            Grant next = TestClient.granted(rival.look(waiter, "held"));
            rising(held.token(), next.token());
        }
    }

    private static void staysHeld(TestClient client, Grant held, TestClient rival) throws Exception {
        assertInstanceOf(
                Renewal.Renewed.class, client.driver.renew(List.of(held)).get(0));
        assertInstanceOf(Answer.Busy.class, rival.attempt(held.name().value()));
    }

    /** Contenders for locks whose slots move to and fro. */
    @Test
    void contendersNoticeNothingOfAMove() throws Exception {
        List<String> names = List.of("hot-0", "hot-1", "hot-2");
        List<AtomicInteger> inside = List.of(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        AtomicInteger grants = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (LockClient first = open(Duration.ofSeconds(5));
                LockClient second = open(Duration.ofSeconds(5))) {
            long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                LockClient client = i % 2 == 0 ? first : second;
                int which = i % 3;
                work.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0) {
                        try (Lease lease = client.named(names.get(which)).acquire(Duration.ofSeconds(10))) {
                            assertEquals(1, inside.get(which).incrementAndGet(), "two holders");
                            LockSupport.parkNanos(500_000);
                            inside.get(which).decrementAndGet();
                            assertTrue(lease.isHeld());
                            grants.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            int moves = 0;
            while (System.nanoTime() - end < 0) {
                Move there = Move.of(names.get(moves % 3));
                boolean back = moves / 3 % 2 == 1;
                Move move = back ? new Move(there.slot(), there.to(), there.from()) : there;
                move.begin();
                LockSupport.parkNanos(50_000_000);
                move.keys();
                LockSupport.parkNanos(50_000_000);
                move.keys();
                move.end();
                moves++;
            }
            for (Future<?> each : work) {
                each.get(20, TimeUnit.SECONDS);
            }
            System.out.println("Cluster: " + grants + " grants during " + moves + " moves of slots");
            assertTrue(grants.get() > 300 && moves >= 6, grants + " grants, " + moves + " moves");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyLeasesOnAllNodesAreRenewedAndReleased() throws Exception {
        List<Lease> leases = new ArrayList<>();
        try (LockClient client = open(Duration.ofSeconds(3))) {
            for (int i = 0; i < 600; i++) {
                leases.add(client.named("many-" + i).acquire(Duration.ofSeconds(5)));
            }
            long since = System.nanoTime();
            Poll.until(
                    "more than a lease time",
                    () -> System.nanoTime() - since > Duration.ofSeconds(4).toNanos());
            assertTrue(leases.stream().allMatch(Lease::isHeld), "a lease was lost");
        }
        try (LockClient next = open(Duration.ofSeconds(3))) {
            for (int i = 0; i < 600; i++) {
                assertTrue(next.named("many-" + i).tryAcquire().isPresent(), "not released: many-" + i);
            }
        }
    }

    @Test
    void aReleaseReachesAWaiterWhereverItListens() throws Exception {
        try (LockClient first = open(Duration.ofSeconds(12));
                LockClient second = open(Duration.ofSeconds(12))) {
            for (int i = 0; i < 9; i++) {
                String name = "handed-" + i;
                Lease lease = first.named(name).acquire(Duration.ofSeconds(5));
                ExecutorService waiter = Executors.newSingleThreadExecutor();
                Future<Long> granted = waiter.submit(() -> {
                    try (Lease next = second.named(name).acquire(Duration.ofSeconds(10))) {
                        return next.isHeld() ? System.nanoTime() : 0L;
                    }
                });
                LockSupport.parkNanos(100_000_000);
                long released = System.nanoTime();
                lease.release();
                long took = granted.get(10, TimeUnit.SECONDS) - released;
                assertTrue(took < Duration.ofSeconds(1).toNanos(), "handed over after " + took / 1_000_000 + " ms");
                waiter.shutdown();
            }
        }
    }

    @Test
    void aNodeThatIsGoneCostsItsOwnLocksOnly() throws Exception {
        try (RedisCluster other = new StoreLauncher().startRedisCluster();
                LockClient client = Locks.open(
                        other.url() + "?namespace=test",
                        ClientOptions.builder()
                                .storeTimeout(Duration.ofMillis(500))
                                .build())) {
            for (RunningStore node : other.nodes()) {
                try (var probe = new RespProbe(node.host(), node.port(), Duration.ofSeconds(5))) {
                    probe.call("CONFIG", "SET", "cluster-require-full-coverage", "no");
                }
            }
            String dead = nameOn(other, 2);
            String alive = nameOn(other, 0);
            client.named(dead).acquire(Duration.ofSeconds(2)).release();
            other.nodes().get(2).kill();
            long since = System.nanoTime();
            assertThrows(
                    StoreUnavailableException.class, () -> client.named(dead).acquire(Duration.ofSeconds(1)));
            assertTrue(System.nanoTime() - since < Duration.ofMillis(1_600).toNanos());
            client.named(alive).acquire(Duration.ofSeconds(2)).release();
        }
    }

    private static String nameOn(RedisCluster cluster, int node) throws Exception {
        for (int i = 0; ; i++) {
            String name = "name-" + i;
            if (cluster.ownerAtFirst(cluster.slot("hf:1:{test/" + name + "}"))
                    == cluster.nodes().get(node)) {
                return name;
            }
        }
    }
}
