package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.SentinelledRedis;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        RunningStore replica = replicas(primary).get(0);
        switch (fault) {
            case LEADER_KILLED -> primary.kill();
            case UNREPLICATED_FAILOVER -> {
                primary.kill();
                replicas(primary).forEach(RunningStore::resume);
            }
            case LEADER_STOPPED -> primary.pause();
            case MINORITY_STOPPED -> replica.pause();
            case MINORITY_EMPTIED -> {
                replica.restartEmpty();
                redis.awaitWhole();
            }
            default -> throw new NotApplicable("this harness has no means for it");
        }
    }

    private List<RunningStore> replicas(RunningStore primary) {
        return redis.servers().stream().filter(server -> server != primary).toList();
    }

    /** They stand still, and the primary forgets them: what it would have sent is not in any buffer when they go on. */
    @Override
    public void cutReplication() {
        RunningStore primary = redis.leader();
        replicas(primary).forEach(RunningStore::pause);
        try (RespProbe probe = new RespProbe(primary.host(), primary.port(), StoreHarness.PROBE_TIMEOUT)) {
            probe.call("CLIENT", "KILL", "TYPE", "replica");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the replication of " + primary, e);
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
