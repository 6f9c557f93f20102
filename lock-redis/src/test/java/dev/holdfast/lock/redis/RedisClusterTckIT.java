package dev.holdfast.lock.redis;

import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StartedTopology;
import dev.holdfast.lock.stores.harness.Topology;
import dev.holdfast.lock.tck.ExclusionTck;
import dev.holdfast.lock.tck.FencingTck;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemberFaultTck;
import dev.holdfast.lock.tck.OwnershipTck;
import dev.holdfast.lock.tck.StoreFaultTck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The kit's rules of safety on a Cluster of three primaries. */
class RedisClusterTckIT implements ExclusionTck, OwnershipTck, FencingTck, StoreFaultTck, MemberFaultTck {
    private static StartedTopology store;

    @BeforeAll
    static void start() {
        store = Topology.REDIS_CLUSTER.start(new StoreLauncher());
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @Override
    public LockHarness harness() {
        return store.harness();
    }
}
