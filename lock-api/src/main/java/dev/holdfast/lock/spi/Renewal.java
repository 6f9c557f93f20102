package dev.holdfast.lock.spi;

import java.time.Duration;

/** What became of one grant in {@link LockDriver#renew}. */
public sealed interface Renewal {
    /**
     * The server-side timer runs anew.
     *
     * @param validFrom as in {@link Grant#validFrom()}, for the request that restarted the timer
     * @param leaseTime how long it runs
     */
    record Renewed(long validFrom, Duration leaseTime) implements Renewal {}

    /** The store no longer has this grant. A renewal never brings a grant back (rule S7). */
    record Lost(LossReason reason) implements Renewal {}

    /** The request was sent and no answer seen; the grant may or may not have been renewed. */
    record Unknown() implements Renewal {}
}
