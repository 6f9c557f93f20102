package dev.holdfast.lock;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task under a lease and interrupts it on loss. The lock makes "interrupt" and "the task is over" exclude each
 * other, so that no interrupt reaches the thread after the task.
 */
final class LeasedRun {
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread running = Thread.currentThread();
    private boolean interrupted;

    private LeasedRun() {}

    static <T, X extends Exception> T run(Lease lease, LeasedTask<T, X> task) throws X, InterruptedException {
        LeasedRun run = new LeasedRun();
        try (lease) {
            lease.onLost(loss -> run.interrupt());
            T result;
            try {
                result = task.run(lease);
            } catch (Throwable failure) {
                boolean byUs = run.over();
                if (lease.isLost()) {
                    LeaseLostException loss = lost(lease);
                    if (byUs && failure instanceof InterruptedException) {
                        loss.addSuppressed(failure);
                        throw loss;
                    }
                    failure.addSuppressed(loss);
                }
                throw failure;
            }
            run.over();
            if (lease.isLost()) {
                throw lost(lease);
            }
            return result;
        }
    }

    private static LeaseLostException lost(Lease lease) {
        return new LeaseLostException(lease + " was lost while its task ran", null);
    }

    private void interrupt() {
        lock.lock();
        try {
            if (running != null) {
                interrupted = true;
                running.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The task is over: takes back an interrupt that the task did not consume. Whether there was one. */
    private boolean over() {
        lock.lock();
        try {
            running = null;
            if (interrupted) {
                Thread.interrupted();
            }
            return interrupted;
        } finally {
            lock.unlock();
        }
    }
}
