package dev.holdfast.lock.tck;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.tck.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that contend for one lock and record what they do. Under the lock each increments a {@link LostUpdate}
 * counter; now and then one stays a little longer, by a seeded choice. A failure on any thread fails the whole run.
 */
public final class Contenders {
    private final String label;
    private final History history;
    private final LostUpdate counter;
    private final long seed;
    private final AtomicLong grants = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();

    /** Contenders whose names begin with this label, which has no spaces. */
    public Contenders(String label, History history, LostUpdate counter, long seed) {
        this.label = label;
        this.history = history;
        this.counter = counter;
        this.seed = seed;
    }

    /** Contends with one thread for each of these locks, which are one lock through several clients, for this long. */
    public void run(List<DistributedLock> locks, Duration howLong) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(locks.size());
        try {
            long end = System.nanoTime() + howLong.toNanos();
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < locks.size(); i++) {
                String name = label + "-" + i;
                DistributedLock lock = locks.get(i);
                Random random = new Random(seed + i);
                Callable<Void> contender = () -> contend(name, lock, random, end);
                running.add(threads.submit(contender));
            }
            for (Future<Void> thread : running) {
                thread.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a contender failed, seed " + seed + ": " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Void contend(String name, DistributedLock lock, Random random, long end) throws InterruptedException {
        while (System.nanoTime() - end < 0) {
            history.add(Event.of(Kind.INVOKED, System.nanoTime(), name, lock.name()));
            Optional<Lease> lease;
            try {
                lease = lock.tryAcquire(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (StoreUnavailableException e) {
                history.add(Event.of(Kind.UNKNOWN, System.nanoTime(), name, lock.name()));
                continue;
            }
            if (lease.isEmpty()) {
                history.add(Event.of(Kind.REFUSED, System.nanoTime(), name, lock.name()));
            } else {
                work(name, lease.get(), random);
            }
        }
        return null;
    }

    private void work(String name, Lease lease, Random random) {
        try (lease) {
            say(Kind.GRANTED, System.nanoTime(), name, lease);
            grants.incrementAndGet();
            if (counter.increment(lease.fencingToken())) {
                accepted.incrementAndGet();
            }
            if (random.nextInt(16) == 0) {
                LockSupport.parkNanos(random.nextInt(2_000_000));
            }
            long before = System.nanoTime();
            if (lease.isHeld()) {
                say(Kind.HELD, before, name, lease);
            }
        }
    }

    private void say(Kind kind, long nanos, String name, Lease lease) {
        long remaining = lease.remaining().toNanos();
        history.add(Event.of(kind, nanos, name, lease.lockName(), lease.fencingToken(), remaining));
    }

    /** How many leases were granted. */
    public long grants() {
        return grants.get();
    }

    /** How many increments the counter accepted. */
    public long accepted() {
        return accepted.get();
    }
}
