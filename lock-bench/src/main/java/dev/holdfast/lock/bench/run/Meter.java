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
     */
    record Reading(OptionalLong requests, OptionalLong sent, OptionalLong flushes) {}
}
