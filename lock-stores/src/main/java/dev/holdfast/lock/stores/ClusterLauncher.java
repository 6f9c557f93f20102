package dev.holdfast.lock.stores;

import java.util.List;
import java.util.function.Function;

/**
 * Starts stores of several servers, from the programs that {@link StoreLauncher} finds. What the servers send each
 * other passes through relays in this JVM, so that one can be cut off without any privilege. Safe for use by several
 * threads.
 */
public final class ClusterLauncher {
    private static final int QUORUM = 3;

    private final StoreLauncher launcher;

    /** Finds programs as this launcher does; {@link StoreLauncher#missing} says whether there are any. */
    public ClusterLauncher(StoreLauncher launcher) {
        this.launcher = launcher;
    }

    /** Starts three etcd members, with these arguments appended to the command line of each. */
    public RunningCluster startEtcd(String... extraArgs) {
        return startTwice(cut -> new EtcdFormation(launcher.program(StoreKind.ETCD), QUORUM, List.of(extraArgs), cut));
    }

    /** Starts three ZooKeeper servers; the arguments are those of {@link StoreLauncher#start(StoreKind, List)}. */
    public RunningCluster startZooKeeper(String... extraArgs) {
        launcher.missing(StoreKind.ZOOKEEPER).ifPresent(why -> {
            throw new StoreException(why);
        });
        return startTwice(cut -> new ZooKeeperFormation(QUORUM, List.of(extraArgs), cut));
    }

    /**
     * Starts a PostgreSQL primary and a streaming standby.
     *
     * @param synchronous whether commits wait for the standby
     * @param extraArgs appended to the command line of both; see {@link StoreKind#durableArgs()}
     */
    public RunningCluster startPostgres(boolean synchronous, List<String> extraArgs) {
        return startTwice(cut -> new PostgresFormation(
                launcher.program(StoreKind.POSTGRES), launcher.cache(), synchronous, List.copyOf(extraArgs), cut));
    }

    /** A second try with other ports: somebody may have taken one between our look and the servers'. */
    private static RunningCluster startTwice(Function<PeerCut, Formation> formation) {
        try {
            return start(formation);
        } catch (StoreException e) {
            if (String.valueOf(e.getMessage()).contains("in use")) {
                return start(formation);
            }
            throw e;
        }
    }

    private static RunningCluster start(Function<PeerCut, Formation> formation) {
        PeerCut cut = new PeerCut();
        return new RunningCluster(formation.apply(cut), cut);
    }
}
