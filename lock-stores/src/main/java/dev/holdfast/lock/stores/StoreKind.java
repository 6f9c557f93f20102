package dev.holdfast.lock.stores;

import java.util.List;

/** The stores that can be started. */
public enum StoreKind {
    REDIS("redis", "redis-server", "redis"),
    ETCD("etcd", "etcd-server", "etcd"),
    ZOOKEEPER("zookeeper", "", ""),
    POSTGRES("postgresql", "postgresql", "postgresql@17");

    private final String scheme;
    private final String aptPackage;
    private final String brewFormula;

    StoreKind(String scheme, String aptPackage, String brewFormula) {
        this.scheme = scheme;
        this.aptPackage = aptPackage;
        this.brewFormula = brewFormula;
    }

    /** The scheme of the store's URL, which is also its name in reports and settings. */
    public String scheme() {
        return scheme;
    }

    /** The Debian and Ubuntu packages to install; empty for ZooKeeper, whose server is a library of this module. */
    public List<String> aptPackages() {
        return aptPackage.isEmpty() ? List.of() : List.of(aptPackage);
    }

    /** One line that says how to get the store. */
    public String installHint() {
        return aptPackage.isEmpty()
                ? "put org.apache.zookeeper:zookeeper on the class path, as Maven does for lock-stores"
                : "apt-get install " + aptPackage + "  |  brew install " + brewFormula;
    }

    /**
     * Extra arguments for {@link StoreLauncher#start(StoreKind, List)} that make the store flush every write to the
     * disk. By default no store flushes, which is faster; Redis then keeps nothing at all over a restart, and the
     * others keep everything over the death of the process (but not of the machine).
     */
    public List<String> durableArgs() {
        return switch (this) {
            case REDIS -> List.of("--appendonly", "yes", "--appendfsync", "always");
            case ETCD -> List.of("--unsafe-no-fsync=false");
            case ZOOKEEPER -> List.of("-Dzookeeper.forceSync=yes");
            case POSTGRES -> List.of("-c", "fsync=on", "-c", "full_page_writes=on");
        };
    }
}
