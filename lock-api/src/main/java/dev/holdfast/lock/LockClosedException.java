package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The client was closed before or during the operation. */
public final class LockClosedException extends LockException {
    private static final long serialVersionUID = 1L;

    LockClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
