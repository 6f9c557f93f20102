package dev.holdfast.lock.tck.mutants;

import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;
import dev.holdfast.lock.tck.MemoryHarness;

/** The kit on the memory store; loaded once for each mutant, so that each has a store of its own. */
final class MemorySuspect implements LockTck {
    private static final LockHarness HARNESS = new MemoryHarness();

    @Override
    public LockHarness harness() {
        return HARNESS;
    }
}
