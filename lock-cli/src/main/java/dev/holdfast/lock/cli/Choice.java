package dev.holdfast.lock.cli;

import java.util.HashMap;
import java.util.Map;

/** When to choose a store, in one plain sentence. */
final class Choice {
    private static final Map<String, String> SENTENCES = sentences(
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
                    + " all end with a restart.",
            "redis-strict",
            "Choose it when one Redis is all there is and two must not hold: after each restart or loss of data nobody"
                    + " is granted a lock for maxLease.",
            "redlock",
            "Choose it when there are several independent Redis servers and no etcd or ZooKeeper: a minority of them"
                    + " may fail or forget, at one request to each server.",
            "redis-sentinel",
            "Choose it when the locks must come back by themselves after the death of the primary, and the resource"
                    + " checks tokens: a fail-over forgets what was not replicated.",
            "redis-sentinel-strict",
            "Choose it when two must not hold over a fail-over either: each one costs maxLease in which nobody is"
                    + " granted a lock.",
            "redis-cluster",
            "Choose it where a Cluster runs already, and the resource checks tokens: each lock lives on one primary"
                    + " and moves with its slot.",
            "etcd-3",
            "Choose it when locks must stay available and exclusive while any one of three servers is down.",
            "zookeeper-3",
            "Choose it where an ensemble runs already: available and exclusive while any one of three servers is down,"
                    + " with leases of seconds.",
            "postgresql-row-sync",
            "Choose it when the data are in PostgreSQL with a synchronous standby: a promoted standby knows every"
                    + " grant, and without a standby nothing is granted.",
            "postgresql-row-async",
            "Choose it when the resource checks tokens: a promoted standby may have forgotten grants, and two may hold"
                    + " for a lease.");

    private static Map<String, String> sentences(String... storesAndSentences) {
        Map<String, String> sentences = new HashMap<>();
        for (int i = 0; i < storesAndSentences.length; i += 2) {
            sentences.put(storesAndSentences[i], storesAndSentences[i + 1]);
        }
        return Map.copyOf(sentences);
    }

    private Choice() {}

    static String of(String store) {
        return SENTENCES.getOrDefault(store, "");
    }
}
