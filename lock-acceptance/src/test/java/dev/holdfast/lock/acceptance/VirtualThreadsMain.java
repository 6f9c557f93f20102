package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Run on Java 21 or newer: many virtual threads contend for a few names of one store. The counters are plain fields
 * that only the locks protect. Prints one line: how many threads finished, and the sum of the counters.
 */
final class VirtualThreadsMain {
    private static final int NAMES = 5;

    private VirtualThreadsMain() {}

    /** Arguments: URL, number of threads, seconds to wait for all of them. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // a yield inside the lock is what gives another thread its chance to intrude
    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[1]);
        Duration patience = Duration.ofSeconds(Long.parseLong(arguments[2]));
        int[] counters = new int[NAMES];
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(threads);
        try (LockClient locks = Locks.open(arguments[0])) {
            for (int i = 0; i < threads; i++) {
                int slot = i % NAMES;
                start(() -> {
                    try (Lease lease = locks.named("virtual-" + slot).acquire(patience)) {
                        int before = counters[slot];
                        Thread.yield();
                        lease.ensureHeld();
                        counters[slot] = before + 1;
                        running.countDown();
                    } catch (Exception | Error e) {
                        failure.compareAndSet(null, e);
                    }
                });
            }
            boolean all = running.await(patience.toSeconds(), TimeUnit.SECONDS);
            List<String> report = new ArrayList<>();
            report.add("finished " + (threads - running.getCount()) + " of " + threads);
            report.add("counted " + Arrays.stream(counters).sum());
            Throwable first = failure.get();
            if (first != null) {
                report.add("failed " + first);
            }
            System.out.println(String.join(", ", report) + (all ? "" : ", the others hang"));
        }
    }

    /** Starts a virtual thread; by reflection, because this is compiled for Java 17. */
    private static void start(Runnable task) throws ReflectiveOperationException {
        Method startVirtualThread = Thread.class.getMethod("startVirtualThread", Runnable.class);
        startVirtualThread.invoke(null, task);
    }
}
