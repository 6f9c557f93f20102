package dev.holdfast.lock.spi;

/**
 * An optional guarantee. A driver that states one owes it: the compatibility kit then demands the rules of the claim
 * (rule X1), and {@code LockClient.require} lets a user insist on it when the client is opened.
 */
public enum Claim {
    /** Waiters are granted in the order in which the store received them (rule L5). */
    FIFO,
    /** A release reaches the next waiter through the store, without waiting for a poll (rule L2). */
    DIRECT_WAKEUP,
    /** Grants survive a crash and restart of the store with its data: mutual exclusion holds over it (rule S1). */
    SURVIVES_RESTART,
    /** Tokens rise even when the store has lost all its data, as long as its clock is not below its own past (S2). */
    TOKENS_SURVIVE_DATA_LOSS,
    /** The store keeps values that reject older tokens, in one atomic step each (rules R1 to R5). */
    FENCED_REGISTER
}
