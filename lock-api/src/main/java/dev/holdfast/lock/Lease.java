package dev.holdfast.lock;

import dev.holdfast.lock.spi.ReleaseOutcome;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One grant of one lock: HELD, then LOST or RELEASED, both for good. Safe for use by several threads, and any thread
 * may release it.
 *
 * <p>{@link #isHeld()} is true only while no other client can have been granted the lock, provided that clocks run at
 * the same rate within one percent and that the store keeps its data; it says nothing about the next instant. Writes
 * that matter carry the {@link #fencingToken()}, shown to the resource before the first read.
 */
public final class Lease implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final HeldLease held;
    private final Cleaner.Cleanable forgotten;

    @SuppressWarnings("this-escape") // the cleaner only watches for this object becoming unreachable
    Lease(HeldLease held) {
        this.held = held;
        this.forgotten = CLEANER.register(this, held::forgotten);
    }

    /** The lock's name. */
    public String lockName() {
        return held.name();
    }

    /**
     * The token of this grant: positive, higher than that of every earlier grant of this name, unchanged by renewal. A
     * resource that has seen a higher one rejects it; an equal one is accepted. Order is per name only.
     */
    public long fencingToken() {
        return held.token();
    }

    /** Whether the lease is certainly held at this instant. */
    public boolean isHeld() {
        return held.isHeld();
    }

    boolean isLost() {
        return held.isLost();
    }

    /** How long the lease is held without another renewal; zero once it is lost or released. */
    public Duration remaining() {
        return held.remaining();
    }

    /**
     * Throws unless the lease is certainly held.
     *
     * @throws LeaseLostException if it was lost or released
     */
    public void ensureHeld() {
        held.ensureHeld();
    }

    /**
     * Calls the listener once if the lease is lost, at the latest at its local deadline, even if the store hangs; at
     * once if it is lost already; never after a release. Listeners run on threads of the client, side by side, while no
     * lock of the library is held.
     */
    public void onLost(Consumer<Loss> listener) {
        held.onLost(listener);
    }

    /**
     * Renews now, beside the renewal that goes on by itself.
     *
     * @throws LeaseLostException if the lease is lost or released; it is never brought back
     * @throws StoreUnavailableException if the outcome is unknown; the lease keeps its deadline
     */
    public void renew() {
        held.renew();
    }

    /**
     * Gives the lock back. A second call changes nothing and answers the same.
     *
     * @return RELEASED: it was held until now. NOT_HELD: it had been lost, so what ran under it may have run beside
     *     another holder. UNKNOWN: no answer; the release is repeated in the background, and the lock is free at the
     *     latest when its lease time has run out
     */
    public ReleaseOutcome release() {
        ReleaseOutcome outcome = held.release();
        forgotten.clean();
        return outcome;
    }

    /** Releases; never throws, idempotent. */
    @Override
    public void close() {
        release();
    }

    @Override
    public String toString() {
        return held.toString();
    }
}
