package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import java.util.Arrays;
import java.util.Optional;

/** A store and the way in which a driver uses it: what the kit is run on. One kind of store may have several. */
public enum Variant {
    REDIS("redis", StoreKind.REDIS, ""),
    REDIS_STRICT("redis-strict", StoreKind.REDIS, RedisStrictHarness.parameters(RedisStrictHarness.MAX_LEASE)),
    ETCD("etcd", StoreKind.ETCD, ""),
    ZOOKEEPER("zookeeper", StoreKind.ZOOKEEPER, ""),
    POSTGRES_ROW("postgresql-row", StoreKind.POSTGRES, ""),
    POSTGRES_ADVISORY("postgresql-advisory", StoreKind.POSTGRES, "mode=advisory");

    private final String store;
    private final StoreKind kind;
    private final String parameters;

    Variant(String store, StoreKind kind, String parameters) {
        this.store = store;
        this.kind = kind;
        this.parameters = parameters;
    }

    /** This URL of the store with the parameters that make it a URL of this variant. */
    public String url(String plain) {
        return parameters.isEmpty() ? plain : plain + (plain.contains("?") ? "&" : "?") + parameters;
    }

    /** Whether it is how clients use the store when the URL says nothing of it. */
    public boolean byDefault() {
        return parameters.isEmpty();
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
        return switch (this) {
            case REDIS_STRICT -> new RedisStrictHarness(running);
            case POSTGRES_ADVISORY -> new PostgresAdvisoryHarness(running);
            default -> StoreHarness.of(running);
        };
    }

    /** The one of this name. */
    public static Optional<Variant> named(String store) {
        return Arrays.stream(values())
                .filter(variant -> variant.store.equals(store))
                .findFirst();
    }
}
