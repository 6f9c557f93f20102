package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.harness.StoreHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Lost replies, reset connections and held bytes at random, with waits that are given up: nobody overlaps, nothing
 * stays.
 */
class RedisChaosIT {
    private static final Duration RUN = Duration.ofSeconds(15);
    private static final int THREADS = 12;

    /** What the holder of a lock sees of the one before. */
    private static final class Section {
        private final AtomicReference<Optional<Lease>> inside = new AtomicReference<>(Optional.empty());
        private final AtomicInteger entered = new AtomicInteger();
        private volatile long highest;

        void enter(Lease lease, Random random) {
            Optional<Lease> before = inside.getAndSet(Optional.of(lease));
            // The order matters: only if we held before the other was asked can both have held at once.
            boolean mine = lease.isHeld();
            boolean overlap = mine && before.isPresent() && before.get().isHeld();
            assertTrue(!overlap, () -> before + " and " + lease + " are held at once");
            assertTrue(!mine || lease.fencingToken() > highest, () -> lease + " is not above " + highest);
            highest = Math.max(highest, lease.fencingToken());
            LockSupport.parkNanos(random.nextInt(3_000_000));
            entered.incrementAndGet();
        }
    }

    @Test
    void faultsAtRandom() throws Exception {
        long seed = System.nanoTime();
        System.out.println("RedisChaosIT seed " + seed);
        try (RedisServer server = RedisServer.start();
                StoreHarness harness = StoreHarness.of(server.store());
                FaultProxy proxy = FaultProxy.before(server.store())) {
            String url = harness.url().replace(":" + server.port(), ":" + proxy.port());
            ClientOptions options = ClientOptions.builder()
                    .leaseTime(Duration.ofMillis(600))
                    .storeTimeout(Duration.ofMillis(300))
                    .build();
            List<Section> sections = List.of(new Section(), new Section());
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try (LockClient first = Locks.open(url, options);
                    LockClient second = Locks.open(url, options);
                    LockClient direct = Locks.open(harness.url(), options)) {
                List<LockClient> clients = List.of(first, second, direct);
                long end = System.nanoTime() + RUN.toNanos();
                List<Future<?>> results = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    LockClient client = clients.get(i % clients.size());
                    Random random = new Random(seed + i);
                    results.add(threads.submit(() -> work(client, sections, random, end)));
                }
                disturb(proxy, new Random(seed), end);
                for (Future<?> result : results) {
                    result.get(20, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
            System.out.printf(
                    "RedisChaosIT %d and %d sections, %d lost replies, %d connects%n",
                    sections.get(0).entered.get(),
                    sections.get(1).entered.get(),
                    proxy.repliesLost(),
                    proxy.attempts());
            assertTrue(sections.stream().allMatch(section -> section.entered.get() > 100));
            Poll.until("nothing is left", () -> harness.residue().orElseThrow().isEmpty());
            Poll.until("connections are closed", () -> server.others() == 0);
        }
    }

    private static void work(LockClient client, List<Section> sections, Random random, long end) {
        while (System.nanoTime() - end < 0) {
            int which = random.nextInt(sections.size());
            // Some waits are too short on purpose, so that grants race with leaving.
            Duration wait = Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(5) : 500);
            try (Lease lease = client.named("lock-" + which).acquire(wait)) {
                sections.get(which).enter(lease, random);
            } catch (LockException e) {
                LockSupport.parkNanos(1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void disturb(FaultProxy proxy, Random random, long end) {
        while (System.nanoTime() - end < 0) {
            switch (random.nextInt(6)) {
                case 0 -> proxy.reset();
                case 1 -> proxy.finish();
                case 2 -> proxy.blackHole(FaultProxy.Direction.TO_CLIENT);
                case 3 -> proxy.blackHole(FaultProxy.Direction.TO_STORE);
                default -> proxy.loseReplies(random.nextInt(4), LostReply.containing("EVALSHA"));
            }
            LockSupport.parkNanos(random.nextInt(500_000_000));
            proxy.heal();
            LockSupport.parkNanos(random.nextInt(300_000_000));
        }
    }
}
