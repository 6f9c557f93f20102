package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.StoreControl;
import java.util.List;

/** Power over all of several servers at once, which are one store again some time after each of them answers. */
final class JointControl implements StoreControl {
    private final List<RunningStore> servers;
    private final Runnable awaitWhole;
    private final Runnable restartEmpty;

    /**
     * @param awaitWhole returns when the servers are one store again
     * @param restartEmpty restarts all of them without data, and returns when they are one store again
     */
    JointControl(List<RunningStore> servers, Runnable awaitWhole, Runnable restartEmpty) {
        this.servers = servers;
        this.awaitWhole = awaitWhole;
        this.restartEmpty = restartEmpty;
    }

    @Override
    public void pause() {
        servers.forEach(RunningStore::pause);
    }

    @Override
    public void resume() {
        servers.forEach(RunningStore::resume);
        awaitWhole.run();
    }

    @Override
    public void kill() {
        servers.forEach(RunningStore::kill);
    }

    @Override
    public void restart() {
        servers.forEach(RunningStore::restart);
        awaitWhole.run();
    }

    @Override
    public void wipe() {
        restartEmpty.run();
    }
}
