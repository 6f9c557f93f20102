package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.util.Arrays;
import java.util.Optional;

/** A store of several servers: what the kit is run on beside the {@link Variant}s, which are single servers. */
public enum Topology {
    /** Five independent servers. */
    REDLOCK("redlock", "", "redlock", StoreKind.REDIS),
    ETCD_3("etcd", "-3", "etcd", StoreKind.ETCD),
    ZOOKEEPER_3("zookeeper", "-3", "zookeeper", StoreKind.ZOOKEEPER),
    /** A primary whose commits wait for its standby; both flush. */
    POSTGRES_ROW_SYNC("postgresql-row", "-sync", "postgresql", StoreKind.POSTGRES),
    /** A primary whose commits do not; both flush. */
    POSTGRES_ROW_ASYNC("postgresql-row", "-async", "postgresql", StoreKind.POSTGRES);

    private static final int REDLOCK_SERVERS = 5;

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
