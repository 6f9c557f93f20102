package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import java.time.Duration;
import java.util.Set;

/**
 * What a history is held to.
 *
 * @param lease the lease time in force, the same for every contender
 * @param slack how long after its lease time the lock of a killed holder may stay taken, as the page of the store says
 * @param tolerance how late a thread or a request may be on this machine without anything being wrong
 * @param claims what the driver claims: FIFO adds L5, DIRECT_WAKEUP adds L2
 */
public record Terms(Duration lease, Duration slack, Duration tolerance, Set<Claim> claims) {
    private static final Duration LEAST_DRIFT = Duration.ofMillis(2);

    /** How long a client may need to connect again: some libraries pause for seconds between two tries. */
    private static final Duration RECONNECT = Duration.ofSeconds(5);

    /** With its own copies. */
    public Terms {
        claims = Set.copyOf(claims);
    }

    /** How long after validFrom a lease may be held at most (S4). */
    long validityNanos() {
        Duration percent = lease.dividedBy(100);
        return lease.minus(percent.compareTo(LEAST_DRIFT) > 0 ? percent : LEAST_DRIFT)
                .toNanos();
    }

    long leaseNanos() {
        return lease.toNanos();
    }

    long toleranceNanos() {
        return tolerance.toNanos();
    }

    /** How long a released lock may stay free while somebody wants it, as W6 allows. */
    long handOverNanos() {
        return lease.multipliedBy(5).dividedBy(6).plus(tolerance).toNanos();
    }

    /** How long the lock of a killed process may stay free, as L1 and S10 allow. */
    long killedNanos(boolean waiterToo) {
        return lease.multipliedBy(waiterToo ? 2 : 1).plus(slack).plus(tolerance).toNanos();
    }

    /** How long a lock may stay free after any other disturbance; stopped waiters may be served one lease each. */
    long recoveryNanos() {
        return lease.multipliedBy(3).plus(slack).plus(tolerance).plus(RECONNECT).toNanos();
    }
}
