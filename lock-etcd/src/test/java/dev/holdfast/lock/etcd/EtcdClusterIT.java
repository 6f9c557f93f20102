package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreLauncher;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three members; what is left of the guarantees when one of them fails is shown by the kit. */
class EtcdClusterIT {
    private static RunningCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new ClusterLauncher(new StoreLauncher()).startEtcd();
    }

    @AfterAll
    static void stop() {
        cluster.close();
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
