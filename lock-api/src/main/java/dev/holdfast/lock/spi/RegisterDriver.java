package dev.holdfast.lock.spi;

/**
 * Values in the store that reject older fencing tokens: what a driver with {@link Claim#FENCED_REGISTER} owes besides
 * locks. Each call is one atomic step of the store that compares the token with the register's mark, the highest token
 * seen, and raises the mark to it (rules R1 to R3). A register is no part of a lock: it lies under the namespace and a
 * key of its own, never expires, and outlives leases, sessions and clients (rules R5 and R6).
 *
 * <p>Every call is over within {@link DriverOptions#storeTimeout()}; it answers, or throws {@link StoreException} that
 * says whether the request can have been executed. It is not repeated after an unknown outcome, since the caller could
 * no longer tell a late write from its next one. Safe for use by several threads.
 */
public interface RegisterDriver {
    /** The value if the token is not below the mark; raises the mark to the token. */
    RegisterAnswer read(LockName name, long token);

    /**
     * Sets the value if the token is not below the mark; raises the mark to the token.
     *
     * @param value not changed by anybody during the call
     */
    RegisterAnswer write(LockName name, long token, byte[] value);
}
