package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The lock was held by others for the whole wait. The store answered; nothing of this acquire is left in it. */
public final class AcquireTimeoutException extends LockException {
    private static final long serialVersionUID = 1L;

    AcquireTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
