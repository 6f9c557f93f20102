package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * The four real stores, started once for all acceptance tests of this JVM; a store that is missing fails the test that
 * asks for it, with the line that says how to install it. They end with the JVM.
 */
final class StoreRack {
    private static final StoreLauncher LAUNCHER = new StoreLauncher();
    private static final Map<StoreKind, RunningStore> STORES = LAUNCHER.startAll(List.of(StoreKind.values()));

    private StoreRack() {}

    static RunningStore store(StoreKind kind) {
        RunningStore store = STORES.get(kind);
        if (store == null) {
            throw new AssertionError(LAUNCHER.missing(kind).orElse(kind + " did not start"));
        }
        return store;
    }

    /** A store of its own for a test that sets it up differently or breaks it; the test closes it. */
    static RunningStore another(StoreKind kind, String... extraArguments) {
        return LAUNCHER.start(kind, List.of(extraArguments));
    }

    static StoreLauncher launcher() {
        return LAUNCHER;
    }

    /** One test for each store and way to use it, with a fresh harness whose store grants. */
    static Stream<DynamicTest> onEveryStore(ThrowingConsumer<StoreHarness> test) {
        return Stream.of(Variant.values())
                .map(variant -> DynamicTest.dynamicTest(variant.store(), () -> {
                    try (StoreHarness harness = variant.on(store(variant.kind()))) {
                        harness.awaitGrants(harness.url());
                        test.accept(harness);
                    }
                }));
    }

    /** The URLs of every store and of memory, each in this namespace; modes of one store have one each. All grant. */
    static Map<String, String> everyUrl(String namespace) {
        Map<String, String> urls = new LinkedHashMap<>();
        urls.put("memory", "memory:acceptance?namespace=" + namespace);
        for (Variant variant : Variant.values()) {
            String own = variant.byDefault() ? namespace : namespace + "-" + variant.store();
            String url = store(variant.kind()).url() + "?namespace=" + own;
            urls.put(variant.store(), variant.url(url));
            try (StoreHarness harness = variant.on(store(variant.kind()))) {
                harness.awaitGrants(variant.url(url));
            }
        }
        return urls;
    }
}
