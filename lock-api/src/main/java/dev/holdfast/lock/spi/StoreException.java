package dev.holdfast.lock.spi;

import org.jspecify.annotations.Nullable;

/**
 * A store request that brought no answer, or a store that this client must not use. Messages name what is wrong and
 * what to do about it, and never contain a secret (rules E1, E2).
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known about the request. */
    public enum Kind {
        /** Proven not to have been executed, and it never will be: safe to send again. */
        NOT_EXECUTED,
        /** Sent, no answer seen: it may have been executed, or may still be. */
        UNKNOWN,
        /** The store answers but refuses this client or this configuration; sending again does not help. */
        REFUSED
    }

    private final Kind kind;

    private StoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** The request was not executed and never will be, for example because no connection could be had. */
    public static StoreException notExecuted(String message, @Nullable Throwable cause) {
        return new StoreException(Kind.NOT_EXECUTED, message, cause);
    }

    /** The request may have been executed, or may still be. */
    public static StoreException unknown(String message, @Nullable Throwable cause) {
        return new StoreException(Kind.UNKNOWN, message, cause);
    }

    /** The store or its set-up does not fit: wrong credentials, privileges, version, mode or settings. */
    public static StoreException refused(String message, @Nullable Throwable cause) {
        return new StoreException(Kind.REFUSED, message, cause);
    }

    /** What is known about the request. */
    public Kind kind() {
        return kind;
    }
}
