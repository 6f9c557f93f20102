package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.StoreControl;

/** Power over a started store. */
class Control implements StoreControl {
    private final RunningStore store;

    Control(RunningStore store) {
        this.store = store;
    }

    @Override
    public void pause() {
        store.pause();
    }

    @Override
    public void resume() {
        store.resume();
    }

    @Override
    public void kill() {
        store.kill();
    }

    @Override
    public void restart() {
        store.restart();
    }

    @Override
    public void wipe() {
        store.restartEmpty();
    }
}
