package dev.holdfast.lock.redis;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.harness.RedlockServers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The servers of one test, declared new, and ways to look behind the driver. */
final class RedlockStage implements AutoCloseable {
    private static final String NAMESPACE = "test";

    final RedlockServers servers;
    private final List<LockClient> clients = new ArrayList<>();

    /** Servers that show the time of this machine. */
    RedlockStage(int count, Duration maxLease) {
        this(count, maxLease, List.of());
    }

    /** Servers whose clocks are ahead by these times, and can be moved. */
    RedlockStage(int count, Duration maxLease, List<Duration> ahead) {
        servers = RedlockServers.startAhead(count, maxLease, ahead);
        servers.declareNew(NAMESPACE);
    }

    RunningStore server(int index) {
        return servers.all().get(index);
    }

    MovableClock clock(int index) {
        return servers.clocks().get(index);
    }

    String url() {
        return servers.url(NAMESPACE);
    }

    /** A client that is closed with the stage. */
    LockClient client(Duration leaseTime, String parameters) {
        return client(url() + parameters, leaseTime);
    }

    LockClient client(String url, Duration leaseTime) {
        LockClient client = Locks.open(
                url,
                ClientOptions.builder()
                        .leaseTime(leaseTime)
                        .connectTimeout(Duration.ofSeconds(20))
                        .build());
        clients.add(client);
        return client;
    }

    static String key(String lock) {
        return "hf:1:{" + NAMESPACE + "/" + lock + "}";
    }

    /** One command at one server, on a connection of its own. */
    @Nullable
    Object call(int server, String... command) throws IOException {
        RunningStore at = server(server);
        try (RespProbe probe = new RespProbe(at.host(), at.port(), Duration.ofSeconds(5))) {
            return probe.call(command);
        }
    }

    /** The holder of a lock as one server sees it, expired or not; {@code null} if there is none. */
    @Nullable
    Object holder(int server, String lock) throws IOException {
        return call(server, "HGET", key(lock), "o");
    }

    /** How many servers have a holder of this lock. */
    int holders(String lock) throws IOException {
        int holders = 0;
        for (int i = 0; i < servers.all().size(); i++) {
            holders += holder(i, lock) == null ? 0 : 1;
        }
        return holders;
    }

    /** How many scripts the servers have run. */
    long scripts() throws IOException {
        long calls = 0;
        for (int i = 0; i < servers.all().size(); i++) {
            for (String line :
                    String.valueOf(call(i, "INFO", "commandstats")).lines().toList()) {
                if (line.startsWith("cmdstat_eval")) {
                    calls += Long.parseLong(line.replaceFirst("[^=]*calls=(\\d+).*", "$1"));
                }
            }
        }
        return calls;
    }

    @Override
    public void close() {
        clients.forEach(LockClient::close);
        servers.close();
    }
}
