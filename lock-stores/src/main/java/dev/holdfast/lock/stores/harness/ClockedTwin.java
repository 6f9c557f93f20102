package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreException;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.ClockedStore;
import dev.holdfast.lock.tck.LockHarness;
import java.time.Duration;
import java.util.function.Function;

/** Another store of the same kind, started in the same way, which lives under a clock of its own. */
final class ClockedTwin implements ClockedStore {
    private final MovableClock clock = new MovableClock();
    private final RunningStore store;
    private final StoreHarness harness;

    ClockedTwin(RunningStore original, Function<RunningStore, StoreHarness> on) {
        try {
            this.store = new StoreLauncher().startTwin(original, clock);
        } catch (StoreException e) {
            clock.close();
            throw e;
        }
        this.harness = on.apply(store);
    }

    @Override
    public LockHarness harness() {
        return harness;
    }

    @Override
    public void move(Duration offset) {
        clock.move(offset);
    }

    @Override
    public void close() {
        harness.close();
        store.close();
        clock.close();
    }
}
