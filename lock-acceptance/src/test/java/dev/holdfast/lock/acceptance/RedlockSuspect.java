package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.harness.RedlockHarness;
import dev.holdfast.lock.stores.harness.RedlockServers;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;

/** The kit on five Redis servers, and what only a part of them suffers; loaded once for each mutant. */
final class RedlockSuspect implements LockTck, MinorityFaults {
    private static final RedlockServers SERVERS =
            RedlockServers.of(SuspectStoresOfRedlock.servers(), RedlockHarness.MAX_LEASE);
    private static final RedlockHarness HARNESS = new RedlockHarness(SERVERS);

    @Override
    public LockHarness harness() {
        return HARNESS;
    }

    @Override
    public RedlockServers servers() {
        return SERVERS;
    }
}
