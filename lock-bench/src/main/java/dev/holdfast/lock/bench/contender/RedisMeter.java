package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Meter;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Reads from and writes to client sockets: requests that come together count once, one above 16 KiB several times, and
 * so do replies and pushes.
 */
final class RedisMeter implements Meter {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Pattern READS = Pattern.compile("total_reads_processed:(\\d+)");
    private static final Pattern WRITES = Pattern.compile("total_writes_processed:(\\d+)");
    private static final Pattern SCRIPTS = Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+)");

    private final RunningStore store;
    private long own; // readings

    RedisMeter(RunningStore store) {
        this.store = store;
    }

    /** Causes three reads, of which the end of the connection is one, and two writes. */
    @Override
    public Reading read() throws IOException {
        try (RespProbe probe = new RespProbe(store.host(), store.port(), PATIENCE)) {
            String stats = String.valueOf(probe.call("INFO", "stats"));
            String commands = String.valueOf(probe.call("INFO", "commandstats"));
            Reading reading = new Reading(
                    OptionalLong.of(sum(READS, stats) - 3 * own),
                    OptionalLong.of(sum(WRITES, stats) - 2 * own),
                    OptionalLong.empty(),
                    OptionalLong.of(sum(SCRIPTS, commands)));
            own++;
            return reading;
        }
    }

    private static long sum(Pattern figure, String text) {
        return figure.matcher(text)
                .results()
                .mapToLong(result -> Long.parseLong(result.group(1)))
                .sum();
    }
}
