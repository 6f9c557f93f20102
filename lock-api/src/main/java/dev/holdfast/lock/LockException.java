package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Something other than a lease came of a lock operation. Each outcome has a type of its own; messages name the lock and
 * the store and never contain a secret (rules E1, E2).
 */
public abstract sealed class LockException extends RuntimeException
        permits AcquireTimeoutException,
                LeaseLostException,
                LockClosedException,
                LockConfigurationException,
                StaleTokenException,
                StoreUnavailableException,
                UnknownOutcomeException {
    private static final long serialVersionUID = 1L;

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
