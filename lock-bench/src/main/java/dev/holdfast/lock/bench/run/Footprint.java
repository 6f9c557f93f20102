package dev.holdfast.lock.bench.run;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What this JVM uses at one moment, when it has come to rest.
 *
 * @param heapBytes that are reachable
 * @param connections to the store; empty where the system does not tell
 */
record Footprint(long heapBytes, long threads, OptionalLong connections) {
    private static final Duration AT_MOST = Duration.ofSeconds(4);
    private static final Duration BETWEEN = Duration.ofMillis(200);
    private static final long SAME_HEAP = 64 << 10;

    /** Looks until two looks agree: what was closed before takes a while to end its threads and to be collected. */
    static Footprint atRest(int port) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        Footprint last = now(port);
        while (System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(BETWEEN.toNanos());
            Footprint next = now(port);
            if (next.threads == last.threads && Math.abs(next.heapBytes - last.heapBytes) <= SAME_HEAP) {
                return next;
            }
            last = next;
        }
        return last;
    }

    private static Footprint now(int port) {
        System.gc();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                Sockets.to(port));
    }
}
