package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import java.util.List;
import java.util.stream.Stream;

/**
 * The servers on which mutants of Redlock are tried. Public, and loaded once, for the reason of {@link SuspectStores}.
 */
public final class SuspectStoresOfRedlock {
    private static final List<RunningStore> SERVERS =
            Stream.generate(() -> StoreRack.another(StoreKind.REDIS)).limit(5).toList();

    private SuspectStoresOfRedlock() {}

    /** Five, for one mutant at a time. */
    public static List<RunningStore> servers() {
        return SERVERS;
    }
}
