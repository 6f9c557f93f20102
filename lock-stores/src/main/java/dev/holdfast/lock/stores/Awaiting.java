package dev.holdfast.lock.stores;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Looks again and again until something is so. */
final class Awaiting {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private Awaiting() {}

    /**
     * Returns when the condition holds; one that throws does not hold yet.
     *
     * @param what is awaited, for the message
     * @throws StoreException when it does not hold in time
     */
    static void holds(String what, Duration within, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + within.toNanos();
        String last = "it is not so";
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.call()) {
                    return;
                }
                last = "it is not so";
            } catch (Exception notYet) {
                last = String.valueOf(notYet.getMessage());
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        throw new StoreException(what + " did not come within " + within.toSeconds() + " s: " + last);
    }
}
