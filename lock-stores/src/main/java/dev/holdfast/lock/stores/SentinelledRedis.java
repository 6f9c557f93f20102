package dev.holdfast.lock.stores;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Redis primary, replicas of it, and three sentinels that promote a replica about a second after the primary is gone.
 * Each part is a store of its own, to be paused and killed; closing this closes all.
 *
 * <p>No server keeps anything on disk, nor that it was a replica: one that is started again is a primary without data
 * until somebody tells it to follow. The sentinels do within seconds, {@link #awaitWhole} does at once.
 */
public final class SentinelledRedis implements AutoCloseable {
    private static final int SENTINELS = 3;

    private final Deque<RunningStore> running = new ArrayDeque<>();
    private final List<RunningStore> servers = new ArrayList<>();
    private final List<RunningStore> sentinels = new ArrayList<>();
    private final SentinelView view;

    SentinelledRedis(StoreLauncher launcher, int replicas) {
        boolean started = false;
        try {
            for (int i = 0; i <= replicas; i++) {
                servers.add(started(launcher.start(StoreKind.REDIS, List.of("--repl-diskless-sync-delay", "0"))));
            }
            RunningStore primary = servers.get(0);
            for (RunningStore replica : servers.subList(1, servers.size())) {
                SentinelView.await("the answer of a replica", () -> {
                    SentinelView.follow(replica, primary);
                    return true;
                });
                // A sentinel asks its primary for replicas every ten seconds, so they must be there at first.
                SentinelView.await("a replica", () -> SentinelView.follows(replica, primary));
            }
            for (int i = 0; i < SENTINELS; i++) {
                sentinels.add(started(launcher.startSentinel(primary)));
            }
            view = new SentinelView(servers, sentinels);
            view.awaitWhole();
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private RunningStore started(RunningStore store) {
        running.push(store);
        return store;
    }

    /** The primary and the replicas, always in the same order; at first the first one is the primary. */
    public List<RunningStore> servers() {
        return List.copyOf(servers);
    }

    /** The server that is the primary at first. */
    public RunningStore primary() {
        return servers.get(0);
    }

    /** A server that is a replica at first. */
    public RunningStore replica() {
        return servers.get(1);
    }

    /** The three sentinels. */
    public List<RunningStore> sentinels() {
        return List.copyOf(sentinels);
    }

    /**
     * The primary that most of the sentinels name now; waits for a failover under way.
     *
     * @throws StoreException when there is none within a minute
     */
    public RunningStore leader() {
        return view.primary();
    }

    /**
     * Waits until all servers are one primary and its replicas again, and all sentinels agree on it; tells servers that
     * came back as primaries to follow.
     *
     * @throws StoreException when that does not come within a minute
     */
    public void awaitWhole() {
        view.awaitWhole();
    }

    /** The URL in Holdfast's syntax. */
    public String url() {
        return "redis+sentinel://"
                + sentinels.stream()
                        .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                        .collect(Collectors.joining(","))
                + "/" + SentinelRecipe.PRIMARY;
    }

    /** Ends all of them. Idempotent. */
    @Override
    public void close() {
        while (!running.isEmpty()) {
            running.pop().close();
        }
    }

    @Override
    public String toString() {
        return servers + " watched by " + sentinels.size() + " sentinels";
    }
}
