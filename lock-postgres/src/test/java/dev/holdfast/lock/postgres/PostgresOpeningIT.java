package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What open accepts, refuses and makes. */
class PostgresOpeningIT {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static RunningStore store;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @AfterEach
    void clean() throws Exception {
        sql(store, "DROP SCHEMA IF EXISTS holdfast CASCADE; DROP SCHEMA IF EXISTS other CASCADE");
    }

    private static String refusal(StoreException.Kind kind, String url, Map<String, String> parameters) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        StoreException e = assertThrows(
                StoreException.class, () -> new DriverFixture(url, options("test", LEASE, parameters)).close());
        assertEquals(kind, e.kind(), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).contains("secret"), e.getMessage());
        Set<String> left = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> name.startsWith("holdfast") || name.contains("PostgreSQL"))
                .collect(Collectors.toSet());
        assertEquals(Set.of(), left);
        return String.valueOf(e.getMessage());
    }

    private static String refused(String url) {
        return refusal(StoreException.Kind.REFUSED, url, Map.of());
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    private static String as(String credentials, String database) {
        return "postgresql://" + credentials + "@" + store.host() + ":" + store.port() + "/" + database;
    }

    @Test
    void twentyClientsMayOpenAnEmptyDatabaseAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<Future<Long>> tokens = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                tokens.add(threads.submit(() -> {
                    Map<String, String> small = Map.of("client.maximumPoolSize", "1");
                    try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, small))) {
                        return it.granted(Thread.currentThread().getName()).token();
                    }
                }));
            }
            for (Future<Long> token : tokens) {
                assertTrue(token.get() > 0);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void otherSchema() throws Exception {
        try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, Map.of("schema", "other")))) {
            Grant grant = it.granted("a");
            assertEquals("1", sql(store, "SELECT count(holder) FROM other.lock"));
            assertEquals(ReleaseOutcome.RELEASED, it.release(grant));
        }
        assertEquals("0", sql(store, "SELECT count(*) FROM pg_namespace WHERE nspname = 'holdfast'"));
    }

    @Test
    void serverThatDoesNotFlushIsNamedAndClaimsNoSurvival() {
        try (DriverFixture it = DriverFixture.open(store, LEASE)) {
            assertFalse(it.driver.info().claims().contains(Claim.SURVIVES_RESTART));
            says(it.driver.info().remarks().get(0), "fsync");
        }
    }

    @Test
    void wrongPasswordUnknownUserAndUnknownDatabase() {
        says(
                refused(as("holdfast:secret-wrong", "holdfast")),
                "password authentication failed",
                "check user, password");
        says(refused(as("nobody-here:secret", "holdfast")), "check user, password");
        says(refused(as("holdfast:holdfast", "nowhere")), "\"nowhere\" does not exist", "URL's path");
    }

    @Test
    void unreachableHostAndOtherProtocol() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        says(
                refusal(StoreException.Kind.NOT_EXECUTED, "postgresql://u:secret@127.0.0.1:" + free + "/d", Map.of()),
                "127.0.0.1:" + free,
                "check host, port");
        try (RunningStore redis = new StoreLauncher().start(StoreKind.REDIS)) {
            says(
                    refusal(
                            StoreException.Kind.NOT_EXECUTED,
                            "postgresql://u:secret@127.0.0.1:" + redis.port() + "/d",
                            Map.of()),
                    "127.0.0.1:" + redis.port(),
                    "check host, port");
        }
    }

    @Test
    void roleThatMayNotMakeTheTablesIsToldWhatToRunAndThenWorks() throws Exception {
        sql(store, "DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN PASSWORD 'secret'");
        says(refused(as("weak:secret", "holdfast")), "PostgresLocks.schemaSql(\"holdfast\")", "GRANT USAGE ON SCHEMA");
        sql(store, PostgresLocks.schemaSql("holdfast"));
        String message = refused(as("weak:secret", "holdfast"));
        says(message, "may not use schema 'holdfast'", "GRANT USAGE ON SCHEMA");
        sql(store, message.substring(message.indexOf("GRANT")).replace("<role>", "weak"));
        try (DriverFixture it = new DriverFixture(as("weak:secret", "holdfast"), options("test", LEASE, Map.of()))) {
            assertEquals(ReleaseOutcome.RELEASED, it.release(it.granted("a")));
        }
        sql(store, "DROP OWNED BY weak; DROP ROLE weak");
    }

    @Test
    void namespaceOfAnotherModeOrProtocol() throws Exception {
        DriverFixture.open(store, LEASE).close();
        sql(store, "UPDATE holdfast.meta SET mode = 'advisory'");
        says(refused(store.url()), "mode=advisory, protocol 1", "mode=row, protocol 1", "use another namespace");
        sql(store, "UPDATE holdfast.meta SET mode = 'row', protocol = 2");
        says(refused(store.url()), "protocol 2", "use another namespace");
        new DriverFixture(store.url(), options("another", LEASE, Map.of())).close();
    }

    @Test
    void standbyAndReadOnlyServer() throws Exception {
        DriverFixture.open(store, LEASE).close();
        try (RunningStore standby = new StoreLauncher().startPostgresStandby(store)) {
            says(refused(standby.url()), "read-only", "targetServerType=primary");
            String both = "postgresql://holdfast:holdfast@127.0.0.1:" + standby.port() + ",127.0.0.1:" + store.port()
                    + "/holdfast";
            try (DriverFixture it = new DriverFixture(both, options("test", LEASE, Map.of()))) {
                assertEquals(ReleaseOutcome.RELEASED, it.release(it.granted("a")));
            }
        }
        sql(store, "ALTER ROLE holdfast SET default_transaction_read_only = on");
        says(refused(store.url()), "read-only", "targetServerType=primary");
        sql(store, "ALTER ROLE holdfast RESET default_transaction_read_only");
    }

    @Test
    void isolationOtherThanReadCommitted() throws Exception {
        sql(store, "ALTER ROLE holdfast SET default_transaction_isolation = 'repeatable read'");
        says(refused(store.url()), "repeatable read", "ALTER ROLE");
        sql(store, "ALTER ROLE holdfast RESET default_transaction_isolation");
    }

    @Test
    void encodingThatCannotHoldEveryName() throws Exception {
        sql(store, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' OWNER holdfast");
        says(refused(as("holdfast:holdfast", "latin")), "LATIN1", "UTF8");
        sql(store, "DROP DATABASE latin");
    }

    @Test
    void encryptionThatTheServerDoesNotOffer() {
        says(
                refusal(StoreException.Kind.NOT_EXECUTED, store.url(), Map.of("client.sslmode", "require")),
                "does not support SSL");
    }

    @Test
    void parametersThatMakeNoSense() {
        for (Map<String, String> parameters : List.of(
                Map.of("mode", "rows"),
                Map.of("schema", "a\"b"),
                Map.of("client.noSuchThing", "1"),
                Map.of("client.password", "1"),
                Map.of("client.maximumPoolSize", "0"),
                Map.of("client.maximumPoolSize", "many"))) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new DriverFixture(store.url(), options("test", LEASE, parameters)));
            says(
                    String.valueOf(e.getMessage()),
                    parameters.values().iterator().next().equals("1") ? "client." : "");
        }
    }

    @Test
    void leaseTimes() {
        for (Duration lease : List.of(Duration.ofMillis(199), Duration.ofHours(25))) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new DriverFixture(store.url(), options("test", lease, Map.of())));
            says(String.valueOf(e.getMessage()), "200ms to 24h");
        }
        try (DriverFixture it = DriverFixture.open(store, Duration.ofNanos(300_000_001))) {
            assertEquals(Duration.ofMillis(301), it.driver.info().leaseTime());
        }
    }

    @Test
    void closeLeavesNoThreadAndNoConnection() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        DriverFixture it = DriverFixture.open(store, LEASE);
        it.release(it.granted("a"));
        it.close();
        it.driver.close();
        Await.until("sessions end", Duration.ofSeconds(5), () -> sql(
                        store, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast'")
                .equals("0"));
        Await.until("threads end", Duration.ofSeconds(5), () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> !before.contains(thread)
                        && (thread.getName().startsWith("recording")
                                || thread.getName().contains("holdfast"))));
    }
}
