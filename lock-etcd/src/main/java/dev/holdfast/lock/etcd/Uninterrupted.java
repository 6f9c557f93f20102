package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.StoreException;

/** Runs what gives locks back also on a thread that was interrupted, and leaves its interrupt pending. */
final class Uninterrupted {
    /** Store requests. */
    @FunctionalInterface
    interface Requests {
        void run() throws InterruptedException;
    }

    private Uninterrupted() {}

    /**
     * Whether the requests were all answered; an interrupt in the middle, as every failure, means that they may not be.
     */
    static boolean succeeds(Requests requests) {
        boolean interrupted = Thread.interrupted();
        try {
            requests.run();
            return true;
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } catch (StoreException e) {
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
