package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.SentinelledRedis;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import java.util.List;

/** Power over the primary and the replicas. Who takes over is the sentinels' decision. */
final class SentinelledMembers implements MemberControl {
    private final SentinelledRedis redis;

    SentinelledMembers(SentinelledRedis redis) {
        this.redis = redis;
    }

    @Override
    public void make(Fault fault) {
        RunningStore primary = redis.leader();
        RunningStore replica = redis.servers().stream()
                .filter(server -> server != primary)
                .findFirst()
                .orElseThrow();
        switch (fault) {
            case LEADER_KILLED -> primary.kill();
            case LEADER_STOPPED -> primary.pause();
            case MINORITY_STOPPED -> replica.pause();
            case MINORITY_EMPTIED -> {
                replica.restartEmpty();
                redis.awaitWhole();
            }
            default -> throw new NotApplicable("this harness has no means for it");
        }
    }

    /** First another one has to lead: a former primary that came back before would be it again, without its data. */
    @Override
    public void mend() {
        redis.leader();
        List<RunningStore> servers = redis.servers();
        servers.forEach(RunningStore::resume);
        servers.stream().filter(server -> !server.isAlive()).forEach(RunningStore::restart);
        redis.awaitWhole();
    }
}
