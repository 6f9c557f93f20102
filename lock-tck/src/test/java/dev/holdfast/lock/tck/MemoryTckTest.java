package dev.holdfast.lock.tck;

/** The kit on the memory store: the rules of the engine, and the driver rules on the reference. */
class MemoryTckTest implements LockTck {
    private static final LockHarness HARNESS = new MemoryHarness();

    @Override
    public LockHarness harness() {
        return HARNESS;
    }
}
