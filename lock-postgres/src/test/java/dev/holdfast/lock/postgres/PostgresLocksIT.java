package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.options;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The backend as users see it, and what the sweeper removes. */
class PostgresLocksIT {
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
        sql(store, "DROP SCHEMA IF EXISTS holdfast CASCADE");
    }

    @Test
    void urlOpensAClientThatLocks() throws Exception {
        try (LockClient one = Locks.open(store.url());
                LockClient two = Locks.open(store.url() + "?client.maximumPoolSize=2")) {
            long first;
            try (Lease lease = one.named("invoice/42").acquire(Duration.ofSeconds(5))) {
                first = lease.fencingToken();
                assertTrue(two.named("invoice/42").tryAcquire().isEmpty());
                assertTrue(two.named("invoice/43").tryAcquire().isPresent());
            }
            try (Lease lease = two.named("invoice/42").acquire(Duration.ofSeconds(5))) {
                assertTrue(lease.fencingToken() > first);
            }
        }
        assertEquals("0", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    @Test
    void unknownClientParameterIsAnError() {
        LockConfigurationException e =
                assertThrows(LockConfigurationException.class, () -> Locks.open(store.url() + "?client.poolSize=2"));
        assertTrue(String.valueOf(e.getMessage()).contains("client.poolSize"), e.getMessage());
    }

    @Test
    void clientOverAPoolBorrowsAndGivesBack() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast");
        config.setUsername("holdfast");
        config.setPassword("holdfast");
        config.setMaximumPoolSize(8);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (LockClient locks = PostgresLocks.over(pool, ClientOptions.defaults());
                    LockClient other = Locks.open(store.url())) {
                locks.require(Claim.FIFO, Claim.DIRECT_WAKEUP);
                Lease lease = locks.named("a").acquire(Duration.ofSeconds(5));
                assertTrue(other.named("a").tryAcquire().isEmpty());
                lease.renew();
                assertTrue(lease.isHeld());
                lease.close();
                other.named("a").acquire(Duration.ofSeconds(5)).close();
                Await.until(
                        "six are kept",
                        Duration.ofSeconds(5),
                        () -> pool.getHikariPoolMXBean().getActiveConnections() == 6);
            }
            Await.until(
                    "all are back",
                    Duration.ofSeconds(5),
                    () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
            assertTrue(!pool.isClosed());
        }
    }

    @Test
    void namesAreKeptApart() throws Exception {
        List<String> names = List.of(
                "a",
                "a/b",
                "A",
                "a ",
                " a",
                "ab",
                "..",
                "%2F",
                "/",
                "a\\b",
                "a'b",
                "a\"b",
                "{a,b}",
                "NULL",
                "ä",
                "a\u0308",
                "\u00e4",
                "😀",
                "x".repeat(512),
                "x".repeat(511),
                "ß",
                "SS",
                "\t");
        Map<String, Grant> grants = new HashMap<>();
        try (DriverFixture it = DriverFixture.open(store, LEASE);
                DriverFixture other = new DriverFixture(store.url(), options("test2", LEASE, Map.of()))) {
            for (String name : new HashSet<>(names)) {
                grants.put(name, it.granted(name));
            }
            assertEquals(names.stream().distinct().count(), grants.size());
            other.granted("a");
            for (Map.Entry<String, Grant> entry : grants.entrySet()) {
                assertEquals(
                        entry.getKey(),
                        sql(
                                store,
                                "SELECT name FROM holdfast.lock WHERE namespace = 'test' AND token = "
                                        + entry.getValue().token()
                                        + " AND holder = '" + entry.getValue().id() + "'"));
            }
            it.driver.renew(List.copyOf(grants.values()));
            assertTrue(
                    it.driver.release(List.copyOf(grants.values())).stream().allMatch(ReleaseOutcome.RELEASED::equals));
        }
    }

    @Test
    void sweeperRemovesWhatIsIdleAndKeepsWhatTokensNeed() throws Exception {
        long ahead = 4_000_000_000_000_000L;
        try (DriverFixture it = DriverFixture.open(store, LEASE)) {
            for (String name : List.of("idle", "recent", "ahead", "held", "lapsed")) {
                Grant grant = it.granted(name);
                if (!name.equals("held") && !name.equals("lapsed")) {
                    it.release(grant);
                }
            }
            sql(
                    store,
                    "UPDATE holdfast.lock SET last_token = last_token - 90000000000 WHERE name <> 'recent';"
                            + " UPDATE holdfast.lock SET last_token = " + ahead + " WHERE name = 'ahead';"
                            + " UPDATE holdfast.lock SET expires_at = expires_at - interval '1 h'"
                            + " WHERE name = 'lapsed'");
            DriverFixture.open(store, LEASE).close();
            assertEquals("5", sql(store, "SELECT count(*) FROM holdfast.lock"), "swept less than an hour ago");
            sql(store, "UPDATE holdfast.meta SET swept = swept - interval '2 h'");
            DriverFixture.open(store, LEASE).close();
            assertEquals(
                    "ahead,held,recent", sql(store, "SELECT string_agg(name, ',' ORDER BY name) FROM holdfast.lock"));
            assertEquals("held", sql(store, "SELECT string_agg(name, ',') FROM " + DriverFixture.ENTRIES));
            assertEquals(ahead + 1, it.granted("ahead").token());
        }
    }
}
