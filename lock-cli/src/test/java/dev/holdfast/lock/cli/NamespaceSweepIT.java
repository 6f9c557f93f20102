package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.HttpProbe;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code compare --url} removes from a store of somebody else, and what it leaves. */
@Timeout(120)
class NamespaceSweepIT {
    private static final Duration PROBE = Duration.ofSeconds(5);
    private static final String OURS = "holdfast-tck-0123abcd";
    private static final String THEIRS = "billing";

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void onlyTheNamespacesOfTheKitAreRemoved(StoreKind kind) throws Exception {
        try (RunningStore store = new StoreLauncher().start(kind)) {
            for (String namespace : List.of(OURS, OURS + "-other", THEIRS)) {
                use(UrlHarness.inNamespace(store.url(), namespace));
            }
            assertTrue(contents(store).contains(OURS), "the probe does not see what is there");

            assertEquals(Optional.empty(), NamespaceSweep.of(store.url(), OURS));

            String left = contents(store);
            assertFalse(left.contains(OURS), left);
            assertTrue(left.contains(THEIRS), left);
        }
    }

    /** A password in the message would be a leak; the store is gone, so there is a message. */
    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void whatCannotBeRemovedIsNamedWithoutSecrets(StoreKind kind) {
        String url = kind.scheme() + "://app:secret@127.0.0.1:1/0";

        String problem = NamespaceSweep.of(url, OURS).orElseThrow();

        assertTrue(problem.contains(OURS), problem);
        assertFalse(problem.contains("secret"), problem);
    }

    private static void use(String url) throws InterruptedException {
        try (LockClient client = Locks.open(url)) {
            Lease held = client.named("held").acquire();
            client.named("released").acquire().release();
            assertTrue(held.isHeld());
        }
    }

    private static String contents(RunningStore store) throws Exception {
        return switch (store.kind()) {
            case REDIS -> {
                try (RespProbe probe = new RespProbe(store.host(), store.port(), PROBE)) {
                    yield String.valueOf(probe.call("KEYS", "*"));
                }
            }
            case ETCD ->
                new HttpProbe(store.host(), store.port(), PROBE)
                        .keys("holdfast/")
                        .toString();
            case ZOOKEEPER -> {
                ZooKeeper client = new ZooKeeper(store.host() + ":" + store.port(), 10_000, event -> {});
                try (client) {
                    yield client.getChildren("/holdfast", false).toString();
                }
            }
            case POSTGRES -> {
                try (PostgresProbe probe = new PostgresProbe(store.host(), store.port(), "holdfast", PROBE)) {
                    yield probe.query("SELECT namespace FROM holdfast.entry UNION SELECT namespace FROM holdfast.lock"
                                    + " UNION SELECT namespace FROM holdfast.meta")
                            .toString();
                }
            }
        };
    }
}
