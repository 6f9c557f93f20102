package dev.holdfast.lock;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Full jitter: a random wait below a bound that doubles with each failure. Not safe for use by several threads. */
final class Backoff {
    private final long firstNanos;
    private final long longestNanos;
    private int failures;

    Backoff(long firstMillis, long longestMillis) {
        this.firstNanos = TimeUnit.MILLISECONDS.toNanos(firstMillis);
        this.longestNanos = TimeUnit.MILLISECONDS.toNanos(longestMillis);
    }

    long nextNanos() {
        long bound = Math.min(longestNanos, firstNanos << Math.min(failures, 20));
        failures++;
        return ThreadLocalRandom.current().nextLong(bound / 10, bound + 1);
    }

    void reset() {
        failures = 0;
    }
}
