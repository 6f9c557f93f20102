package dev.holdfast.lock.tck;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.opentest4j.AssertionFailedError;

/** Waits for conditions by polling them until a deadline; never by a fixed sleep. */
public final class Await {
    private static final long STEP_NANOS = 1_000_000;

    private Await() {}

    /** A condition that may throw. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds now. */
        boolean holds() throws Exception;
    }

    /** Something to do that may throw. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** Returns once the condition holds; fails with this sentence if it does not within that time. */
    public static void until(String what, Duration within, Condition condition) throws Exception {
        if (!holdsWithin(within, condition)) {
            throw new AssertionFailedError("not within " + within.toMillis() + " ms: " + what);
        }
    }

    /** Whether the condition holds within that time; returns as soon as it does. */
    public static boolean holdsWithin(Duration within, Condition condition) throws Exception {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begin >= within.toNanos()) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** Fails with this sentence if the condition comes to hold within that time. */
    public static void never(String what, Duration during, Condition condition) throws Exception {
        if (holdsWithin(during, condition)) {
            throw new AssertionFailedError("must not happen: " + what);
        }
    }

    /** How long the action took. */
    public static Duration took(Action action) throws Exception {
        long begin = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(STEP_NANOS);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
