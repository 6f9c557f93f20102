package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The driver itself keeps others out; {@link DriverMutantsIT} shows that the test would notice. */
@Tag("A8")
class ForgottenGrantsIT implements ForgottenGrants {
    private static RunningStore store;
    private static StoreHarness harness;

    @BeforeAll
    static void start() {
        store = StoreRack.another(StoreKind.REDIS);
        harness = Variant.REDIS_STRICT.on(store);
    }

    @AfterAll
    static void stop() {
        harness.close();
        store.close();
    }

    @Override
    public LockHarness harness() {
        return harness;
    }

    @Override
    public RunningStore redis() {
        return store;
    }
}
