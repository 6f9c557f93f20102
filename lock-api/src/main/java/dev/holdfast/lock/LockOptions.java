package dev.holdfast.lock;

import java.time.Duration;
import java.util.Optional;

/** Options of one lock. Immutable, safe for use by several threads. */
public final class LockOptions {
    private static final LockOptions DEFAULTS = new LockOptions(Optional.empty(), Duration.ZERO, true);

    private final Optional<Duration> maxHold;
    private final Duration minHold;
    private final boolean renewal;

    private LockOptions(Optional<Duration> maxHold, Duration minHold, boolean renewal) {
        if (maxHold.isPresent() && maxHold.get().compareTo(minHold) < 0) {
            throw new IllegalArgumentException("maxHold " + maxHold.get() + " is shorter than minHold " + minHold);
        }
        this.maxHold = maxHold;
        this.minHold = minHold;
        this.renewal = renewal;
    }

    /** Renewed until released; no shortest and no longest time of holding. */
    public static LockOptions defaults() {
        return DEFAULTS;
    }

    /**
     * The longest time that one lease is held: then it is lost with {@code MAX_HOLD}, however well it was renewed. A
     * bound on what a hung holder can do to the others.
     */
    public LockOptions maxHold(Duration longest) {
        return new LockOptions(Optional.of(Durations.positive("maxHold", longest)), minHold, renewal);
    }

    /**
     * The shortest time between a grant and the next one: a release before it takes effect only then. With it a
     * scheduled job runs once per period although several machines start it. The client keeps the grant renewed
     * meanwhile, so it must stay open; once it is closed, the grant lapses like that of a dead client.
     */
    public LockOptions minHold(Duration shortest) {
        return new LockOptions(maxHold, Durations.notNegative("minHold", shortest), renewal);
    }

    /** Without renewal a lease is lost one lease time after its grant. */
    public LockOptions renewal(boolean on) {
        return new LockOptions(maxHold, minHold, on);
    }

    /** See {@link #maxHold(Duration)}. */
    public Optional<Duration> maxHold() {
        return maxHold;
    }

    /** See {@link #minHold(Duration)}. */
    public Duration minHold() {
        return minHold;
    }

    /** See {@link #renewal(boolean)}. */
    public boolean renewal() {
        return renewal;
    }
}
