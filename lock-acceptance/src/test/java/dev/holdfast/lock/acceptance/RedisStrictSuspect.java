package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;

/**
 * What strict mode is for, on Redis; loaded once for each mutant, so that each has a namespace of its own. The rest of
 * the kit meets the mutants of the default mode, whose scripts are the same.
 */
final class RedisStrictSuspect implements ForgottenGrants {
    private static final RunningStore STORE = SuspectStores.own("redis-strict", StoreKind.REDIS);
    private static final LockHarness HARNESS = Variant.REDIS_STRICT.on(STORE);

    @Override
    public LockHarness harness() {
        return HARNESS;
    }

    @Override
    public RunningStore redis() {
        return STORE;
    }
}
