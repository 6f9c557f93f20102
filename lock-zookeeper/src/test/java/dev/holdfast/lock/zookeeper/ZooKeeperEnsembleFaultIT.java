package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.QuorumFaults;
import dev.holdfast.lock.stores.harness.Topology;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Three servers: what is left of the guarantees when one of them is killed, stopped or cut off. */
class ZooKeeperEnsembleFaultIT implements QuorumFaults {
    private static RunningCluster cluster;

    @BeforeAll
    static void start() {
        cluster = Topology.ZOOKEEPER_3.start(new StoreLauncher());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    public RunningCluster cluster() {
        return cluster;
    }

    @Override
    public Topology topology() {
        return Topology.ZOOKEEPER_3;
    }

    @Override
    public Duration lease() {
        return Duration.ofSeconds(3);
    }
}
