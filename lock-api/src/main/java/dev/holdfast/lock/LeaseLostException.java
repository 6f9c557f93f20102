package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The lease ended before its holder released it: what ran under it may have run beside another holder. */
public final class LeaseLostException extends LockException {
    private static final long serialVersionUID = 1L;

    LeaseLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
