package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Meter;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;

/** Reads from and writes to client sockets: requests sent together count once, so do replies and pushes. */
final class RedisMeter implements Meter {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final RunningStore store;
    private long own; // readings: two requests, two replies, and the end of a connection, which counts as a read

    RedisMeter(RunningStore store) {
        this.store = store;
    }

    @Override
    public Reading read() throws IOException {
        try (RespProbe probe = new RespProbe(store.host(), store.port(), PATIENCE)) {
            long reads = Long.parseLong(probe.info("stats", "total_reads_processed"));
            long writes = Long.parseLong(probe.info("stats", "total_writes_processed"));
            Reading reading =
                    new Reading(OptionalLong.of(reads - 3 * own), OptionalLong.of(writes - 2 * own), OptionalLong.empty());
            own++;
            return reading;
        }
    }
}
