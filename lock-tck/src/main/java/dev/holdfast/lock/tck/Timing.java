package dev.holdfast.lock.tck;

import java.time.Duration;

/**
 * Every duration that the kit chooses itself, scaled by {@code -Dholdfast.tck.delay.factor} (1 unless set) for machines
 * that are slow or busy. Deadlines that a rule states are not scaled.
 */
public final class Timing {
    private static final double FACTOR = Double.parseDouble(System.getProperty("holdfast.tck.delay.factor", "1"));
    private static final Duration CONTENTION = Duration.ofMillis(Long.getLong("holdfast.tck.contention.millis", 3_000));

    private Timing() {}

    /** This long, scaled. */
    public static Duration scaled(Duration duration) {
        return Duration.ofNanos((long) (duration.toNanos() * FACTOR));
    }

    /** How late a thread of this machine may run without anything being wrong: 250 ms, scaled. */
    public static Duration scheduling() {
        return scaled(Duration.ofMillis(250));
    }

    /** How long the kit waits for what must come, before it calls it missing: 10 s, scaled. */
    public static Duration patience() {
        return scaled(Duration.ofSeconds(10));
    }

    /**
     * A wait that is short, yet long enough for the answer of a busy store, so that it ends as <em>held by another</em>
     * and not as <em>unavailable</em>: 400 ms, scaled.
     */
    public static Duration briefWait() {
        return scaled(Duration.ofMillis(400));
    }

    /** How long the kit watches for what must not come: 200 ms, scaled. */
    public static Duration quiet() {
        return scaled(Duration.ofMillis(200));
    }

    /** How long contenders contend: 3 s, or {@code -Dholdfast.tck.contention.millis}. */
    public static Duration contention() {
        return CONTENTION;
    }
}
