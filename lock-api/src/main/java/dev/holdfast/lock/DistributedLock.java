package dev.holdfast.lock;

import dev.holdfast.lock.spi.LockName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A lock by name. Immutable, cheap, safe for use by several threads. Ownership belongs to the {@link Lease}, not to a
 * thread: a second acquire contends with the first, also in the same thread (rule E3).
 *
 * <p>Every wait is bounded, also with a dead store. Actions before a release happen before actions after a later
 * acquire of the same name in this JVM (rule C2).
 */
public final class DistributedLock {
    private final Engine engine;
    private final LockName name;
    private final LockOptions options;

    DistributedLock(Engine engine, LockName name, LockOptions options) {
        this.engine = engine;
        this.name = name;
        this.options = options;
    }

    /** The name as given. */
    public String name() {
        return name.value();
    }

    /** Acquires, waiting at most {@link ClientOptions#maxWait()}; see {@link #acquire(Duration)}. */
    public Lease acquire() throws InterruptedException {
        return acquire(engine.options().maxWait());
    }

    /**
     * Acquires, waiting at most this long.
     *
     * @param maxWait zero asks once
     * @throws AcquireTimeoutException if the lock was held by others for the whole wait
     * @throws StoreUnavailableException if the store did not answer; whether the lock is free is unknown
     * @throws LockClosedException if the client was closed
     * @throws InterruptedException if interrupted; neither grant nor queue entry is left (rule W3)
     */
    public Lease acquire(Duration maxWait) throws InterruptedException {
        return tryAcquire(maxWait).orElseThrow(() -> engine.heldByAnother(name.value()));
    }

    /**
     * Acquires if the lock is free, without waiting for a holder. During a hand-over between others a free lock may be
     * reported as held (rule W1).
     *
     * @throws StoreUnavailableException if the store did not answer within {@link ClientOptions#storeTimeout()}
     * @throws InterruptedException if interrupted; nothing is left
     */
    public Optional<Lease> tryAcquire() throws InterruptedException {
        return tryAcquire(Duration.ZERO);
    }

    /**
     * Acquires, waiting at most this long; empty if the lock was held by others, else as {@link #acquire(Duration)}.
     */
    public Optional<Lease> tryAcquire(Duration maxWait) throws InterruptedException {
        return engine.acquire(name, options, Durations.notNegative("maxWait", maxWait));
    }

    /**
     * Acquires without a waiting thread. The future fails with the exceptions of {@link #acquire(Duration)}. If the
     * caller cancels or completes it first, the grant is given back. Dependent stages run on a thread of the client
     * that may be used for other callbacks too.
     */
    public CompletableFuture<Lease> acquireAsync(Duration maxWait) {
        return engine.acquireAsync(name, options, Durations.notNegative("maxWait", maxWait));
    }

    /**
     * Runs the task while holding the lock, and interrupts its thread if the lease is lost meanwhile; never after this
     * method has returned.
     *
     * @return what the task returned
     * @throws X what the task threw, with a {@link LeaseLostException} suppressed if the lease was lost too
     * @throws LeaseLostException if the task completed but the lease had been lost before its end
     * @throws InterruptedException if interrupted by somebody else while waiting or in the task
     */
    public <T, X extends Exception> T withLease(Duration maxWait, LeasedTask<T, X> task)
            throws X, InterruptedException {
        return LeasedRun.run(acquire(maxWait), task);
    }

    @Override
    public String toString() {
        return "DistributedLock[" + name + " at " + engine.store() + "]";
    }
}
