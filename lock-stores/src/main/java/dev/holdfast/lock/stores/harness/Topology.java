package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RedisCluster;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.SentinelledRedis;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** A store of several servers: what the kit is run on beside the {@link Variant}s, which are single servers. */
public enum Topology {
    /** Five independent servers. */
    REDLOCK("redlock", "", "redlock", StoreKind.REDIS),
    /** A primary and two replicas, watched by three sentinels. */
    REDIS_SENTINEL("redis", "-sentinel", "redis+sentinel", StoreKind.REDIS),
    /** The same; a grant counts when one of the replicas has it, and a failover is followed by a grace. */
    REDIS_SENTINEL_STRICT("redis", "-sentinel-strict", "redis+sentinel", StoreKind.REDIS),
    /** Three primaries without replicas. */
    REDIS_CLUSTER("redis", "-cluster", "redis+cluster", StoreKind.REDIS),
    ETCD_3("etcd", "-3", "etcd", StoreKind.ETCD),
    ZOOKEEPER_3("zookeeper", "-3", "zookeeper", StoreKind.ZOOKEEPER),
    /** A primary whose commits wait for its standby; both flush. */
    POSTGRES_ROW_SYNC("postgresql-row", "-sync", "postgresql", StoreKind.POSTGRES),
    /** A primary whose commits do not; both flush. */
    POSTGRES_ROW_ASYNC("postgresql-row", "-async", "postgresql", StoreKind.POSTGRES);

    private static final int REDLOCK_SERVERS = 5;

    /** One is left to confirm grants when the other is the primary. */
    private static final int REPLICAS = 2;

    private final String single;
    private final String suffix;
    private final String scheme;
    private final StoreKind kind;

    Topology(String single, String suffix, String scheme, StoreKind kind) {
        this.single = single;
        this.suffix = suffix;
        this.scheme = scheme;
        this.kind = kind;
    }

    /** Its name in reports, the same as its harness says. */
    public String store() {
        return single + suffix;
    }

    /** The scheme of its URLs. */
    public String scheme() {
        return scheme;
    }

    /** What its servers are. */
    public StoreKind kind() {
        return kind;
    }

    /** Starts the servers as in production, with a harness on them; the caller closes it. */
    public StartedTopology start(StoreLauncher launcher) {
        ClusterLauncher clusters = new ClusterLauncher(launcher);
        return switch (this) {
            case REDLOCK -> redlock();
            case REDIS_SENTINEL -> sentinelled(launcher, RedisHarness::new);
            case REDIS_SENTINEL_STRICT -> sentinelled(launcher, RedisStrictHarness::new);
            case REDIS_CLUSTER -> redisCluster(launcher.startRedisCluster());
            case ETCD_3 -> started(clusters.startEtcd(kind.durableArgs().toArray(new String[0])));
            case ZOOKEEPER_3 ->
                started(clusters.startZooKeeper(kind.durableArgs().toArray(new String[0])));
            case POSTGRES_ROW_SYNC -> started(clusters.startPostgres(true, kind.durableArgs()));
            case POSTGRES_ROW_ASYNC -> started(clusters.startPostgres(false, kind.durableArgs()));
        };
    }

    private static StartedTopology redlock() {
        RedlockServers servers = RedlockServers.start(REDLOCK_SERVERS, RedlockHarness.MAX_LEASE);
        return new StartedTopology(new RedlockHarness(servers), servers::close);
    }

    private static StartedTopology sentinelled(StoreLauncher launcher, Function<Deployment, StoreHarness> harness) {
        SentinelledRedis redis = launcher.startSentinelledRedis(REPLICAS);
        return new StartedTopology(harness.apply(new SentinelledServers(redis)), redis::close);
    }

    private static StartedTopology redisCluster(RedisCluster cluster) {
        return new StartedTopology(new RedisClusterHarness(cluster), cluster::close);
    }

    private StartedTopology started(RunningCluster cluster) {
        Deployment servers = new SeveralServers(cluster, suffix);
        StoreHarness harness =
                switch (kind) {
                    case ETCD -> new EtcdHarness(servers);
                    case ZOOKEEPER -> new ZooKeeperHarness(servers);
                    case POSTGRES -> new PostgresHarness(servers);
                    case REDIS -> throw new IllegalStateException(single + " is no cluster that elects");
                };
        return new StartedTopology(harness, cluster::close);
    }

    /** The one of this name. */
    public static Optional<Topology> named(String store) {
        return Arrays.stream(values())
                .filter(topology -> topology.store().equals(store))
                .findFirst();
    }
}
