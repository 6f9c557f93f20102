package dev.holdfast.lock.cli;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemoryHarness;
import java.util.List;
import java.util.Optional;

/**
 * A store that can be compared.
 *
 * @param store its name in reports and in {@code --stores}
 * @param scheme of its URLs
 * @param variant what the launcher starts, and how it is used; empty for memory
 */
record Subject(String store, String scheme, Optional<Variant> variant) {
    /** Every store, in the order of the report. */
    static final List<Subject> ALL = List.of(
            new Subject("memory", "memory", Optional.empty()),
            started(Variant.REDIS),
            started(Variant.ETCD),
            started(Variant.ZOOKEEPER),
            started(Variant.POSTGRES_ROW),
            started(Variant.POSTGRES_ADVISORY));

    private static Subject started(Variant variant) {
        return new Subject(variant.store(), variant.kind().scheme(), Optional.of(variant));
    }

    static Optional<Subject> named(String store) {
        return ALL.stream().filter(subject -> subject.store().equals(store)).findFirst();
    }

    /** Why it cannot be started here, and the fix. */
    Optional<String> missing() {
        return variant.map(Variant::kind).flatMap(new StoreLauncher()::missing);
    }

    /** A store that is ready for the kit. */
    interface Open extends AutoCloseable {
        LockHarness harness();

        /** Ends what was started for it. */
        @Override
        void close();
    }

    /** Starts it. */
    Open open() {
        if (variant.isEmpty()) {
            MemoryHarness memory = new MemoryHarness();
            return opened(memory, () -> {});
        }
        StoreKind started = variant.get().kind();
        RunningStore running = new StoreLauncher().start(started, asInProduction(started));
        StoreHarness harness = variant.get().on(running);
        return opened(harness, () -> {
            harness.close();
            running.close();
        });
    }

    /** The claims and the figures are those of a store that flushes, except where the usual installation does not. */
    private static List<String> asInProduction(StoreKind kind) {
        return kind == StoreKind.REDIS ? List.of() : kind.durableArgs();
    }

    static Open opened(LockHarness harness, Runnable end) {
        return new Open() {
            @Override
            public LockHarness harness() {
                return harness;
            }

            @Override
            public void close() {
                end.run();
            }
        };
    }
}
