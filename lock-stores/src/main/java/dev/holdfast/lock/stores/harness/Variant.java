package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import java.util.Arrays;
import java.util.Optional;

/** A store and the way in which a driver uses it: what the kit is run on. One kind of store may have several. */
public enum Variant {
    REDIS("redis", StoreKind.REDIS),
    ETCD("etcd", StoreKind.ETCD),
    ZOOKEEPER("zookeeper", StoreKind.ZOOKEEPER),
    POSTGRES_ROW("postgresql-row", StoreKind.POSTGRES),
    POSTGRES_ADVISORY("postgresql-advisory", StoreKind.POSTGRES);

    private final String store;
    private final StoreKind kind;

    Variant(String store, StoreKind kind) {
        this.store = store;
        this.kind = kind;
    }

    /** Its name in reports, the same as its harness says. */
    public String store() {
        return store;
    }

    /** What has to be started for it. */
    public StoreKind kind() {
        return kind;
    }

    /** A harness on a store of that kind, with a namespace of its own. */
    public StoreHarness on(RunningStore running) {
        if (running.kind() != kind) {
            throw new IllegalArgumentException(store + " needs " + kind + ", not " + running);
        }
        return this == POSTGRES_ADVISORY ? new PostgresAdvisoryHarness(running) : StoreHarness.of(running);
    }

    /** The one of this name. */
    public static Optional<Variant> named(String store) {
        return Arrays.stream(values())
                .filter(variant -> variant.store.equals(store))
                .findFirst();
    }
}
