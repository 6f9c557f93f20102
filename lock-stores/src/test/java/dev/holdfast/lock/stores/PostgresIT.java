package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresIT {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final StoreLauncher launcher = new StoreLauncher();

    private static PostgresProbe probe(RunningStore store) throws IOException {
        return new PostgresProbe(store.host(), store.port(), "holdfast", LONG);
    }

    private static Connection connect(RunningStore store, String password) throws SQLException {
        String url = "jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast";
        return DriverManager.getConnection(url, "holdfast", password);
    }

    @Test
    void clientsNeedThePasswordAndMayCreateTables() throws SQLException, IOException {
        try (RunningStore store = launcher.start(StoreKind.POSTGRES)) {
            SQLException e = assertThrows(
                    SQLException.class, () -> connect(store, "wrong").close());
            assertEquals("28P01", e.getSQLState());
            try (Connection connection = connect(store, "holdfast");
                    PostgresProbe probe = probe(store)) {
                long before = store.requests().orElseThrow();
                connection.createStatement().execute("CREATE TABLE kept (n int)");
                connection.createStatement().execute("INSERT INTO kept VALUES (1)");
                assertEquals(2, store.requests().orElseThrow() - before);
                assertEquals("1", probe.value("SELECT n FROM kept"));
                assertTrue(probe.query("SELECT n FROM kept WHERE n = 2").isEmpty());
            }
            store.restart();
            try (PostgresProbe probe = probe(store)) {
                assertEquals("1", probe.value("SELECT n FROM kept"));
            }
            store.restartEmpty();
            try (PostgresProbe probe = probe(store)) {
                IOException gone = assertThrows(IOException.class, () -> probe.query("SELECT n FROM kept"));
                assertTrue(String.valueOf(gone.getMessage()).startsWith("ERROR 42P01"), gone.getMessage());
            }
        }
    }

    @Test
    void extraArgumentsWin() throws IOException {
        try (RunningStore store = launcher.start(StoreKind.POSTGRES, StoreKind.POSTGRES.durableArgs());
                PostgresProbe probe = probe(store)) {
            assertEquals("on", probe.value("SHOW fsync"));
            assertEquals("on", probe.value("SHOW full_page_writes"));
            // Otherwise a killed server leaves a file in /dev/shm.
            assertEquals("mmap", probe.value("SHOW dynamic_shared_memory_type"));
        }
    }

    @Test
    void pauseStopsOpenSessionsToo() throws IOException {
        try (RunningStore store = launcher.start(StoreKind.POSTGRES);
                PostgresProbe session =
                        new PostgresProbe(store.host(), store.port(), "holdfast", Duration.ofMillis(300))) {
            assertEquals("1", session.value("SELECT 1"));
            store.pause();
            assertThrows(IOException.class, () -> session.value("SELECT 2"));
        }
    }

    @Test
    void standbyFollowsAndRefusesWrites() throws IOException {
        try (RunningStore primary = launcher.start(StoreKind.POSTGRES);
                PostgresProbe writer = probe(primary)) {
            writer.query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");
            try (RunningStore standby = launcher.startPostgresStandby(primary);
                    PostgresProbe reader = probe(standby)) {
                System.out.println("standby " + standby + " started in "
                        + standby.startTime().toMillis() + " ms");
                assertEquals("1", reader.value("SELECT n FROM kept"));
                writer.query("INSERT INTO kept VALUES (2)");
                Poll.until("row on the standby", LONG, () -> rows(reader) == 2);
                IOException e = assertThrows(IOException.class, () -> reader.query("INSERT INTO kept VALUES (3)"));
                assertTrue(String.valueOf(e.getMessage()).startsWith("ERROR 25006"), e.getMessage());
                standby.restart();
            }
        }
        assertThrows(IllegalArgumentException.class, () -> {
            try (RunningStore redis = launcher.start(StoreKind.REDIS)) {
                launcher.startPostgresStandby(redis).close();
            }
        });
    }

    private static int rows(PostgresProbe probe) {
        try {
            return probe.query("SELECT n FROM kept").size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void severalServersUseOneTemplate() throws IOException {
        try (RunningStore one = launcher.start(StoreKind.POSTGRES);
                RunningStore two = launcher.start(StoreKind.POSTGRES);
                PostgresProbe first = probe(one);
                PostgresProbe second = probe(two)) {
            first.query("CREATE TABLE only_here (n int)");
            String count = "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'";
            assertEquals(List.of("1", "0"), List.of(first.value(count), second.value(count)));
        }
    }
}
