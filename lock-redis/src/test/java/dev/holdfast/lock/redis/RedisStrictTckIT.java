package dev.holdfast.lock.redis;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.ExclusionTck;
import dev.holdfast.lock.tck.FencingTck;
import dev.holdfast.lock.tck.LivenessTck;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.OwnershipTck;
import dev.holdfast.lock.tck.StoreFaultTck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The kit's rules of safety and liveness on a real server, durability=strict. */
class RedisStrictTckIT implements ExclusionTck, OwnershipTck, FencingTck, LivenessTck, StoreFaultTck {
    private static RunningStore store;
    private static StoreHarness harness;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.REDIS);
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
}
