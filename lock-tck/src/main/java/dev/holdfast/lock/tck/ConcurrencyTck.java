package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter C: several threads. Contention for one lock is in {@link ExclusionTck}. */
public interface ConcurrencyTck extends Chapter {
    /**
     * Threads that release one lease together agree on what happened. If this fails, look at the lease's transitions.
     */
    @Test
    @Verifies(Rule.C1)
    default void c1_threadsThatReleaseTogetherAgree() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            for (int round = 0; round < 10; round++) {
                Lease lease = client.named(stage.name()).acquire(Timing.patience());
                CountDownLatch together = new CountDownLatch(4);
                List<Stage.Branch<ReleaseOutcome>> releases = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    releases.add(stage.branch(() -> {
                        together.countDown();
                        together.await();
                        return lease.release();
                    }));
                }
                for (Stage.Branch<ReleaseOutcome> release : releases) {
                    assertEquals(ReleaseOutcome.RELEASED, release.join());
                }
            }
        }
    }

    /** One client serves many names at once. If this fails, look at what its requests share. */
    @Test
    @Verifies(Rule.C1)
    default void c1_oneClientServesManyThreads() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            List<Stage.Branch<Void>> branches = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String name = stage.name();
                branches.add(stage.branch(() -> {
                    for (int round = 0; round < 10; round++) {
                        Lease lease = client.named(name).acquire(Timing.patience());
                        assertTrue(lease.isHeld());
                        assertEquals(ReleaseOutcome.RELEASED, lease.release());
                    }
                    return null;
                }));
            }
            for (Stage.Branch<Void> branch : branches) {
                branch.join(Duration.ofSeconds(60));
            }
        }
    }

    /** A plain field that is changed under the lock only. */
    final class Plain {
        private long value;
    }

    /** A plain field keeps every change made under the lock. If this fails: what orders a release and an acquire? */
    @Test
    @Verifies(Rule.C2)
    default void c2_plainFieldsNeedNoVolatile() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Plain plain = new Plain();
            List<LockClient> clients = List.of(stage.steadyClient(), stage.steadyClient());
            long end = System.nanoTime() + Timing.contention().dividedBy(6).toNanos();
            List<Stage.Branch<Long>> branches = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                DistributedLock lock = clients.get(i % 2).named(name);
                branches.add(stage.branch(() -> {
                    long rounds = 0;
                    while (System.nanoTime() - end < 0) {
                        try (Lease lease = lock.acquire(Duration.ofMinutes(1))) {
                            plain.value++;
                            lease.ensureHeld();
                            rounds++;
                        }
                    }
                    return rounds;
                }));
            }
            long rounds = 0;
            for (Stage.Branch<Long> branch : branches) {
                rounds += branch.join(Duration.ofMinutes(1));
            }
            assertEquals(rounds, plain.value);
            assertTrue(rounds > 8, "only " + rounds + " rounds: too few to show anything");
        }
    }

    /** A thousand waiting threads all finish. If this fails, look at who is woken, and at what pins a carrier. */
    @Test
    @Verifies(Rule.C3)
    default void c3_aThousandWaitingThreadsAllFinish() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            LockClient holding = stage.steadyClient();
            List<DistributedLock> locks = new ArrayList<>();
            List<Lease> held = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String name = stage.name();
                locks.add(client.named(name));
                held.add(holding.named(name).acquire(Timing.patience()));
            }
            ExecutorService threads = threads();
            stage.keep(threads::shutdownNow);
            CountDownLatch begun = new CountDownLatch(1_000);
            List<Future<ReleaseOutcome>> all = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                DistributedLock lock = locks.get(i % locks.size());
                all.add(threads.submit(() -> {
                    begun.countDown();
                    return lock.acquire(Duration.ofMinutes(1)).release();
                }));
            }
            assertTrue(begun.await(60, TimeUnit.SECONDS), () -> begun.getCount() + " threads did not begin");
            held.forEach(Lease::release);
            for (Future<ReleaseOutcome> each : all) {
                assertEquals(ReleaseOutcome.RELEASED, each.get(60, TimeUnit.SECONDS));
            }
        }
    }

    /** One virtual thread for each task where the JVM has them (Java 21), else platform threads. */
    private static ExecutorService threads() throws IllegalAccessException, InvocationTargetException {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException older) {
            return Executors.newCachedThreadPool();
        }
    }
}
