package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The store did not answer in time. It is unknown whether anybody holds the lock; it is not this caller. */
public final class StoreUnavailableException extends LockException {
    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
