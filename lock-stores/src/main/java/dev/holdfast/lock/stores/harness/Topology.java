package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.util.Arrays;
import java.util.Optional;

/** A store of several servers: what the kit is run on beside the {@link Variant}s, which are single servers. */
public enum Topology {
    ETCD_3(StoreKind.ETCD, "etcd", "-3"),
    ZOOKEEPER_3(StoreKind.ZOOKEEPER, "zookeeper", "-3"),
    /** A primary whose commits wait for its standby; both flush. */
    POSTGRES_ROW_SYNC(StoreKind.POSTGRES, "postgresql-row", "-sync"),
    /** A primary whose commits do not; both flush. */
    POSTGRES_ROW_ASYNC(StoreKind.POSTGRES, "postgresql-row", "-async");

    private final StoreKind kind;
    private final String single;
    private final String suffix;

    Topology(StoreKind kind, String single, String suffix) {
        this.kind = kind;
        this.single = single;
        this.suffix = suffix;
    }

    /** Its name in reports, the same as its harness says. */
    public String store() {
        return single + suffix;
    }

    /** What its servers are. */
    public StoreKind kind() {
        return kind;
    }

    /** Starts it; the caller closes it. */
    public RunningCluster start(StoreLauncher launcher) {
        ClusterLauncher clusters = new ClusterLauncher(launcher);
        return switch (this) {
            case ETCD_3 -> clusters.startEtcd();
            case ZOOKEEPER_3 -> clusters.startZooKeeper();
            case POSTGRES_ROW_SYNC -> clusters.startPostgres(true, kind.durableArgs());
            case POSTGRES_ROW_ASYNC -> clusters.startPostgres(false, kind.durableArgs());
        };
    }

    /** A harness on a cluster that this started, with a namespace of its own. */
    public StoreHarness on(RunningCluster running) {
        Deployment servers = new SeveralServers(running, suffix);
        return switch (kind) {
            case ETCD -> new EtcdHarness(servers);
            case ZOOKEEPER -> new ZooKeeperHarness(servers);
            case POSTGRES -> new PostgresHarness(servers);
            case REDIS -> throw new IllegalStateException("no topology of Redis is started here");
        };
    }

    /** The one of this name. */
    public static Optional<Topology> named(String store) {
        return Arrays.stream(values())
                .filter(topology -> topology.store().equals(store))
                .findFirst();
    }
}
