package dev.holdfast.lock.stores.harness;

/** Servers that {@link Topology#start} has started, and their harness. */
public final class StartedTopology implements AutoCloseable {
    private final StoreHarness harness;
    private final Runnable end;

    StartedTopology(StoreHarness harness, Runnable end) {
        this.harness = harness;
        this.end = end;
    }

    /** What the kit is run on; closed with this. */
    public StoreHarness harness() {
        return harness;
    }

    /** Ends the servers. */
    @Override
    public void close() {
        harness.close();
        end.run();
    }
}
