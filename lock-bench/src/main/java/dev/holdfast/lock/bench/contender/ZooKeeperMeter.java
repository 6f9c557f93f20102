package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Meter;
import dev.holdfast.lock.stores.FourLetterProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;

/** Packets, pings and new sessions included, and flushes of the log, from the server's own monitor. */
final class ZooKeeperMeter implements Meter {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final FourLetterProbe probe;
    private long own; // readings, each one packet

    ZooKeeperMeter(RunningStore store) {
        this.probe = new FourLetterProbe(store.host(), store.port(), PATIENCE);
    }

    @Override
    public Reading read() throws IOException {
        String monitor = probe.ask("mntr");
        long mine = own++;
        return new Reading(
                OptionalLong.of(figure(monitor, "zk_packets_received") - mine),
                OptionalLong.of(figure(monitor, "zk_packets_sent") - mine),
                OptionalLong.of(figure(monitor, "zk_cnt_fsynctime")),
                OptionalLong.empty());
    }

    private static long figure(String monitor, String name) throws IOException {
        return monitor.lines()
                .filter(line -> line.startsWith(name + "\t"))
                .map(line -> line.substring(name.length() + 1).strip())
                .mapToLong(value -> (long) Double.parseDouble(value))
                .findFirst()
                .orElseThrow(() -> new IOException("mntr has no figure " + name));
    }
}
