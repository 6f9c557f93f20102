package dev.holdfast.lock.postgres;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of the bounded number of places for sessions that wait. A session waits for one lock at a time and keeps it when
 * it has it, because an advisory lock cannot change its session. Guarded by the lock of {@link AdvisoryLines}.
 */
final class AdvisorySeat {
    /** {@code null} while the session is being opened. */
    @Nullable
    AdvisorySession session;

    /** What it waits for. */
    @Nullable
    AdvisoryLine line;

    boolean holds;

    /** The lock it waited for last, if somebody else had it then: the next acquire need not try first. */
    @Nullable
    Long contended;

    /** Since when it waits, or is not used. */
    long since;

    /**
     * A seat at one instant.
     *
     * @param since when it began to wait, or was used last
     */
    record View(AdvisorySession session, boolean waits, boolean holds, long since) {}

    Optional<View> view() {
        return session == null ? Optional.empty() : Optional.of(new View(session, line != null, holds, since));
    }

    boolean idle() {
        return session != null && line == null && !holds;
    }
}
