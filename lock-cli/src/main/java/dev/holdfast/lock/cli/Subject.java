package dev.holdfast.lock.cli;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StartedTopology;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Topology;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemoryHarness;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A store that can be compared.
 *
 * @param store its name in reports and in {@code --stores}
 * @param scheme of its URLs
 * @param kind what the launcher starts; empty for memory
 * @param start starts it
 */
record Subject(String store, String scheme, Optional<StoreKind> kind, Supplier<Open> start) {
    /** Stores of one server as their clients use them by default, in the order of the report. */
    static final List<Subject> SINGLE = List.of(
            memory(),
            of(Variant.REDIS),
            of(Variant.ETCD),
            of(Variant.ZOOKEEPER),
            of(Variant.POSTGRES_ROW),
            of(Variant.POSTGRES_ADVISORY));

    /** What {@code --topologies} adds: stores of several servers, and what one Redis can do about a loss of data. */
    static final List<Subject> TOPOLOGIES = Stream.concat(
                    Stream.of(of(Variant.REDIS_STRICT)),
                    Stream.of(Topology.values()).map(Subject::of))
            .toList();

    private static Subject memory() {
        return new Subject("memory", "memory", Optional.empty(), () -> opened(new MemoryHarness(), () -> {}));
    }

    private static Subject of(Variant variant) {
        return new Subject(variant.store(), variant.kind().scheme(), Optional.of(variant.kind()), () -> {
            RunningStore running = new StoreLauncher().start(variant.kind(), asInProduction(variant.kind()));
            StoreHarness harness = variant.on(running);
            return opened(harness, () -> {
                harness.close();
                running.close();
            });
        });
    }

    private static Subject of(Topology topology) {
        return new Subject(topology.store(), topology.scheme(), Optional.of(topology.kind()), () -> {
            StartedTopology started = topology.start(new StoreLauncher());
            return opened(started.harness(), started::close);
        });
    }

    /** Every store, in the order of the report. */
    static List<Subject> all() {
        return Stream.concat(SINGLE.stream(), TOPOLOGIES.stream()).toList();
    }

    static Optional<Subject> named(String store) {
        return all().stream().filter(subject -> subject.store().equals(store)).findFirst();
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
        return start.get();
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
