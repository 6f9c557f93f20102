package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A Redis primary, a replica of it, and three sentinels that promote the replica about a second after the primary is
 * gone. Each part is a store of its own, to be paused and killed; closing this closes all.
 */
public final class SentinelledRedis implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(30);
    private static final int SENTINELS = 3;

    private final Deque<RunningStore> running = new ArrayDeque<>();
    private final List<RunningStore> sentinels = new ArrayList<>();
    private final RunningStore primary;
    private final RunningStore replica;

    SentinelledRedis(StoreLauncher launcher) {
        boolean started = false;
        try {
            primary = started(launcher.start(StoreKind.REDIS, List.of("--repl-diskless-sync-delay", "0")));
            replica = started(launcher.start(
                    StoreKind.REDIS,
                    List.of(
                            "--repl-diskless-sync-delay",
                            "0",
                            "--replicaof",
                            primary.host(),
                            Integer.toString(primary.port()))));
            // A sentinel asks its primary for replicas every ten seconds, so there must be one at first.
            await("the replica", () -> info(replica, "master_link_status").equals("up"));
            for (int i = 0; i < SENTINELS; i++) {
                sentinels.add(started(launcher.startSentinel(primary)));
            }
            for (RunningStore sentinel : sentinels) {
                await("agreement of the sentinels", () -> agrees(sentinel));
            }
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

    private static String info(RunningStore store, String field) throws IOException {
        try (RespProbe probe = new RespProbe(store.host(), store.port(), Recipe.PATIENCE)) {
            return probe.info("replication", field);
        }
    }

    private static boolean agrees(RunningStore sentinel) throws IOException {
        String facts = SentinelRecipe.ask(sentinel.port(), "SENTINEL", "MASTER", SentinelRecipe.PRIMARY);
        return facts.contains("num-slaves, 1") && facts.contains("num-other-sentinels, " + (SENTINELS - 1));
    }

    private static void await(String what, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + READY.toNanos();
        String last = "not so";
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (Exception notYet) {
                last = String.valueOf(notYet.getMessage());
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        throw new StoreException("no " + what + " within " + READY.toSeconds() + " s: " + last);
    }

    /** The server that is the primary at first. */
    public RunningStore primary() {
        return primary;
    }

    /** The server that is the replica at first. */
    public RunningStore replica() {
        return replica;
    }

    /** The three sentinels. */
    public List<RunningStore> sentinels() {
        return List.copyOf(sentinels);
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
}
