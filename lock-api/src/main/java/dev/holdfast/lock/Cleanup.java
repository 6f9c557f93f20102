package dev.holdfast.lock;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back in the background what nobody waits for: abandoned acquires and releases without an answer, one after the
 * other and each until its outcome is certain (rules S10, L3). While the store does not answer it sends one request at
 * a time with growing pauses, so that a dead store meets no storm.
 */
final class Cleanup {
    private static final Logger LOG = LoggerFactory.getLogger(Cleanup.class);
    private static final int BACKLOG_MAX = 256;

    private final LockDriver driver;
    private final LinkedBlockingDeque<BooleanSupplier> tasks = new LinkedBlockingDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread worker;

    Cleanup(LockDriver driver, ThreadFactory threads) {
        this.driver = driver;
        this.worker = threads.newThread(this::work);
    }

    /** Takes back an acquire; returns at once. */
    void leave(AcquireRequest request) {
        add(() -> driver.leave(request) == LeaveOutcome.GONE);
    }

    /**
     * As {@link #leave}, for callers that may block: who abandons faster than one thread can take back does a share of
     * the work, so that the backlog stays bounded.
     */
    void leaveOrHelp(AcquireRequest request) {
        leave(request);
        if (tasks.size() > BACKLOG_MAX) {
            BooleanSupplier oldest = tasks.pollFirst();
            if (oldest != null && !done(oldest)) {
                tasks.addLast(oldest);
            }
        }
    }

    /** Takes back a grant; returns at once. */
    void release(Grant grant) {
        add(() -> driver.release(List.of(grant)).get(0) != ReleaseOutcome.UNKNOWN);
    }

    private void add(BooleanSupplier task) {
        tasks.addLast(task);
        if (!closed() && started.compareAndSet(false, true)) {
            worker.start();
        }
    }

    private void work() {
        Backoff backoff = new Backoff(100, 2_000);
        try {
            while (!closed()) {
                BooleanSupplier task = tasks.takeFirst();
                if (done(task)) {
                    backoff.reset();
                } else {
                    tasks.addLast(task);
                    closing.await(backoff.nextNanos(), TimeUnit.NANOSECONDS);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Interrupted with {} things to take back; they lapse", tasks.size(), e);
        }
    }

    private boolean closed() {
        return closing.getCount() == 0;
    }

    private static boolean done(BooleanSupplier task) {
        try {
            return task.getAsBoolean();
        } catch (StoreException e) {
            LOG.debug("Taking back brought no answer; it is repeated", e);
            return false;
        } catch (RuntimeException e) {
            LOG.warn("A driver failed unexpectedly while taking back; it is repeated", e);
            return false;
        }
    }

    /** Does what is left once, within the bound, and ends the thread. */
    void close(long boundNanos) {
        closing.countDown();
        long end = System.nanoTime() + boundNanos;
        for (BooleanSupplier task = tasks.pollFirst();
                task != null && System.nanoTime() - end < 0 && done(task);
                task = tasks.pollFirst()) {
            LOG.trace("Taken back while closing");
        }
        tasks.addFirst(() -> true); // wakes the worker if it waits for work
        joinWorker(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    }

    /** The driver closes next: a request that is under way shall end before. */
    private void joinWorker(long millis) {
        try {
            worker.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
