package dev.holdfast.lock.cli;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemoryHarness;
import java.util.List;
import java.util.Optional;

/**
 * A store that can be compared.
 *
 * @param store its name in reports and in {@code --stores}
 * @param scheme of its URLs
 * @param kind what the launcher starts; empty for memory
 */
record Subject(String store, String scheme, Optional<StoreKind> kind) {
    /** Every store, in the order of the report; the kit takes longer on the later ones. */
    static final List<Subject> ALL = List.of(
            new Subject("memory", "memory", Optional.empty()),
            started("redis", StoreKind.REDIS),
            started("etcd", StoreKind.ETCD),
            started("zookeeper", StoreKind.ZOOKEEPER),
            started("postgresql-row", StoreKind.POSTGRES));

    private static Subject started(String store, StoreKind kind) {
        return new Subject(store, kind.scheme(), Optional.of(kind));
    }

    static Optional<Subject> named(String store) {
        return ALL.stream().filter(subject -> subject.store().equals(store)).findFirst();
    }

    /** Why it cannot be started here, and the fix. */
    Optional<String> missing() {
        return kind.flatMap(new StoreLauncher()::missing);
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
        if (kind.isEmpty()) {
            MemoryHarness memory = new MemoryHarness();
            return opened(memory, () -> {});
        }
        RunningStore running = new StoreLauncher().start(kind.get(), asInProduction(kind.get()));
        StoreHarness harness = StoreHarness.of(running);
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
