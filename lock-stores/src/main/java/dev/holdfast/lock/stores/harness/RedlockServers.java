package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Independent Redis servers that are a Redlock together. Safe for use by several threads, as far as
 * {@link RunningStore} is.
 */
public final class RedlockServers implements AutoCloseable {
    private final List<RunningStore> servers;
    private final String maxLease;
    private final List<MovableClock> clocks;

    private RedlockServers(List<RunningStore> servers, Duration maxLease, List<MovableClock> own) {
        this.servers = List.copyOf(servers);
        this.maxLease = Long.toString(maxLease.toMillis());
        this.clocks = List.copyOf(own);
    }

    /**
     * Starts this many, each on its own and without persistence.
     *
     * @param maxLease the longest lease time of any client: how long a server that restarted grants nothing
     */
    public static RedlockServers start(int count, Duration maxLease) {
        return startAhead(count, maxLease, List.of());
    }

    /** Starts this many; the clocks of the first ones are ahead by these times, and can be moved. */
    public static RedlockServers startAhead(int count, Duration maxLease, List<Duration> ahead) {
        List<MovableClock> clocks = new ArrayList<>();
        try {
            for (Duration offset : ahead) {
                MovableClock clock = new MovableClock();
                clocks.add(clock);
                clock.move(offset);
            }
            return new RedlockServers(start(count, clocks), maxLease, clocks);
        } catch (RuntimeException e) {
            clocks.forEach(MovableClock::close);
            throw e;
        }
    }

    private static List<RunningStore> start(int count, List<MovableClock> clocks) {
        StoreLauncher launcher = new StoreLauncher();
        List<RunningStore> servers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                servers.add(
                        i < clocks.size()
                                ? launcher.start(StoreKind.REDIS, List.of(), clocks.get(i))
                                : launcher.start(StoreKind.REDIS));
            }
            return servers;
        } finally {
            if (servers.size() < count) {
                servers.forEach(RunningStore::close);
            }
        }
    }

    /** Over servers that run already and nobody else uses; closing this closes them. */
    public static RedlockServers of(List<RunningStore> servers, Duration maxLease) {
        return new RedlockServers(servers, maxLease, List.of());
    }

    /** The clocks that can be moved, those of the first servers. */
    public List<MovableClock> clocks() {
        return clocks;
    }

    /** The servers, always in the same order. */
    public List<RunningStore> all() {
        return servers;
    }

    /** A URL of this namespace. */
    public String url(String namespace) {
        return url(servers.stream().map(RunningStore::port).toList(), namespace);
    }

    /** A URL of this namespace that leads through proxies on these ports, in the order of the servers. */
    public String url(List<Integer> ports, String namespace) {
        String hosts =
                ports.stream().map(port -> servers.get(0).host() + ":" + port).collect(Collectors.joining(","));
        return "redlock://" + hosts + "?maxLease=" + maxLease + "ms&namespace=" + namespace;
    }

    /**
     * Tells every server that it may grant locks of this namespace at once. True of servers that have never granted
     * any, which they cannot know by themselves: an empty server may be one that has lost its data.
     */
    public void declareNew(String namespace) {
        servers.forEach(server -> mark(server, namespace, 0));
    }

    /** Does on each of these what its first request would do: begin to wait for {@code maxLease}. */
    void beginGrace(List<RunningStore> restarted, String namespace) {
        restarted.forEach(server -> mark(server, namespace, Long.parseLong(maxLease) * 1_000));
    }

    private void mark(RunningStore server, String namespace, long micros) {
        try (RespProbe probe = new RespProbe(server.host(), server.port(), StoreHarness.PROBE_TIMEOUT)) {
            if (!(probe.call("TIME") instanceof List<?> time)) {
                throw new IOException("no time from " + server);
            }
            long now = Long.parseLong(String.valueOf(time.get(0))) * 1_000_000
                    + Long.parseLong(String.valueOf(time.get(1)));
            probe.call(
                    "HSET",
                    "hf:meta:{" + namespace + "}",
                    "protocol",
                    "1",
                    "mode",
                    "redlock",
                    "created",
                    Long.toString(now),
                    "maxlease",
                    maxLease,
                    "run",
                    probe.info("replication", "master_replid").strip(),
                    "from",
                    Long.toString(now + micros));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark " + server, e);
        }
    }

    Duration maxLease() {
        return Duration.ofMillis(Long.parseLong(maxLease));
    }

    @Override
    public void close() {
        servers.forEach(RunningStore::close);
        clocks.forEach(MovableClock::close);
    }
}
