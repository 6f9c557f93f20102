package dev.holdfast.lock.bench.run;

import java.time.Duration;
import java.util.Set;

/**
 * One way to lock on one store.
 *
 * @param name in reports and goals
 * @param kinds the scenarios that it can do: one that only tries has no contended row
 * @param opening opens a client with connections of its own
 */
public record Contender(String name, Role role, Set<Scenario.Kind> kinds, Opening opening) {
    public Contender {
        kinds = Set.copyOf(kinds);
    }

    /** Opens a client whose grants last this long without renewal, where that can be set. */
    @FunctionalInterface
    public interface Opening {
        Client open(Duration leaseTime) throws Exception;
    }

    /** One client of the store; safe for use by several threads. */
    public interface Client extends AutoCloseable {
        /** A new hand, which may open a connection of its own. */
        Hand hand() throws Exception;

        @Override
        void close() throws Exception;
    }

    /** Holds at most one lock at a time; used by one thread at a time, and released by the thread that acquired. */
    public interface Hand extends AutoCloseable {
        /** Bound of a wait; no contender is expected to come near it. */
        long MAX_WAIT_SECONDS = 30;

        /** Returns when the lock is held; throws if it is not held after {@link #MAX_WAIT_SECONDS}. */
        void acquire(String name) throws Exception;

        void release() throws Exception;

        /** Whether it still holds what it acquired, as far as the library tells. */
        default boolean isHeld() {
            return true;
        }

        /** Closes what this hand opened for itself; releases nothing. */
        @Override
        default void close() throws Exception {}
    }
}
