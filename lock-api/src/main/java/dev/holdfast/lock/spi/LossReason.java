package dev.holdfast.lock.spi;

/** Why a lease is no longer held although nobody released it. */
public enum LossReason {
    /** No renewal was confirmed before the local deadline; the store may already have granted the lock to another. */
    DEADLINE,
    /** The store says that the grant has lapsed. */
    EXPIRED,
    /** The session that carried the grant has ended. */
    SESSION_LOST,
    /** The store no longer knows the grant: it was revoked, deleted or belongs to another holder now. */
    REVOKED,
    /** The store lost its data or was restored from an older state. */
    STORE_RESET,
    /** The lease reached the {@code maxHold} of its lock options. */
    MAX_HOLD
}
