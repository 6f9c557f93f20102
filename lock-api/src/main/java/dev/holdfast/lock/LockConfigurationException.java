package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The URL, an option, or the store's set-up makes no sense; the message says what to change. */
public final class LockConfigurationException extends LockException {
    private static final long serialVersionUID = 1L;

    LockConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
