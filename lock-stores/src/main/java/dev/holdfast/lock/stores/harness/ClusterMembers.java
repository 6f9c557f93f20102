package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import java.util.List;

/** Power over the members of a cluster. Which faults make sense is in the expected results of its topology. */
final class ClusterMembers implements MemberControl {
    private final RunningCluster cluster;

    ClusterMembers(RunningCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void make(Fault fault) {
        RunningStore leader = cluster.leader();
        List<RunningStore> followers = cluster.others(leader);
        switch (fault) {
            case LEADER_KILLED, UNREPLICATED_FAILOVER -> {
                leader.kill();
                if (cluster.kind() == StoreKind.POSTGRES) {
                    cluster.promote(followers.get(0));
                }
            }
            case LEADER_STOPPED -> leader.pause();
            case LEADER_CUT_OFF -> cluster.isolate(leader);
            case FOLLOWER_CUT_OFF -> cluster.isolate(followers.get(0));
            case MINORITY_STOPPED -> followers.get(0).pause();
            case MAJORITY_LOST -> List.of(leader, followers.get(0)).forEach(RunningStore::kill);
            default -> throw new NotApplicable("this harness has no means for it");
        }
    }

    /** A PostgreSQL primary goes on without its standby; where commits wait for that, it confirms none. */
    @Override
    public void cutReplication() {
        if (cluster.kind() != StoreKind.POSTGRES) {
            throw new NotApplicable("no member goes on without a majority");
        }
        cluster.isolate(cluster.leader());
    }

    @Override
    public void mend() {
        cluster.rejoin();
        cluster.members().forEach(RunningStore::resume);
        cluster.restart(
                cluster.members().stream().filter(member -> !member.isAlive()).toList());
        cluster.awaitWhole();
    }
}
