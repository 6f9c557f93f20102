package dev.holdfast.lock;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A guard for a resource that lives in this process: a service that others call with their fencing token. It remembers
 * the highest token that was shown, its <em>mark</em>, refuses lower ones, and lets one piece of work at a time at the
 * resource. Safe for use by several threads.
 *
 * <pre>{@code
 * private final FencingGuard guard = new FencingGuard("ledger");
 *
 * Balance balance(long token) {
 *     return guard.guarded(token, ledger::balance);      // show the token before the first read, too
 * }
 *
 * void post(long token, Entry entry) {
 *     guard.guarded(token, () -> ledger.post(entry));
 * }
 * }</pre>
 *
 * <p>The mark is gone with the process. If the resource outlives it, keep {@link #mark} with the resource and begin
 * with it. One guard for one resource and the tokens of one lock; a second guard in another process knows nothing of
 * this one.
 */
public final class FencingGuard {
    /** What is done to the resource. */
    @FunctionalInterface
    public interface Work<T, X extends Exception> {
        /** Reads or changes it. */
        T run() throws X;
    }

    private final String resource;
    private final ReentrantLock lock = new ReentrantLock();
    private long mark;

    /**
     * A guard that has seen no token yet.
     *
     * @param resource what is guarded, for messages
     */
    public FencingGuard(String resource) {
        this(resource, 0);
    }

    /**
     * A guard that goes on where another one ended.
     *
     * @param mark highest token seen so far; 0 for none
     */
    public FencingGuard(String resource, long mark) {
        if (mark < 0) {
            throw new IllegalArgumentException("a mark is not negative, as " + mark + " is");
        }
        this.resource = resource;
        this.mark = mark;
    }

    /**
     * Runs the work if the token is not lower than the mark; the mark is the token from then on, whatever becomes of
     * the work. No other work of this guard runs meanwhile.
     *
     * @param token positive, as in {@link Lease#fencingToken()}; one equal to the mark is accepted
     * @return what the work returned
     * @throws X what the work threw
     * @throws StaleTokenException if a higher token was shown before; the work was not begun
     */
    public <T, X extends Exception> T guarded(long token, Work<T, X> work) throws X {
        lock.lock();
        try {
            show(token);
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Shows a token without work: for a gate before a critical section of your own. What is done after it returns is
     * <strong>not</strong> guarded: a thread that pauses there acts beside the next holder.
     *
     * @throws StaleTokenException if a higher token was shown before
     */
    public void check(long token) {
        lock.lock();
        try {
            show(token);
        } finally {
            lock.unlock();
        }
    }

    private void show(long token) {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        if (token < mark) {
            throw new StaleTokenException(resource, token, mark);
        }
        mark = token;
    }

    /** The highest token shown; 0 if there was none. */
    public long mark() {
        lock.lock();
        try {
            return mark;
        } finally {
            lock.unlock();
        }
    }
}
