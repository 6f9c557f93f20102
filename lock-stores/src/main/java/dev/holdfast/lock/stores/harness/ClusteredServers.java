package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RedisCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.StoreControl;
import java.util.Optional;
import java.util.OptionalLong;

/** The primaries of a Redis Cluster without replicas. */
record ClusteredServers(RedisCluster cluster) implements Deployment {
    @Override
    public StoreKind kind() {
        return StoreKind.REDIS;
    }

    @Override
    public String suffix() {
        return "-cluster";
    }

    /** Any of them. */
    @Override
    public RunningStore server() {
        return cluster.nodes().get(0);
    }

    @Override
    public String url() {
        return cluster.url();
    }

    /** A proxy that the nodes name would stand between the nodes, too. */
    @Override
    public boolean isBehindProxies() {
        return false;
    }

    @Override
    public StoreControl control() {
        return new JointControl(cluster.nodes(), cluster::awaitWhole, cluster::restartEmpty);
    }

    /** There are several, but with one of them its locks are gone; the expected results say so of each fault. */
    @Override
    public Optional<MemberControl> members() {
        return Optional.of(new MemberControl() {
            @Override
            public void make(Fault fault) {
                throw new NotApplicable("no node takes over the slots of another: there are no replicas");
            }

            @Override
            public void cutReplication() {
                throw new NotApplicable("there are no replicas");
            }

            @Override
            public void mend() {}
        });
    }

    @Override
    public OptionalLong requests() {
        return OptionalLong.of(cluster.nodes().stream()
                .mapToLong(node -> node.requests().orElseThrow())
                .sum());
    }

    @Override
    public String toString() {
        return cluster.toString();
    }
}
