package dev.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What needs no server: names, scripts, parameters, and what an SQL state says. */
class PostgresLayoutTest {
    private static final PostgresErrors ERRORS = new PostgresErrors("postgresql://db:5432", "holdfast");

    private static PostgresParameters parameters(Map<String, String> given) {
        return PostgresParameters.of(DriverFixture.options("test", Duration.ofSeconds(15), given));
    }

    @Test
    void idKeepsAllItsBits() {
        AcquisitionId id = new AcquisitionId("f0e1d2c3b4a5968778695a4b3c2d1e0f");
        assertEquals(
                "f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f", PostgresLayout.uuid(id).toString());
    }

    @Test
    void scriptNamesEveryFunctionInTheSchemaAskedFor() {
        String script = PostgresLocks.schemaSql("Locks");
        for (String function : PostgresLayout.FUNCTIONS) {
            assertTrue(script.contains(" \"Locks\"." + function + "("), function);
        }
        assertTrue(script.contains("CREATE SCHEMA IF NOT EXISTS \"Locks\";"));
        assertFalse(script.contains("holdfast."), "nothing of the default schema is left");
        assertThrows(IllegalArgumentException.class, () -> PostgresLocks.schemaSql("a\"; DROP TABLE b; --"));
    }

    @Test
    void credentialsAreNoPartOfTheJdbcUrl() {
        LockUrl url = LockUrl.parse("postgresql://app:s%40cret@db1,[::1]:6000/my%20db");
        assertEquals("jdbc:postgresql://db1:5432,[::1]:6000/my%20db", PostgresParameters.jdbcUrl(url));
        Properties properties = parameters(Map.of("client.sslmode", "verify-full"))
                .properties(url, Duration.ofSeconds(8), Duration.ofSeconds(2), true);
        assertEquals("app", properties.getProperty("user"));
        assertEquals("s@cret", properties.getProperty("password"));
        assertEquals("verify-full", properties.getProperty("sslmode"));
        assertEquals("primary", properties.getProperty("targetServerType"), "several hosts: follow the primary");
        assertEquals("2", properties.getProperty("connectTimeout"), "8 s for two tries at two hosts");
        assertEquals(
                "-c statement_timeout=2000 -c lock_timeout=1500 -c enable_seqscan=off -c enable_bitmapscan=off",
                properties.getProperty("options"));
    }

    @Test
    void namesOfStatementsAreUsedOnlyWhereTheServerItselfAnswers() {
        LockUrl url = LockUrl.parse("postgresql://db/d");
        Properties pooled = parameters(Map.of()).properties(url, Duration.ofSeconds(2), Duration.ZERO, false);
        assertEquals("0", pooled.getProperty("prepareThreshold"));
        assertEquals(null, pooled.getProperty("options"));
        Properties chosen = parameters(Map.of("client.prepareThreshold", "7"))
                .properties(url, Duration.ofSeconds(2), Duration.ZERO, true);
        assertEquals("7", chosen.getProperty("prepareThreshold"));
    }

    @Test
    void errorOfTheServerIsProvenNotExecutedAndEndOfSessionIsNot() {
        for (String state : new String[] {"55P03", "57014", "40P01", "53100", "25006"}) {
            assertEquals(StoreException.Kind.NOT_EXECUTED, kind(state), state);
        }
        for (String state : new String[] {"08006", "57P01", "57P02", "58030", "XX000", null}) {
            assertEquals(StoreException.Kind.UNKNOWN, kind(state), String.valueOf(state));
        }
        for (String state : new String[] {"42501", "42P01", "42883", "3F000", "HF001"}) {
            assertEquals(StoreException.Kind.REFUSED, kind(state), state);
        }
    }

    private static StoreException.Kind kind(String state) {
        return ERRORS.request(new SQLException("text", state), "lock 'a'").kind();
    }
}
