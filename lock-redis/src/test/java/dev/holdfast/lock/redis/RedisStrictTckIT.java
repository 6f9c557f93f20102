package dev.holdfast.lock.redis;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The whole compatibility kit on a real server, durability=strict. */
class RedisStrictTckIT implements LockTck {
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
