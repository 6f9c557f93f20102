package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockClosedException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.tck.Event;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one process: one client, several threads, several locks. They work from {@link #go} to {@link #rest}.
 */
final class Workers implements AutoCloseable {
    /** Which process this is, and what it works on. */
    record Task(String process, List<String> locks, int threads, Duration lease, long seed) {}

    private static final long STALL_NANOS = 100_000_000;
    private static final long WATCH_NANOS = 20_000_000;

    private final Task task;
    private final LockClient client;
    private final History history;
    private final Resources resources;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<Void>> working = new ArrayList<>();
    private volatile boolean resting = true;
    private int shifts;

    Workers(Task task, LockClient client, History history, Resources resources) {
        this.task = task;
        this.client = client;
        this.history = history;
        this.resources = resources;
    }

    /** The workers begin. */
    void go() {
        resting = false;
        shifts++;
        for (int i = 0; i < task.threads(); i++) {
            Worker worker = worker(Integer.toString(i));
            Random random = new Random(task.seed() * 31 + shifts * 7919L + i);
            Callable<Void> shift = () -> {
                while (!resting) {
                    DistributedLock lock = client.named(
                            task.locks().get(random.nextInt(task.locks().size())));
                    attempt(worker, lock, random);
                }
                return null;
            };
            working.add(threads.submit(shift));
        }
    }

    private Worker worker(String name) {
        return new Worker(task.process() + "/" + name, history, resources, task.lease());
    }

    private void attempt(Worker worker, DistributedLock lock, Random random) throws InterruptedException {
        long lease = task.lease().toMillis();
        Duration wait = Duration.ofMillis(random.nextInt(8) == 0 ? lease / 10 : 4 * lease);
        // Mostly short, so that many holders meet a fault; some longer than a lease, so that leases are renewed.
        Duration work = Duration.ofMillis(random.nextInt(20) == 0 ? lease * 3 / 2 : 10 + random.nextInt(50));
        boolean renews = random.nextInt(8) == 0;
        try {
            worker.attempt(lock, wait, held -> {
                if (renews) {
                    worker.renew(held);
                }
                worker.work(held, work);
            });
        } catch (LockClosedException e) {
            resting = true;
        }
    }

    /** The workers end what they do; returns when they have. */
    void rest() throws InterruptedException {
        resting = true;
        for (Future<Void> shift : working) {
            try {
                shift.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a worker of " + task.process() + " failed", e.getCause());
            }
        }
        working.clear();
    }

    /** One attempt on one lock by the caller, with this in the middle of it: just before the operation. */
    boolean step(Operation operation, String lock, Callable<@Nullable Void> before) throws InterruptedException {
        Worker worker = worker("step");
        return worker.attempt(client.named(lock), task.lease().multipliedBy(4), held -> {
            if (operation != Operation.ACQUIRE) {
                call(before);
            }
            if (operation == Operation.RENEW) {
                worker.renew(held);
                worker.work(held, task.lease().multipliedBy(5).dividedBy(4));
            }
        });
    }

    private static void call(Callable<@Nullable Void> what) {
        try {
            what.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Each lock once for itself, so that classes are loaded before somebody looks at the clock. It may go wrong: a JVM
     * that replaces another one starts while others work, on a busy machine slowly, and perhaps in the next fault.
     */
    void warmUp(String lock) throws InterruptedException {
        try (Lease lease = client.named(lock).tryAcquire(task.lease()).orElse(null)) {
            if (lease != null) {
                lease.renew();
            }
        } catch (LeaseLostException | StoreUnavailableException notThisTime) {
            // It works all the same.
        }
    }

    /** Records from now on when this JVM does not get the processor. */
    static void recordStalls(String process, History history) {
        Thread watch = new Thread(
                () -> {
                    long before = System.nanoTime();
                    while (true) {
                        LockSupport.parkNanos(WATCH_NANOS);
                        long now = System.nanoTime();
                        if (now - before > STALL_NANOS) {
                            history.add(Event.of(Event.Kind.STALLED, before, process, "", 0, now - before));
                        }
                        before = now;
                    }
                },
                "stall-watch");
        watch.setDaemon(true);
        watch.start();
    }

    @Override
    public void close() {
        resting = true;
        client.close();
        threads.shutdownNow();
    }
}
