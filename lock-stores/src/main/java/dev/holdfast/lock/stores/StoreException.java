package dev.holdfast.lock.stores;

import org.jspecify.annotations.Nullable;

/** A store could not be started, reached or controlled. The message says what failed and, where known, the fix. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
