package dev.holdfast.lock.postgres;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Polling with a deadline. */
final class Eventually {
    private Eventually() {}

    /** Returns once the condition holds; fails if that takes longer than the bound. */
    static void holds(String what, Duration bound, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + bound + ": " + what);
            }
            new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
        }
    }
}
