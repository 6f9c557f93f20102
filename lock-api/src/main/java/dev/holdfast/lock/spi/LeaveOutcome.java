package dev.holdfast.lock.spi;

/** What became of {@link LockDriver#leave}. */
public enum LeaveOutcome {
    /** Neither grant nor queue entry of this acquire exists, and no late request of it can create one (rule S10). */
    GONE,
    /** Not certain; the engine repeats the call in the background. */
    UNKNOWN
}
