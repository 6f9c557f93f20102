package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * A request to a {@link FencedRegister} was sent and its answer not seen: it may have been executed, or may be executed
 * yet. {@link FencedRegister#write} says how to find out.
 */
public final class UnknownOutcomeException extends LockException {
    private static final long serialVersionUID = 1L;

    UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
