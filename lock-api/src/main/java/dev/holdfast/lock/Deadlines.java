package dev.holdfast.lock;

import java.util.Collection;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Loses each lease at its local deadline, on a thread that does no I/O, so that a renewal that hangs delays no loss
 * (rule S4). One task watches the earliest deadline of all: an acquire costs a comparison, not a timer.
 */
final class Deadlines {
    private static final long GRANULARITY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Collection<HeldLease> leases;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private long watched;
    private @Nullable Future<?> watch;

    Deadlines(Collection<HeldLease> leases, ScheduledExecutorService timer, LongSupplier clock) {
        this.leases = leases;
        this.timer = timer;
        this.clock = clock;
    }

    /** Call it after the lease is among the leases. */
    void watch(HeldLease lease) {
        lock.lock();
        try {
            long deadline = lease.deadline();
            if (watch == null) {
                schedule(deadline);
            } else if (deadline - watched < 0) {
                watch.cancel(false);
                schedule(deadline);
            }
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        for (HeldLease lease : leases) {
            lease.sweep();
        }
        lock.lock();
        try {
            watch = null;
            boolean any = false;
            long earliest = 0;
            for (HeldLease lease : leases) {
                long deadline = lease.deadline();
                if (!any || deadline - earliest < 0) {
                    earliest = deadline;
                    any = true;
                }
            }
            if (any) {
                schedule(earliest);
            }
        } finally {
            lock.unlock();
        }
    }

    private void schedule(long deadline) {
        long wait = Math.max(deadline - clock.getAsLong(), GRANULARITY_NANOS);
        try {
            watched = deadline;
            watch = timer.schedule(this::sweep, wait, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // The client is closed: its leases are released, and isHeld() compares the clock itself.
            watch = null;
        }
    }
}
