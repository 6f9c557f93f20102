package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client from storming a store that does not answer: while the last attempt to connect has failed, one attempt
 * begins every {@value #PAUSE_MILLIS} ms, whoever makes it; all others wait for it to succeed. Safe for use by several
 * threads.
 */
final class ConnectGate {
    private static final int PAUSE_MILLIS = 100;
    private static final long PAUSE = Duration.ofMillis(PAUSE_MILLIS).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Ticker ticker;
    private @Nullable Throwable failure;
    private long next;

    ConnectGate(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Waits for the right to connect.
     *
     * @return {@code null}, or why the last attempt failed if the deadline came first
     */
    @Nullable
    Throwable await(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (failure != null && next - ticker.nanos() > 0) {
                if (deadline.isOver()) {
                    return failure;
                }
                changed.awaitNanos(Math.min(next - ticker.nanos(), deadline.nanos()));
            }
            if (failure != null) {
                next = ticker.nanos() + PAUSE;
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    void succeeded() {
        lock.lock();
        try {
            failure = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void failed(Throwable cause) {
        lock.lock();
        try {
            if (failure == null) {
                next = ticker.nanos() + PAUSE;
            }
            failure = cause;
        } finally {
            lock.unlock();
        }
    }
}
