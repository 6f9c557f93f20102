package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.QuorumFaults;
import dev.holdfast.lock.stores.harness.Topology;
import dev.holdfast.lock.tck.Disturbance.Effect;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three members: what is left of the guarantees when one of them is killed, stopped or cut off. */
class EtcdClusterIT implements QuorumFaults {
    private static RunningCluster cluster;

    @BeforeAll
    static void start() {
        cluster = Topology.ETCD_3.start(new StoreLauncher());
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
        return Topology.ETCD_3;
    }

    @Override
    public Duration lease() {
        return Duration.ofSeconds(3);
    }

    /** etcd #15247: a former leader that goes on revokes the leases that ran out while it stood still. */
    @Override
    public Set<Effect> formerLeader() {
        boolean zombie = EtcdVersion.parse(cluster.version()).orElseThrow().hasZombieLeader();
        return zombie ? Set.of(Effect.BREAKS_EXCLUSION) : Set.of();
    }

    /** The version of every member is looked at, and a member that is away is told of. */
    @Test
    void oldAndSilentMembersAreTold() throws Exception {
        RunningStore away = cluster.others(cluster.leader()).get(0);
        away.kill();
        try (LockClient locks = Locks.open(cluster.url() + "?namespace=members&leaseTime=5s")) {
            List<String> remarks = locks.info().remarks();
            assertTrue(remarks.toString().contains("1 of the members"), remarks.toString());
            boolean zombie = EtcdVersion.parse(cluster.version()).orElseThrow().hasZombieLeader();
            assertEquals(zombie, remarks.toString().contains("#15247"), remarks.toString());
            try (Lease lease = locks.named("a").acquire()) {
                assertTrue(lease.isHeld());
            }
        } finally {
            away.restart();
            cluster.awaitWhole();
        }
    }
}
