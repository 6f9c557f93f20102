package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;

/** The kit on Postgres in mode advisory; loaded once for each mutant, so that each has a namespace of its own. */
final class PostgresAdvisorySuspect implements LockTck {
    private static final LockHarness HARNESS = Variant.POSTGRES_ADVISORY.on(SuspectStores.shared(StoreKind.POSTGRES));

    @Override
    public LockHarness harness() {
        return HARNESS;
    }
}
