package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What sentinels say of the servers they watch, and what those say of themselves. */
final class SentinelView {
    /** An attempt of a failover that comes to nothing is repeated after twice the time that it may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Short, for the server may be one that stands still. */
    private static final Duration ONE_ANSWER = Duration.ofSeconds(1);

    private final List<RunningStore> servers;
    private final List<RunningStore> sentinels;

    SentinelView(List<RunningStore> servers, List<RunningStore> sentinels) {
        this.servers = List.copyOf(servers);
        this.sentinels = List.copyOf(sentinels);
    }

    static @Nullable Object ask(RunningStore store, String... question) throws IOException {
        try (RespProbe probe = new RespProbe(store.host(), store.port(), ONE_ANSWER)) {
            return probe.call(question);
        }
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaiting.holds(what, PATIENCE, condition);
    }

    static void follow(RunningStore replica, RunningStore primary) throws IOException {
        ask(replica, "REPLICAOF", primary.host(), Integer.toString(primary.port()));
    }

    static boolean follows(RunningStore replica, RunningStore primary) throws IOException {
        try (RespProbe probe = new RespProbe(replica.host(), replica.port(), ONE_ANSWER)) {
            return probe.info("replication", "role").equals("slave")
                    && probe.info("replication", "master_port").equals(Integer.toString(primary.port()))
                    && probe.info("replication", "master_link_status").equals("up");
        }
    }

    /** The server that most of the sentinels name, whatever state it is in. */
    private Optional<RunningStore> named() throws IOException {
        Map<String, Integer> votes = new HashMap<>();
        for (RunningStore sentinel : sentinels) {
            if (ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SentinelRecipe.PRIMARY)
                    instanceof List<?> address) {
                votes.merge(String.valueOf(address.get(1)), 1, Integer::sum);
            }
        }
        return servers.stream()
                .filter(server -> votes.getOrDefault(Integer.toString(server.port()), 0) > sentinels.size() / 2)
                .findFirst();
    }

    /**
     * The primary that most of the sentinels name; waits until the server says so, too.
     *
     * @throws StoreException when that does not come
     */
    RunningStore primary() {
        RunningStore[] found = new RunningStore[1];
        await("a primary", () -> {
            Optional<RunningStore> named = named();
            if (named.isEmpty() || !isPrimary(named.get())) {
                return false;
            }
            found[0] = named.get();
            return true;
        });
        return found[0];
    }

    private static boolean isPrimary(RunningStore server) throws IOException {
        try (RespProbe probe = new RespProbe(server.host(), server.port(), ONE_ANSWER)) {
            return probe.info("replication", "role").equals("master");
        }
    }

    /**
     * Waits until all sentinels are content with the same primary, and all other servers follow it. One that came back
     * as a primary is told to follow, as a sentinel would do some seconds later.
     *
     * @throws StoreException when that does not come
     */
    void awaitWhole() {
        await("the agreement of the sentinels", () -> {
            RunningStore primary = primary();
            boolean calm = true;
            for (RunningStore sentinel : sentinels) {
                calm &= isContent(sentinel, primary);
            }
            return calm && allFollow(primary) && knowReplicas();
        });
    }

    /** Without a fault in its view, and without a failover under way. */
    private boolean isContent(RunningStore sentinel, RunningStore primary) throws IOException {
        String facts = String.valueOf(ask(sentinel, "SENTINEL", "MASTER", SentinelRecipe.PRIMARY));
        return facts.contains(" port, " + primary.port() + ", ")
                && facts.contains(" flags, master, ")
                && facts.contains(" num-slaves, " + (servers.size() - 1) + ", ")
                && facts.contains(" num-other-sentinels, " + (sentinels.size() - 1) + ", ");
    }

    private boolean allFollow(RunningStore primary) throws IOException {
        boolean all = true;
        for (RunningStore server : servers) {
            if (server != primary && !follows(server, primary)) {
                all = false;
                if (isPrimary(server)) {
                    follow(server, primary);
                }
            }
        }
        return all;
    }

    /** Whether every sentinel could promote any replica. */
    private boolean knowReplicas() throws IOException {
        for (RunningStore sentinel : sentinels) {
            if (ask(sentinel, "SENTINEL", "REPLICAS", SentinelRecipe.PRIMARY) instanceof List<?> replicas) {
                for (Object replica : replicas) {
                    if (!String.valueOf(replica).contains(" flags, slave, ")) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
