package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Meter;
import dev.holdfast.lock.stores.HttpProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Messages of clients and to clients, and flushes of the write-ahead log, from etcd's own metrics. */
final class EtcdMeter implements Meter {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String OF_CLIENTS = "\\{[^}]*grpc_service=\"etcdserverpb\\.(?:KV|Lease|Watch|Lock)\"[^}]*}";
    private static final Pattern RECEIVED = line("grpc_server_msg_received_total" + OF_CLIENTS);
    private static final Pattern LOCKS = line("grpc_server_msg_received_total\\{[^}]*v3lockpb[^}]*}");
    private static final Pattern SENT = line("grpc_server_msg_sent_total" + OF_CLIENTS);
    private static final Pattern LOCKS_SENT = line("grpc_server_msg_sent_total\\{[^}]*v3lockpb[^}]*}");
    private static final Pattern FLUSHES = line("etcd_disk_wal_fsync_duration_seconds_count");

    private final HttpProbe probe;

    EtcdMeter(RunningStore store) {
        this.probe = new HttpProbe(store.host(), store.port(), PATIENCE);
    }

    private static Pattern line(String figure) {
        return Pattern.compile("^" + figure + " (\\S+)$", Pattern.MULTILINE);
    }

    @Override
    public Reading read() throws IOException {
        String metrics = probe.get("/metrics");
        return new Reading(
                OptionalLong.of(sum(RECEIVED, metrics) + sum(LOCKS, metrics)),
                OptionalLong.of(sum(SENT, metrics) + sum(LOCKS_SENT, metrics)),
                OptionalLong.of(sum(FLUSHES, metrics)),
                OptionalLong.empty());
    }

    private static long sum(Pattern figure, String metrics) {
        return figure.matcher(metrics)
                .results()
                .mapToLong(result -> (long) Double.parseDouble(result.group(1)))
                .sum();
    }
}
