package dev.holdfast.lock.bench.run;

import java.io.IOException;
import java.util.OptionalLong;

/** Counts at the store. Only differences between two readings mean something; what a reading costs is taken off. */
@FunctionalInterface
public interface Meter {
    Reading read() throws IOException;

    /**
     * What the store has counted so far; empty where it does not count.
     *
     * @param requests messages from clients
     * @param sent messages to clients
     * @param flushes of its log to the disk
     * @param calls of scripts: exact where {@code requests} counts a long one several times
     */
    record Reading(OptionalLong requests, OptionalLong sent, OptionalLong flushes, OptionalLong calls) {
        /** Where only requests are counted. */
        public static Reading of(OptionalLong requests) {
            return new Reading(requests, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
        }
    }
}
