package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.StoreControl;

/** Power over all servers of a store at once. */
final class ClusterControl implements StoreControl {
    private final RunningCluster cluster;

    ClusterControl(RunningCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void pause() {
        cluster.members().forEach(RunningStore::pause);
    }

    @Override
    public void resume() {
        cluster.members().forEach(RunningStore::resume);
        cluster.leader();
    }

    @Override
    public void kill() {
        cluster.members().forEach(RunningStore::kill);
    }

    @Override
    public void restart() {
        cluster.restart(cluster.members());
        cluster.awaitWhole();
    }

    @Override
    public void wipe() {
        cluster.restartEmpty();
        cluster.leader();
    }
}
