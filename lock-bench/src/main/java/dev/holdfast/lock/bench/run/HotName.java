package dev.holdfast.lock.bench.run;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the lock protects: it notices when two are inside, who came after whom, and how long a hand-over took. Safe for
 * use by several threads, and right as long as nobody breaks in, which it counts.
 */
final class HotName {
    /**
     * An acquire that was called this much earlier was surely received earlier by the store; a smaller difference may
     * be the scheduler's, with more threads than processors.
     */
    static final Duration CERTAIN = Duration.ofMillis(10);

    private static final long NOT_WAITING = Long.MAX_VALUE;

    /**
     * How a grant came about.
     *
     * @param handOverNanos since the call of release by another worker, if this one waited by then; else -1
     * @param inCallOrder whether nobody waits who called earlier
     * @param inOrder whether nobody waits who called {@link #CERTAIN} earlier
     */
    record Entry(long handOverNanos, boolean inCallOrder, boolean inOrder) {}

    private final AtomicLongArray waitingSince;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private volatile int lastHolder = -1;
    private volatile long releaseCalled;

    HotName(int workers) {
        this.waitingSince = new AtomicLongArray(workers);
        for (int worker = 0; worker < workers; worker++) {
            waitingSince.set(worker, NOT_WAITING);
        }
    }

    /** This worker is about to call acquire. */
    void calls(int worker, long now) {
        waitingSince.set(worker, now);
    }

    /** Its acquire has returned. */
    Entry enters(int worker, long now) {
        if (inside.getAndIncrement() != 0) {
            overlaps.incrementAndGet();
        }
        long called = waitingSince.get(worker);
        waitingSince.set(worker, NOT_WAITING);
        long earliest = called;
        for (int other = 0; other < waitingSince.length(); other++) {
            earliest = Math.min(earliest, waitingSince.get(other));
        }
        boolean handedOver = lastHolder >= 0 && lastHolder != worker && called < releaseCalled;
        return new Entry(
                handedOver ? now - releaseCalled : -1, earliest == called, called - earliest <= CERTAIN.toNanos());
    }

    /** It is about to call release. */
    void leaves(int worker) {
        lastHolder = worker;
        inside.decrementAndGet();
        releaseCalled = System.nanoTime();
    }

    /** How often somebody came in while another was inside. */
    int overlaps() {
        return overlaps.get();
    }
}
