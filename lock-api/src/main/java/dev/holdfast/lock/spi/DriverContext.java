package dev.holdfast.lock.spi;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/**
 * What the engine offers a driver. The three calls at the end may come from any thread of the driver, at any time until
 * {@link LockDriver#close} returns; they return at once, never run user code and never throw.
 */
public interface DriverContext {
    /** The client's options as far as they concern the driver. */
    DriverOptions options();

    /** The clock of every {@code validFrom}. */
    Ticker ticker();

    /** The wall clock for tokens, and for nothing else. */
    TokenClock clock();

    /** For short tasks that never block and do no I/O that waits; shut down after {@link LockDriver#close}. */
    ScheduledExecutorService timer();

    /** Daemon threads, named after the client, for what has to block. The driver ends them in {@code close}. */
    ThreadFactory threads();

    /** The store has granted this acquire, unasked. If nobody waits for it any more, the engine gives it back. */
    void granted(Grant grant);

    /** Something happened that makes it worth looking for this acquire now. */
    void look(AcquisitionId id);

    /** The grant of this acquire is no longer held. */
    void lost(AcquisitionId id, LossReason reason);
}
