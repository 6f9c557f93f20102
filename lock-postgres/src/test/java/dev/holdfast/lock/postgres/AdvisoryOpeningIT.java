package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What open accepts and refuses in mode advisory. */
class AdvisoryOpeningIT {
    private static final Duration LEASE = Duration.ofSeconds(12);
    private static final Map<String, String> ADVISORY = Map.of("mode", "advisory");
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
        sql(store, "DROP SCHEMA IF EXISTS holdfast CASCADE; ALTER ROLE holdfast RESET ALL");
    }

    private static String refused(String url, Map<String, String> parameters) {
        StoreException e = assertThrows(
                StoreException.class, () -> new DriverFixture(url, options("test", LEASE, parameters)).close());
        assertEquals(StoreException.Kind.REFUSED, e.kind(), e.getMessage());
        return String.valueOf(e.getMessage());
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void claimsWhatItKeeps() {
        try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, ADVISORY))) {
            assertEquals("PostgreSQL advisory", it.driver.info().store());
            assertEquals(
                    Set.of(Claim.DIRECT_WAKEUP, Claim.TOKENS_SURVIVE_DATA_LOSS, Claim.FENCED_REGISTER),
                    it.driver.info().claims());
        }
    }

    /** The role's own defaults must not weaken a session. */
    @Test
    void sessionsHaveTheSettingsThatMakeThemALease() throws Exception {
        sql(
                store,
                "ALTER ROLE holdfast SET idle_session_timeout = '1h'; ALTER ROLE holdfast SET statement_timeout = 1");
        AdvisoryTarget target = new AdvisoryTarget(
                dev.holdfast.lock.spi.LockUrl.parse(store.url()),
                PostgresParameters.of(options("test", LEASE, ADVISORY)),
                options("test", LEASE, ADVISORY),
                LEASE);
        try (java.sql.Connection shared = target.openShared(LEASE).connection();
                java.sql.Connection waiting = target.openWaiting(LEASE).connection()) {
            assertEquals("12s", shown(shared, "idle_session_timeout"));
            assertEquals("2s", shown(shared, "client_connection_check_interval"));
            assertEquals("4", shown(shared, "tcp_keepalives_idle"));
            assertEquals("2", shown(shared, "tcp_keepalives_interval"));
            assertEquals("12000", shown(shared, "tcp_user_timeout").replace("12s", "12000"));
            assertEquals("1500ms", shown(shared, "statement_timeout"));
            assertEquals("12s", shown(waiting, "idle_session_timeout"));
            assertEquals("0", shown(waiting, "statement_timeout"));
        }
    }

    private static String shown(java.sql.Connection connection, String setting) throws java.sql.SQLException {
        try (java.sql.Statement statement = connection.createStatement();
                java.sql.ResultSet row = statement.executeQuery("SHOW " + setting)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void modesOfOneNamespaceRefuseEachOtherAndShareTheirTokens() throws Exception {
        Grant row;
        try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, Map.of()))) {
            row = it.granted("a");
            it.release(row);
        }
        says(refused(store.url(), ADVISORY), "mode=row, protocol 1", "mode=advisory, protocol 1", "another namespace");
        long ahead = 4_000_000_000_000_000L;
        sql(store, "DELETE FROM holdfast.meta; UPDATE holdfast.lock SET last_token = " + ahead);
        try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, ADVISORY))) {
            assertEquals(ahead + 1, it.granted("a").token());
        }
        says(refused(store.url(), Map.of()), "mode=advisory, protocol 1", "mode=row, protocol 1", "another namespace");
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl("jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast");
        dataSource.setUser("holdfast");
        dataSource.setPassword("holdfast");
        LockConfigurationException e = assertThrows(
                LockConfigurationException.class,
                () -> PostgresLocks.over(
                        dataSource, ClientOptions.builder().namespace("test").build()));
        says(String.valueOf(e.getMessage()), "mode=advisory", "mode=row");
        sql(store, "DELETE FROM holdfast.meta");
        try (DriverFixture it = new DriverFixture(store.url(), options("test", LEASE, Map.of()))) {
            assertEquals(ahead + 2, it.granted("a").token());
        }
    }

    @Test
    void parametersOfTheOtherModeAndUnknownModesAreErrors() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "mode=table", "mode=row or mode=advisory",
                        "mode=advisory&client.maximumPoolSize=3", "mode=row",
                        "maxWaitConnections=3", "mode=advisory",
                        "mode=advisory&maxWaitConnections=0", "1 to 100",
                        "mode=advisory&maxWaitConnections=many", "1 to 100")
                .entrySet()) {
            LockConfigurationException e = assertThrows(
                    LockConfigurationException.class, () -> Locks.open(store.url() + "?" + wrong.getKey()));
            says(String.valueOf(e.getMessage()), wrong.getValue());
        }
    }

    @Test
    void roleThatMayNotEndItsSessionsIsToldTheGrant() throws Exception {
        sql(store, "REVOKE EXECUTE ON FUNCTION pg_terminate_backend(int, bigint) FROM PUBLIC");
        try {
            says(refused(store.url(), ADVISORY), "GRANT EXECUTE ON FUNCTION", "pg_terminate_backend");
        } finally {
            sql(store, "GRANT EXECUTE ON FUNCTION pg_terminate_backend(int, bigint) TO PUBLIC");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "session", "statement"})
    void poolerIsRefused(String mode) {
        try (RunningStore pooler = new StoreLauncher().startPgBouncer(store, "pool_mode = " + mode)) {
            says(refused(pooler.url(), ADVISORY), "PgBouncer", "mode=row", "server itself");
        }
    }

    /** It swallows the settings that it is told to ignore: the process that answers gives it away. */
    @ParameterizedTest
    @ValueSource(strings = {"transaction", "session"})
    void poolerThatIgnoresSettingsIsRefused(String mode) {
        try (RunningStore pooler = new StoreLauncher()
                .startPgBouncer(
                        store, "pool_mode = " + mode, "ignore_startup_parameters = options,extra_float_digits")) {
            says(refused(pooler.url(), ADVISORY), "PgBouncer", "server process", "mode=row");
        }
        // What mode row does behind it.
        try (RunningStore pooler = new StoreLauncher()
                        .startPgBouncer(
                                store, "pool_mode = " + mode, "ignore_startup_parameters = extra_float_digits");
                LockClient locks = Locks.open(pooler.url())) {
            assertEquals(
                    "PostgreSQL row",
                    locks.info().store(),
                    locks.info().remarks().toString());
        }
    }
}
