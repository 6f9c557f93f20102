package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The kit on the one store of this JVM. */
final class StoreKit implements LockTck {
    private static final AtomicReference<Optional<LockHarness>> HARNESS = new AtomicReference<>(Optional.empty());

    /** From now on the kit runs on this store. */
    static void use(LockHarness harness) {
        HARNESS.set(Optional.of(harness));
    }

    @Override
    public LockHarness harness() {
        return HARNESS.get().orElseThrow(() -> new IllegalStateException("no store was chosen"));
    }
}
