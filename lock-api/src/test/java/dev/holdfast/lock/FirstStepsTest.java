package dev.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.memory.MemoryStore;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The life of a lease on the memory store, as a user sees it. */
class FirstStepsTest {
    private static final Duration WAIT = Duration.ofSeconds(5);

    @Test
    void aLeaseIsHeldUntilReleasedAndTokensRise() throws InterruptedException {
        try (LockClient locks = Locks.open("memory:")) {
            DistributedLock lock = locks.named("a");
            Lease first = lock.acquire(WAIT);
            assertTrue(first.isHeld());
            assertTrue(lock.tryAcquire().isEmpty());
            AcquireTimeoutException again =
                    assertThrows(AcquireTimeoutException.class, () -> lock.acquire(Duration.ofMillis(30)));
            assertTrue(again.getMessage().contains("does not re-enter"), again.getMessage());
            assertEquals(ReleaseOutcome.RELEASED, first.release());
            assertEquals(ReleaseOutcome.RELEASED, first.release());
            assertFalse(first.isHeld());
            try (Lease second = lock.acquire(WAIT)) {
                assertTrue(second.fencingToken() > first.fencingToken());
            }
        }
    }

    @Test
    void aReleaseLetsTheNextWaiterIn() throws Exception {
        try (LockClient locks = Locks.open("memory:")) {
            DistributedLock lock = locks.named("a");
            Lease first = lock.acquire(WAIT);
            CompletableFuture<Lease> second = lock.acquireAsync(WAIT);
            CompletableFuture<Lease> cancelled = lock.acquireAsync(WAIT);
            assertTrue(cancelled.cancel(true));
            first.close();
            Lease granted = second.get(2, TimeUnit.SECONDS);
            assertTrue(granted.isHeld());
            granted.close();
            lock.acquire(WAIT).close();
        }
    }

    @Test
    void anExpiredLeaseIsLostAndItsListenerIsTold() throws Exception {
        MemoryStore store = new MemoryStore();
        try (LockClient locks = store.client()) {
            Lease lease = locks.named("a").acquire(WAIT);
            CompletableFuture<Loss> told = new CompletableFuture<>();
            lease.onLost(told::complete);
            store.advance(Duration.ofSeconds(16));
            assertEquals(LossReason.EXPIRED, told.get(2, TimeUnit.SECONDS).reason());
            assertFalse(lease.isHeld());
            assertEquals(ReleaseOutcome.NOT_HELD, lease.release());
        }
    }

    @Test
    void aDeadStoreMakesTheLeaseLostAtItsDeadline() throws Exception {
        MemoryStore store = new MemoryStore();
        try (LockClient locks = store.client(
                ClientOptions.builder().leaseTime(Duration.ofMillis(300)).build())) {
            Lease lease = locks.named("a").acquire(WAIT);
            CompletableFuture<Loss> told = new CompletableFuture<>();
            lease.onLost(told::complete);
            store.unavailable(true);
            assertEquals(LossReason.DEADLINE, told.get(2, TimeUnit.SECONDS).reason());
            assertThrows(StoreUnavailableException.class, () -> locks.named("b").acquire(Duration.ofMillis(200)));
        }
    }

    @Test
    void manyThreadsNeverShareALock() throws Exception {
        int[] counter = new int[1];
        try (LockClient locks = Locks.open("memory:")) {
            DistributedLock lock = locks.named("counter");
            ExecutorService threads = Executors.newFixedThreadPool(16);
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        lock.withLease(WAIT, lease -> counter[0] = counter[0] + 1);
                    }
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get(30, TimeUnit.SECONDS);
            }
            threads.shutdown();
        }
        assertEquals(16 * 200, counter[0]);
    }

    @Test
    void aTaskIsInterruptedWhenItsLeaseIsLost() {
        MemoryStore store = new MemoryStore();
        try (LockClient locks = store.client()) {
            assertThrows(LeaseLostException.class, () -> locks.named("a").withLease(WAIT, lease -> {
                store.expire("a");
                return new CompletableFuture<String>().get();
            }));
            assertFalse(Thread.interrupted());
        }
    }
}
