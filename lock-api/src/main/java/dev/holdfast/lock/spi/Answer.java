package dev.holdfast.lock.spi;

import java.time.Duration;

/** What the store says to {@link LockDriver#enter} and {@link LockDriver#look}. */
public sealed interface Answer {
    /** The lock is this acquire's; a repeated call answers with the same token (rule S6). */
    record Granted(Grant grant) implements Answer {}

    /**
     * The acquire is queued (or, where the store keeps no queue, may try again).
     *
     * @param recheckAfter when the engine looks again if the driver does not call first; positive
     */
    record Waiting(Duration recheckAfter) implements Answer {}

    /** Held, or about to be; only for {@link AcquireRequest#mayWait()} {@code false}. Nothing is left in the store. */
    record Busy() implements Answer {}

    /** The store does not know this acquire: never entered, lapsed, or its session ended. Only from {@code look}. */
    record Gone() implements Answer {}
}
