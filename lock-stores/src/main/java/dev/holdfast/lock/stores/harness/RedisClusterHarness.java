package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RedisCluster;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Redis Cluster: each lock lies on the node of its slot, so every node is looked into. */
final class RedisClusterHarness extends RedisHarness {
    private final RedisCluster cluster;
    private final Deployment servers;
    private final List<RedisHarness> nodes;

    RedisClusterHarness(RedisCluster cluster) {
        this(cluster, new ClusteredServers(cluster));
    }

    private RedisClusterHarness(RedisCluster cluster, Deployment servers) {
        super(servers);
        this.cluster = cluster;
        this.servers = servers;
        this.nodes = cluster.nodes().stream()
                .map(node -> new RedisHarness(node, namespace()))
                .toList();
    }

    /**
     * Reads from the sockets of clients: renewals and releases are one script for each lease, and one pipeline for each
     * node, which is what rule L6 counts on a Cluster.
     */
    @Override
    public OptionalLong requests() {
        return servers.requests();
    }

    @Override
    List<String> entries() throws IOException {
        List<String> entries = new ArrayList<>();
        for (RedisHarness node : nodes) {
            entries.addAll(node.entries());
        }
        return entries;
    }

    @Override
    boolean end(String lockName) throws IOException {
        RunningStore owner = cluster.ownerAtFirst(cluster.slot(key(lockName)));
        return nodes.get(cluster.nodes().indexOf(owner)).end(lockName);
    }

    @Override
    public void endConnections() {
        nodes.forEach(RedisHarness::endConnections);
    }

    @Override
    public void evict() {
        nodes.forEach(RedisHarness::evict);
    }

    @Override
    public void close() {
        super.close();
        nodes.forEach(RedisHarness::close);
    }
}
