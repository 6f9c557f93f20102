package dev.holdfast.lock.tck;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * One and the same thing that befalls a store of several servers again and again, while processes contend for a lock
 * ({@link dev.holdfast.lock.tck.faults.NemesisRun}). A {@link Fault} is made once among others and followed by peace;
 * this is for what a store must bear for as long as it lasts.
 */
public interface Nemesis {
    /** What happens, in at most 40 characters, for example {@code any two of five restarted empty}. */
    String title();

    /** Why it cannot be brought about on this machine; empty if it can. */
    Optional<String> impossible();

    /** Starts the servers that it befalls, ready to grant. The caller closes them. */
    Victim start();

    /** Servers that nobody else uses. For one thread. */
    interface Victim extends AutoCloseable {
        /** The URL of the store, with a namespace. */
        String url();

        /** The lease time of those who contend. */
        Duration leaseTime();

        /** Makes it once; returns when it may be made again. */
        void strike(Random random) throws InterruptedException;

        /** Ends the servers. */
        @Override
        void close();
    }
}
