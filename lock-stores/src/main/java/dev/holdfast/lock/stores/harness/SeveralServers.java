package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.StoreControl;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Several servers that form one store. Its faults take all servers at once, as when a data centre loses power: the
 * guarantees of the store as a whole. Faults of single servers are tests of their own.
 */
record SeveralServers(RunningCluster cluster, String suffix) implements Deployment {
    @Override
    public StoreKind kind() {
        return cluster.kind();
    }

    /** The leader: PostgreSQL writes there only, and ZooKeeper lists its sessions there. */
    @Override
    public RunningStore server() {
        return cluster.leader();
    }

    @Override
    public String url() {
        return cluster.url();
    }

    /**
     * Before a follower, where clients may use one: what it answers comes from further away. Else before all, for any
     * may lead later.
     */
    @Override
    public List<FaultProxy> proxies() {
        List<RunningStore> used = kind() == StoreKind.POSTGRES
                ? cluster.members()
                : cluster.others(cluster.leader()).subList(0, 1);
        return used.stream().map(FaultProxy::before).toList();
    }

    @Override
    public String urlVia(List<FaultProxy> proxies) {
        return cluster.urlVia(proxies.stream().map(FaultProxy::port).toList());
    }

    @Override
    public StoreControl control() {
        return new ClusterControl(cluster);
    }

    @Override
    public Optional<MemberControl> members() {
        return Optional.of(new ClusterMembers(cluster));
    }

    @Override
    public OptionalLong requests() {
        long sum = 0;
        for (RunningStore member : cluster.members()) {
            OptionalLong requests = member.requests();
            if (requests.isEmpty()) {
                return requests;
            }
            sum += requests.getAsLong();
        }
        return OptionalLong.of(sum);
    }

    @Override
    public String toString() {
        return cluster.toString();
    }
}
