package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;

/** The kit on Etcd; loaded once for each mutant, so that each has a namespace of its own. */
final class EtcdSuspect implements LockTck {
    private static final LockHarness HARNESS = StoreHarness.of(SuspectStores.next(StoreKind.ETCD));

    @Override
    public LockHarness harness() {
        return HARNESS;
    }
}
