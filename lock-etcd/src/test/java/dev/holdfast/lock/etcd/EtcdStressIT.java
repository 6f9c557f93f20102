package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Sixteen threads of two clients on one lock, with a counter that loses updates if two hold it at once. */
class EtcdStressIT {
    private static final int THREADS = 16;
    private static final int ROUNDS = 100;

    /** Neither synchronised nor volatile on purpose. */
    private long counter;

    private final AtomicLong lastToken = new AtomicLong();

    @Test
    void losesNoUpdateAndTokensRise() throws Exception {
        try (RunningStore store = EtcdBench.startStore();
                EtcdBench bench = new EtcdBench(store);
                LockClient one = Locks.open(bench.url());
                LockClient two = Locks.open(bench.url())) {
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                LockClient client = i % 2 == 0 ? one : two;
                work.add(() -> contend(client));
            }
            for (Future<Void> each : pool.invokeAll(work)) {
                each.get();
            }
            pool.shutdown();
            assertEquals((long) THREADS * ROUNDS, counter);
            assertTrue(bench.entries().isEmpty());
        }
    }

    private Void contend(LockClient client) throws InterruptedException {
        for (int i = 0; i < ROUNDS; i++) {
            try (Lease lease = client.named("hot").acquire(Duration.ofSeconds(60))) {
                long before = lastToken.getAndSet(lease.fencingToken());
                assertTrue(lease.fencingToken() > before, "a token fell");
                long read = counter;
                Thread.onSpinWait();
                counter = read + 1;
            }
        }
        return null;
    }
}
