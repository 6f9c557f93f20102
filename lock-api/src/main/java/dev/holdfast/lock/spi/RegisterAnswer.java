package dev.holdfast.lock.spi;

import java.util.Optional;

/** What the store says to a request of a {@link RegisterDriver}. */
public sealed interface RegisterAnswer {
    /**
     * The token was not below the mark, and the mark is the token now.
     *
     * @param value what the register holds, a copy; empty if it was never written, and in answer to a write
     */
    record Accepted(Optional<byte[]> value) implements RegisterAnswer {}

    /**
     * The token was below the mark; nothing was changed.
     *
     * @param mark the highest token seen
     */
    record Stale(long mark) implements RegisterAnswer {}
}
