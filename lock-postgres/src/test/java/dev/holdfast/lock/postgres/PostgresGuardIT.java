package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard inside transactions of an application, and registers whose row somebody has locked. */
class PostgresGuardIT {
    private static final String LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    private static final String OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast'";

    private static RunningStore store;
    private final PostgresGuard guard = new PostgresGuard("app.fence");

    @BeforeAll
    static void start() throws Exception {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA app");
            statement.execute(PostgresGuard.tableSql("app.fence"));
            statement.execute(PostgresGuard.tableSql("app.fence")); // may be repeated
            statement.execute("CREATE TABLE app.ledger (balance bigint NOT NULL)");
        }
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void empty() throws Exception {
        sql(store, "DELETE FROM app.fence; DELETE FROM app.ledger; INSERT INTO app.ledger VALUES (0)");
    }

    private static Connection connection() throws SQLException {
        String url = "jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast";
        return DriverManager.getConnection(url, "holdfast", "holdfast");
    }

    private static Connection transaction() throws SQLException {
        Connection connection = connection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void add(Connection connection, int amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE app.ledger SET balance = balance + " + amount);
        }
    }

    @Test
    void aTransactionWithALowerTokenIsRefused() throws Exception {
        try (Connection next = transaction();
                Connection former = transaction()) {
            guard.show(next, "ledger", 10);
            guard.show(next, "ledger", 10);
            add(next, 1);
            next.commit();
            StaleTokenException stale = assertThrows(StaleTokenException.class, () -> guard.show(former, "ledger", 9));
            assertEquals(10, stale.mark());
            former.rollback();
            guard.show(former, "another", 9);
            former.commit();
        }
        assertEquals("1", sql(store, "SELECT balance FROM app.ledger"));
    }

    @Test
    void aFormerHolderWaitsForTheTransactionOfTheNextAndIsRefusedThen() throws Exception {
        try (Connection next = transaction();
                Connection former = transaction()) {
            guard.show(next, "ledger", 10);
            CompletableFuture<Void> late = CompletableFuture.runAsync(() -> {
                try {
                    guard.show(former, "ledger", 9);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Await.until("the former holder waits", Duration.ofSeconds(10), () -> !sql(store, LOCKED)
                    .equals("0"));
            next.commit();
            assertTrue(
                    assertThrows(Exception.class, () -> late.get(10, TimeUnit.SECONDS))
                                    .getCause()
                            instanceof StaleTokenException);
            former.rollback();
        }
    }

    @Test
    void aRollbackTakesTheMarkBackWithTheWrites() throws Exception {
        try (Connection next = transaction();
                Connection former = transaction()) {
            guard.show(next, "ledger", 10);
            add(next, 1);
            next.rollback();
            guard.show(former, "ledger", 9);
            add(former, 5);
            former.commit();
        }
        assertEquals("5", sql(store, "SELECT balance FROM app.ledger"));
    }

    @Test
    void inAutocommitAGuardWouldBeNone() throws Exception {
        try (Connection connection = connection()) {
            assertThrows(IllegalStateException.class, () -> guard.show(connection, "ledger", 1));
        }
        assertThrows(IllegalArgumentException.class, () -> new PostgresGuard("fence; DROP TABLE ledger"));
        assertTrue(PostgresGuard.tableSql("app.fence").contains("\"app\".\"fence\""));
    }

    /** In both modes: the request ends as not executed, and leases do not notice. */
    @ParameterizedTest
    @ValueSource(strings = {"row", "advisory"})
    void aLockedRegisterHoldsUpNothingElse(String mode) throws Exception {
        ClientOptions options =
                ClientOptions.builder().storeTimeout(Duration.ofSeconds(1)).build();
        try (LockClient locks =
                Locks.open(store.url() + "?leaseTime=2s&mode=" + mode + "&namespace=" + mode, options)) {
            locks.register("a").write(1, new byte[] {1});
            try (Lease lease = locks.named("a").acquire(Duration.ofSeconds(5));
                    Connection human = transaction();
                    Statement statement = human.createStatement()) {
                statement.execute("SELECT 1 FROM holdfast.register FOR UPDATE");
                for (int i = 0; i < 4; i++) {
                    assertThrows(StoreUnavailableException.class, () -> locks.register("a")
                            .write(2, new byte[] {2}));
                }
                assertTrue(lease.isHeld());
                human.rollback();
                assertEquals(1, locks.register("a").read(2).orElseThrow()[0]);
            }
        }
        Await.until("the client's connections end", Duration.ofSeconds(10), () -> sql(store, OURS)
                .equals("0"));
    }
}
