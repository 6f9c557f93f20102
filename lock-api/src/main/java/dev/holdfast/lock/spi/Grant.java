package dev.holdfast.lock.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One grant of one lock, as the store made it.
 *
 * @param id the acquire that it answers
 * @param name the lock
 * @param token fencing token: positive, unique, and higher than every token granted before for this name (rule S2)
 * @param validFrom reading of {@link DriverContext#ticker()} <em>before the sending</em> of the request that last
 *     (re)started the server-side timer which guards this grant; that request's answer, or an event that proves that it
 *     was processed, is in hand (rule S4; Gray and Cheriton 1989)
 * @param leaseTime how long that timer runs
 * @param ticket what the driver needs to find the grant again; opaque to the engine
 */
public record Grant(
        AcquisitionId id, LockName name, long token, long validFrom, Duration leaseTime, @Nullable Object ticket) {
    public Grant {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        if (leaseTime.isNegative() || leaseTime.isZero()) {
            throw new IllegalArgumentException("a lease time is positive, not " + leaseTime);
        }
    }
}
