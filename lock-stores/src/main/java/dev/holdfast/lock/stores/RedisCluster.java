package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Three Redis nodes, all primaries, that share the slots of a Cluster evenly. Closing this closes all. */
public final class RedisCluster implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(30);
    private static final int NODES = 3;
    private static final int SLOTS = 16_384;

    private final List<RunningStore> nodes = new ArrayList<>();
    private final List<Integer> busPorts = new ArrayList<>();

    RedisCluster(StoreLauncher launcher) {
        boolean started = false;
        try {
            for (int i = 0; i < NODES; i++) {
                int bus = Ports.take();
                busPorts.add(bus);
                nodes.add(launcher.start(
                        StoreKind.REDIS,
                        List.of(
                                "--cluster-enabled",
                                "yes",
                                "--cluster-config-file",
                                "nodes.conf",
                                "--cluster-node-timeout",
                                "2000",
                                "--cluster-port",
                                Integer.toString(bus))));
            }
            join();
            started = true;
        } catch (IOException e) {
            throw new StoreException("cannot make a Cluster: " + e.getMessage(), e);
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private void join() throws IOException {
        for (int i = 0; i < NODES; i++) {
            String first = Integer.toString(i * SLOTS / NODES);
            String last = Integer.toString((i + 1) * SLOTS / NODES - 1);
            ask(nodes.get(i), "CLUSTER", "ADDSLOTSRANGE", first, last);
            ask(nodes.get(i), "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (int i = 1; i < NODES; i++) {
            RunningStore node = nodes.get(i);
            ask(
                    nodes.get(0),
                    "CLUSTER",
                    "MEET",
                    node.host(),
                    Integer.toString(node.port()),
                    busPorts.get(i).toString());
        }
        awaitWhole();
    }

    /**
     * Waits until every node has heard of every other one since now, and calls the Cluster whole. What a node says of
     * the others may be older than what befell them.
     *
     * @throws StoreException when that does not come within 30 seconds
     */
    public void awaitWhole() {
        for (RunningStore node : nodes) {
            List<Long> since = new ArrayList<>();
            Awaiting.holds("a Cluster by " + node, READY, () -> {
                if (since.isEmpty()) {
                    since.add(millis(node));
                }
                return isWhole(node, since.get(0));
            });
        }
    }

    private static long millis(RunningStore node) throws IOException {
        if (ask(node, "TIME") instanceof List<?> time) {
            return Long.parseLong(String.valueOf(time.get(0))) * 1_000
                    + Long.parseLong(String.valueOf(time.get(1))) / 1_000;
        }
        throw new IOException("no time from " + node);
    }

    private static boolean isWhole(RunningStore node, long since) throws IOException {
        String state = String.valueOf(ask(node, "CLUSTER", "INFO"));
        return state.contains("cluster_state:ok")
                && state.contains("cluster_known_nodes:" + NODES)
                && String.valueOf(ask(node, "CLUSTER", "NODES")).lines().allMatch(line -> isWell(line, since));
    }

    /** A line: id, address, flags, primary, ping-sent, pong-received, epoch, state of the link, slots. */
    private static boolean isWell(String member, long since) {
        String[] facts = member.split(" ", -1);
        return facts[2].contains("myself") || (facts[2].equals("master") && Long.parseLong(facts[5]) >= since);
    }

    private static @Nullable Object ask(RunningStore node, String... question) throws IOException {
        try (RespProbe probe = new RespProbe(node.host(), node.port(), Recipe.PATIENCE)) {
            return probe.call(question);
        }
    }

    /** The nodes, in the order of their slots at first. */
    public List<RunningStore> nodes() {
        return List.copyOf(nodes);
    }

    /** The URL in Holdfast's syntax. */
    public String url() {
        return "redis+cluster://"
                + nodes.stream().map(node -> node.host() + ":" + node.port()).collect(Collectors.joining(","));
    }

    /** The slot of a key. */
    public int slot(String key) throws IOException {
        return ((Long) Objects.requireNonNull(ask(nodes.get(0), "CLUSTER", "KEYSLOT", key))).intValue();
    }

    /** The node that serves this slot at first. */
    public RunningStore ownerAtFirst(int slot) {
        int last = NODES - 1;
        while (slot < last * SLOTS / NODES) {
            last--;
        }
        return nodes.get(last);
    }

    /** Opens the migration of a slot: keys that are absent from the one node are asked for at the other. */
    public void beginMigration(int slot, RunningStore from, RunningStore to) throws IOException {
        ask(to, "CLUSTER", "SETSLOT", "" + slot, "IMPORTING", id(from));
        ask(from, "CLUSTER", "SETSLOT", "" + slot, "MIGRATING", id(to));
    }

    /** Moves the keys of the slot that are there now. */
    public void moveKeys(int slot, RunningStore from, RunningStore to) throws IOException {
        if (ask(from, "CLUSTER", "GETKEYSINSLOT", "" + slot, "1000") instanceof List<?> keys) {
            for (Object key : keys) {
                ask(from, "MIGRATE", to.host(), "" + to.port(), String.valueOf(key), "0", "5000");
            }
        }
    }

    /** Ends the migration: the other node serves the slot. */
    public void endMigration(int slot, RunningStore from, RunningStore to) throws IOException {
        ask(to, "CLUSTER", "SETSLOT", "" + slot, "NODE", id(to));
        ask(from, "CLUSTER", "SETSLOT", "" + slot, "NODE", id(to));
    }

    private static String id(RunningStore node) throws IOException {
        return String.valueOf(ask(node, "CLUSTER", "MYID"));
    }

    /** Kills all nodes, starts them with nothing left of their data, and makes a Cluster of them again. */
    public void restartEmpty() {
        nodes.forEach(RunningStore::kill);
        nodes.forEach(RunningStore::restartEmpty);
        try {
            join();
        } catch (IOException e) {
            throw new StoreException("cannot make a Cluster again: " + e.getMessage(), e);
        }
    }

    /** Ends all of them. Idempotent. */
    @Override
    public void close() {
        nodes.forEach(RunningStore::close);
        busPorts.forEach(Ports::giveBack);
        busPorts.clear();
    }

    @Override
    public String toString() {
        return "a Cluster of " + nodes;
    }
}
