package dev.holdfast.lock.etcd;

import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Topology;
import dev.holdfast.lock.tck.ExclusionTck;
import dev.holdfast.lock.tck.FencingTck;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.OwnershipTck;
import dev.holdfast.lock.tck.StoreFaultTck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The kit's rules of safety on three members. */
class EtcdClusterTckIT implements ExclusionTck, OwnershipTck, FencingTck, StoreFaultTck {
    private static RunningCluster cluster;
    private static StoreHarness harness;

    @BeforeAll
    static void start() {
        cluster = Topology.ETCD_3.start(new StoreLauncher());
        harness = Topology.ETCD_3.on(cluster);
    }

    @AfterAll
    static void stop() {
        harness.close();
        cluster.close();
    }

    @Override
    public LockHarness harness() {
        return harness;
    }
}
