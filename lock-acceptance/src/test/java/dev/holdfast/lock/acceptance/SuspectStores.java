package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stores on which mutants of the drivers are tried. Public, and loaded once, because each mutant has classes of its
 * own, but not a store of its own. Only PostgreSQL in mode row starts anew for each: functions outlive the client that
 * made them.
 */
public final class SuspectStores {
    private static final Map<StoreKind, RunningStore> SHARED = new ConcurrentHashMap<>();
    private static final Map<String, RunningStore> OWN = new ConcurrentHashMap<>();
    private static final Map<StoreKind, RunningStore> FRESH = new ConcurrentHashMap<>();

    private SuspectStores() {}

    /** The store of all mutants that leave nothing of themselves in it but, perhaps, open connections. */
    public static RunningStore shared(StoreKind kind) {
        return SHARED.computeIfAbsent(kind, missing -> StoreRack.another(missing));
    }

    /** The store of all mutants of a suspect that empties and restarts it, which the others must not notice. */
    public static RunningStore own(String suspect, StoreKind kind) {
        return OWN.computeIfAbsent(suspect, missing -> StoreRack.another(kind));
    }

    /** The store for the next mutant of this kind. */
    public static RunningStore next(StoreKind kind) {
        if (kind != StoreKind.POSTGRES) {
            return shared(kind);
        }
        StoreRack.store(kind); // fails with the right words if there is none
        RunningStore store = StoreRack.another(kind, kind.durableArgs().toArray(String[]::new));
        RunningStore former = FRESH.put(kind, store);
        if (former != null) {
            former.close();
        }
        return store;
    }
}
