package dev.holdfast.lock.spi;

/** What became of one grant in a release. */
public enum ReleaseOutcome {
    /** The grant was held until now and is gone. */
    RELEASED,
    /** The grant was no longer there: it had lapsed, been revoked or been released before. */
    NOT_HELD,
    /** The request was sent and no answer seen. The lock is free at the latest when its lease has run out. */
    UNKNOWN
}
