package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;
import java.util.concurrent.CompletableFuture;

/** The kit on the one store of this JVM. */
final class StoreKit implements LockTck {
    private static final CompletableFuture<LockHarness> CHOSEN = new CompletableFuture<>();

    /** The kit runs on this store, for the life of the JVM. */
    static void use(LockHarness harness) {
        if (!CHOSEN.complete(harness)) {
            throw new IllegalStateException("a store was chosen already");
        }
    }

    @Override
    public LockHarness harness() {
        if (!CHOSEN.isDone()) {
            throw new IllegalStateException("no store was chosen");
        }
        return CHOSEN.join();
    }
}
