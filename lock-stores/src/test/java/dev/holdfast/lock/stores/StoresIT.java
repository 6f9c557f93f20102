package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same promises on every store. */
class StoresIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final StoreLauncher launcher = new StoreLauncher();

    private RunningStore start(StoreKind kind) {
        return start(kind, List.of());
    }

    private RunningStore start(StoreKind kind, List<String> extraArgs) {
        RunningStore store = launcher.start(kind, extraArgs);
        System.out.println(store + " started in " + store.startTime().toMillis() + " ms");
        return store;
    }

    /** One question in the store's own protocol, on a new connection. */
    private static String ask(RunningStore store, Duration timeout) throws IOException {
        return switch (store.kind()) {
            case REDIS -> {
                try (RespProbe probe = new RespProbe(store.host(), store.port(), timeout)) {
                    yield String.valueOf(probe.call("PING"));
                }
            }
            case ETCD -> new HttpProbe(store.host(), store.port(), timeout).version();
            case ZOOKEEPER -> new FourLetterProbe(store.host(), store.port(), timeout).ask("ruok");
            case POSTGRES -> {
                try (PostgresProbe probe = new PostgresProbe(store.host(), store.port(), "holdfast", timeout)) {
                    yield probe.value("SELECT 'fine'");
                }
            }
        };
    }

    private static boolean answers(RunningStore store, Duration timeout) {
        try {
            return !ask(store, timeout).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void startsWithItsRealVersionAndLeavesNothing(StoreKind kind) {
        Path directory;
        long pid;
        try (RunningStore store = start(kind)) {
            directory = store.directory().path();
            pid = store.pid();
            assertTrue(store.version().matches("[0-9]+(\\.[0-9]+)+"), store.version());
            assertTrue(store.url().startsWith(kind.scheme() + "://"), store.url());
            assertTrue(store.urlVia(4711).contains(":4711"), store.urlVia(4711));
            assertTrue(Files.isDirectory(directory));
            assertTrue(answers(store, LONG));
        }
        assertFalse(Files.exists(directory));
        assertFalse(Files.exists(Path.of(directory + ".gone")));
        assertTrue(Residue.isGone(pid));
    }

    @ParameterizedTest
    @EnumSource
    void pausedStoreIsSilentAndGoesOnAfterwards(StoreKind kind) {
        try (RunningStore store = start(kind)) {
            store.pause();
            assertFalse(answers(store, SHORT));
            assertTrue(store.isAlive());
            store.resume();
            Poll.until("answers again", LONG, () -> answers(store, LONG));
        }
    }

    @ParameterizedTest
    @EnumSource
    void killedStoreComesBackOnItsPort(StoreKind kind) {
        try (RunningStore store = start(kind)) {
            int port = store.port();
            long pid = store.pid();
            store.kill();
            assertFalse(store.isAlive());
            assertFalse(answers(store, SHORT));
            store.restart();
            assertTrue(answers(store, LONG));
            assertEquals(port, store.port());
            assertTrue(pid != store.pid());
            store.restartEmpty();
            assertTrue(answers(store, LONG));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesPausedAndKilledStores(StoreKind kind) {
        RunningStore paused = start(kind);
        paused.pause();
        paused.close();
        paused.close();
        assertTrue(Residue.isGone(paused.pid()));
        RunningStore killed = start(kind);
        killed.kill();
        killed.close();
        assertFalse(Files.exists(killed.directory().path()));
        assertThrows(StoreException.class, killed::restart);
    }

    @ParameterizedTest
    @EnumSource
    void countsTheRequestsOfClients(StoreKind kind) throws IOException {
        try (RunningStore store = start(kind)) {
            long before = store.requests().orElseThrow();
            assertEquals(before, store.requests().orElseThrow(), "asking does not count");
            for (int i = 0; i < 10; i++) {
                request(store);
            }
            long counted = store.requests().orElseThrow() - before;
            // On Redis the end of a connection is a read as well.
            assertEquals(kind == StoreKind.REDIS ? 20 : 10, counted);
        }
    }

    private static void request(RunningStore store) throws IOException {
        switch (store.kind()) {
            case REDIS -> {
                try (RespProbe probe = new RespProbe(store.host(), store.port(), LONG)) {
                    probe.call("EVAL", "redis.call('INCR', KEYS[1]) return redis.call('TIME')", "1", "k");
                }
            }
            case ETCD -> new HttpProbe(store.host(), store.port(), LONG).keys("nothing");
            case ZOOKEEPER, POSTGRES -> ask(store, LONG);
        }
    }

    @Test
    void durableArgumentsKeepDataOverAKill() throws IOException {
        try (RunningStore redis = start(StoreKind.REDIS, StoreKind.REDIS.durableArgs());
                RunningStore etcd = start(StoreKind.ETCD, StoreKind.ETCD.durableArgs())) {
            try (RespProbe probe = new RespProbe(redis.host(), redis.port(), LONG)) {
                probe.call("SET", "k", "v");
            }
            HttpProbe json = new HttpProbe(etcd.host(), etcd.port(), LONG);
            json.post("/v3/kv/put", "{\"key\":\"bG9jay9h\",\"value\":\"dg==\"}");
            redis.restart();
            etcd.restart();
            try (RespProbe probe = new RespProbe(redis.host(), redis.port(), LONG)) {
                assertEquals("v", probe.call("GET", "k"));
            }
            assertEquals(List.of("lock/a"), json.keys("lock/"));
            assertEquals(List.of("lock/a"), json.keys(""));
            redis.restartEmpty();
            etcd.restartEmpty();
            try (RespProbe probe = new RespProbe(redis.host(), redis.port(), LONG)) {
                assertEquals(null, probe.call("GET", "k"));
            }
            assertEquals(List.of(), json.keys(""));
        }
    }

    @Test
    void startFailureShowsWhatTheStorePrintedAtOnce() {
        long begin = System.nanoTime();
        StoreException e = assertThrows(
                StoreException.class, () -> launcher.start(StoreKind.REDIS, List.of("--no-such-option", "1")));
        assertTrue(String.valueOf(e.getMessage()).contains("no-such-option"), e.getMessage());
        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(5).toNanos());
    }

    @Test
    void passwordIsPartOfTheUrlAndOfTheProbes() {
        try (RunningStore store = launcher.start(StoreKind.REDIS, List.of("--requirepass", "s3cret"))) {
            assertTrue(store.url().startsWith("redis://:s3cret@127.0.0.1:"), store.url());
            assertEquals(0, store.requests().orElseThrow());
            IOException e = assertThrows(IOException.class, () -> ask(store, LONG));
            assertTrue(String.valueOf(e.getMessage()).startsWith("NOAUTH"), e.getMessage());
        }
    }

    @Test
    void allStoresStartAtOnce() {
        List<StoreKind> all = List.of(StoreKind.values());
        long begin = System.nanoTime();
        Map<StoreKind, RunningStore> stores = launcher.startAll(all);
        System.out.println(stores.size() + " stores up in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        assertEquals(all, List.copyOf(stores.keySet()));
        begin = System.nanoTime();
        stores.values().forEach(RunningStore::close);
        System.out.println(stores.size() + " stores down in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    }

    @Test
    void embeddedBinariesRun() {
        Properties properties = new Properties();
        properties.putAll(System.getProperties());
        properties.setProperty("holdfast.stores.prefer", "embedded");
        StoreLauncher embedded = new StoreLauncher(new Settings(properties, System.getenv()));
        for (StoreKind kind : List.of(StoreKind.REDIS, StoreKind.POSTGRES)) {
            try (RunningStore store = embedded.start(kind)) {
                System.out.println(store + " started in " + store.startTime().toMillis() + " ms");
                assertTrue(store.version().startsWith(kind == StoreKind.REDIS ? "6.2." : "18.4"), store.version());
                assertTrue(answers(store, LONG));
                assertTrue(store.requests().isPresent());
            }
        }
    }
}
