package dev.holdfast.lock.zookeeper;

/** Bounded work that an interrupt must not cut short, because giving back what was granted is no longer optional. */
final class Uninterrupted {
    /** Work whose waits are bounded by a deadline of its own; asked again from the start after an interrupt. */
    interface Work<T> {
        T run() throws InterruptedException;
    }

    private Uninterrupted() {}

    /** Repeats the work if the thread is interrupted, and restores the interrupt afterwards. */
    static <T> T run(Work<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
