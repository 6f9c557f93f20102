package dev.holdfast.lock;

import dev.holdfast.lock.spi.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A monotonic clock that also counts the time during which the machine was suspended. {@code System.nanoTime} stands
 * still then, so that a virtual machine resumed after an hour would believe its old leases; the wall clock does not. A
 * forward step of the wall clock between two readings is added; a backward step is ignored. A wall clock that is set
 * forward so costs a lease that is reported lost too early, never one that is believed too long.
 *
 * <p>Safe for use by several threads; readings never go back.
 */
final class SuspendGuard implements Ticker {
    /** Steps below this are the slewing and the granularity of a clock, not a suspension. */
    static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    static final SuspendGuard SYSTEM =
            new SuspendGuard(System::nanoTime, () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));

    private record Offset(long wallMinusMonotonic, long suspended) {}

    private final LongSupplier monotonic;
    private final LongSupplier wall;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Offset offset;

    SuspendGuard(LongSupplier monotonic, LongSupplier wall) {
        this.monotonic = monotonic;
        this.wall = wall;
        this.offset = new Offset(wall.getAsLong() - monotonic.getAsLong(), 0);
    }

    @Override
    public long nanos() {
        while (true) {
            Offset before = offset;
            long now = monotonic.getAsLong();
            long step = wall.getAsLong() - now - before.wallMinusMonotonic;
            if (Math.abs(step) < STEP_NANOS / 4) {
                return now + before.suspended;
            }
            // A reading that was itself interrupted by a pause looks like a step: take it again.
            if (monotonic.getAsLong() - now < STEP_NANOS / 4) {
                shift(before, step);
            }
        }
    }

    private void shift(Offset before, long step) {
        lock.lock();
        try {
            if (offset.equals(before)) {
                long suspended = step < STEP_NANOS ? 0 : step;
                offset = new Offset(before.wallMinusMonotonic + step, before.suspended + suspended);
            }
        } finally {
            lock.unlock();
        }
    }
}
