package dev.holdfast.lock.cli;

import java.util.Map;

/** When to choose a store, in one plain sentence. */
final class Choice {
    private static final Map<String, String> SENTENCES = Map.of(
            "memory",
            "Choose it for tests of one JVM; it is no distributed lock.",
            "redis",
            "Choose it for the cheapest locks, where the protected resource checks tokens: when Redis loses its data,"
                    + " two may hold for a lease.",
            "etcd",
            "Choose it when two must not hold even over crashes of the store, and a write through consensus per lock"
                    + " is affordable.",
            "zookeeper",
            "Choose it where ZooKeeper runs already: it keeps locks over crashes as etcd does; all locks of a client"
                    + " end with its session.",
            "postgresql-row",
            "Choose it when the data are in PostgreSQL anyway: locks outlive connections and restarts, for one or two"
                    + " statements each.",
            "postgresql-advisory",
            "Choose it for short, much wanted locks whose resource checks tokens: a lock ends with its connection, and"
                    + " all end with a restart.");

    private Choice() {}

    static String of(String store) {
        return SENTENCES.getOrDefault(store, "");
    }
}
