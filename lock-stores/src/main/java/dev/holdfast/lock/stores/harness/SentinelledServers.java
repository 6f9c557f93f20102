package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.SentinelledRedis;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.StoreControl;
import java.util.Optional;
import java.util.OptionalLong;

/** A Redis primary, its replicas, and sentinels, which no fault befalls. */
record SentinelledServers(SentinelledRedis redis) implements Deployment {
    @Override
    public StoreKind kind() {
        return StoreKind.REDIS;
    }

    @Override
    public String suffix() {
        return "-sentinel";
    }

    /** The primary of this moment. */
    @Override
    public RunningStore server() {
        return redis.leader();
    }

    @Override
    public String url() {
        return redis.url();
    }

    /** A proxy that the sentinels name as the primary would stand between the servers and the sentinels, too. */
    @Override
    public boolean isBehindProxies() {
        return false;
    }

    @Override
    public StoreControl control() {
        return new JointControl(redis.servers(), redis::awaitWhole, () -> {
            redis.servers().forEach(RunningStore::kill);
            redis.servers().forEach(RunningStore::restartEmpty);
            redis.awaitWhole();
        });
    }

    @Override
    public Optional<MemberControl> members() {
        return Optional.of(new SentinelledMembers(redis));
    }

    @Override
    public OptionalLong requests() {
        return server().requests();
    }

    @Override
    public String toString() {
        return redis.toString();
    }
}
