package dev.holdfast.lock.stores.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.harness.ClusterLoad.Outcome;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Rule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What members of a quorum may suffer, under load: no lock is held twice, tokens rise, nothing is lost, and the locks
 * move on. Implemented beside the driver, by one class for each store that elects its leader.
 */
public interface QuorumFaults {
    /** The servers; whole at the begin of each test. */
    RunningCluster cluster();

    /** What they are. */
    Topology topology();

    /** The lease time of the clients. */
    Duration lease();

    /**
     * What a former leader that was stopped may do to leases when it goes on, because of a published fault of its
     * version: {@link Effect#BREAKS_EXCLUSION}, or nothing. It is the servers' fault then, and tokens fence it.
     */
    default Set<Effect> formerLeader() {
        return Set.of();
    }

    /** What is done while clients contend. */
    @FunctionalInterface
    interface Scenario {
        /** Does it. */
        void on(ClusterLoad load) throws Exception;
    }

    /** Runs it and checks what came of it. */
    default void under(String what, Path directory, Scenario scenario) throws Exception {
        Outcome outcome;
        try (StoreHarness harness = topology().on(cluster());
                ClusterLoad load = new ClusterLoad(harness, lease(), directory)) {
            scenario.on(load);
            load.peace();
            outcome = load.finish();
        } finally {
            mend(cluster());
        }
        System.out.println(topology().store() + ", " + what + ": " + outcome);
        assertTrue(outcome.findings().clean(), outcome::toString);
        assertEquals(List.of(), outcome.findings().of(Rule.S2));
        assertEquals(List.of(), outcome.findings().of(Rule.S3));
        assertEquals(0, outcome.lost());
    }

    private static void mend(RunningCluster cluster) {
        cluster.rejoin();
        cluster.members().forEach(RunningStore::resume);
        cluster.restart(
                cluster.members().stream().filter(member -> !member.isAlive()).toList());
        cluster.awaitWhole();
    }

    /** The next leader knows every grant. If this fails: is a grant told before a majority has it? */
    @Test
    default void theLeaderIsKilled(@TempDir Path directory) throws Exception {
        under("leader killed", directory, load -> {
            RunningStore leader = cluster().leader();
            load.disturb("leader killed", Set.of(), leader::kill);
            load.disturb("member back", Set.of(), leader::restart);
        });
    }

    /** A leader that stood still for longer than a lease believes in what it knew. If this fails: who believes it? */
    @Test
    default void theLeaderIsStoppedAndGoesOn(@TempDir Path directory) throws Exception {
        under("leader stopped", directory, load -> {
            RunningStore leader = cluster().leader();
            load.degraded("leader stopped", leader::pause, "former leader goes on", formerLeader(), leader::resume);
        });
    }

    /** Clients still reach it. If this fails: what does it confirm without a majority? */
    @Test
    default void theLeaderIsCutOff(@TempDir Path directory) throws Exception {
        under("leader cut off", directory, load -> {
            RunningStore leader = cluster().leader();
            load.degraded(
                    "leader cut off", () -> cluster().isolate(leader), "leader back", Set.of(), cluster()::rejoin);
        });
    }

    /** Clients still reach it. If this fails: does a client stay with a member that can not serve? */
    @Test
    default void aFollowerIsCutOff(@TempDir Path directory) throws Exception {
        under("follower cut off", directory, load -> {
            RunningStore follower = cluster().others(cluster().leader()).get(0);
            load.degraded(
                    "follower cut off",
                    () -> cluster().isolate(follower),
                    "follower back",
                    Set.of(),
                    cluster()::rejoin);
        });
    }

    /** Nothing is granted, leases are lost in time, and all goes on. If this fails: what was kept that had lapsed? */
    @Test
    default void theMajorityIsLostAndComesBack(@TempDir Path directory) throws Exception {
        under("majority lost", directory, load -> {
            RunningStore leader = cluster().leader();
            List<RunningStore> lost = List.of(leader, cluster().others(leader).get(0));
            load.disturb("majority lost for a lease and a half", Set.of(), () -> {
                lost.forEach(RunningStore::kill);
                Await.never("time stood still", lease().multipliedBy(3).dividedBy(2), () -> false);
                cluster().restart(lost);
            });
        });
    }
}
