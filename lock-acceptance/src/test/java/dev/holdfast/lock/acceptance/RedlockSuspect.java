package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.harness.RedlockHarness;
import dev.holdfast.lock.stores.harness.RedlockServers;
import dev.holdfast.lock.tck.DeadlineTck;
import dev.holdfast.lock.tck.ExclusionTck;
import dev.holdfast.lock.tck.FencingTck;
import dev.holdfast.lock.tck.LateTck;
import dev.holdfast.lock.tck.LinkFaultTck;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.OwnershipTck;

/**
 * The chapters of the kit that find mutants of Redlock, and what only some of five servers suffer; loaded once for each
 * mutant. Without those that restart servers, each of which then grants nothing for {@code maxLease}.
 */
final class RedlockSuspect
        implements ExclusionTck, OwnershipTck, DeadlineTck, FencingTck, LinkFaultTck, LateTck, MinorityFaults {
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
