package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryStatements.Backend;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/**
 * Opens the connections of mode advisory. Each leads to a server process of its own, with the settings that make it a
 * lease; where something stands between that shares server processes, opening is refused. Thread safe.
 *
 * @param url the servers
 * @param parameters of the URL
 * @param options of the client
 * @param leaseTime in force
 */
record AdvisoryTarget(LockUrl url, PostgresParameters parameters, DriverOptions options, Duration leaseTime) {
    private static final String UNKNOWN_SETTING = "42704";
    private static final int NAME_MAX = 63;
    private static final String SELF =
            """
            SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint
            FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()""";

    /** A connection and the server process behind it. */
    record Opened(Connection connection, Backend backend) {}

    /** The longest statement of a session that carries leases: a third of the lease time, and answered in time. */
    Duration statementTimeout() {
        return Duration.ofMillis(Math.max(
                2, Math.min(leaseTime.toMillis() / 3, options.storeTimeout().toMillis() * 3 / 4)));
    }

    /** For requests that end soon; this ends about {@code timeout} later. */
    Opened openShared(Duration timeout) throws SQLException {
        return open(timeout, AdvisorySettings.of(leaseTime, statementTimeout()));
    }

    /** For waiting, which is bounded by the statement itself. */
    Opened openWaiting(Duration timeout) throws SQLException {
        return open(timeout, AdvisorySettings.of(leaseTime, Duration.ZERO));
    }

    private Opened open(Duration timeout, AdvisorySettings settings) throws SQLException {
        Connection connection = connect(timeout, settings);
        boolean good = false;
        try {
            connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
            requireDirect(connection);
            settings.verify(connection, url.toString());
            Opened opened = new Opened(connection, self(connection));
            good = true;
            return opened;
        } finally {
            if (!good) {
                connection.close();
            }
        }
    }

    private Connection connect(Duration timeout, AdvisorySettings settings) throws SQLException {
        Properties properties = parameters.properties(url, timeout, Duration.ZERO, true);
        properties.setProperty("options", settings.options());
        if (!parameters.client().containsKey("ApplicationName")) {
            String name = "holdfast " + options.namespace();
            properties.setProperty("ApplicationName", name.substring(0, Math.min(NAME_MAX, name.length())));
        }
        try {
            Connection connection = new Driver().connect(PostgresParameters.jdbcUrl(url), properties);
            if (connection == null) {
                throw new SQLException("pgjdbc does not accept " + PostgresParameters.jdbcUrl(url), "08001");
            }
            return connection;
        } catch (SQLException e) {
            // PgBouncer refuses settings that it is not told to ignore.
            if (Objects.requireNonNullElse(e.getMessage(), "").contains("startup parameter")) {
                throw pooled("it refuses the settings of the session: " + e.getMessage());
            }
            if (UNKNOWN_SETTING.equals(e.getSQLState())) {
                throw StoreException.refused(
                        url + ": mode=advisory needs PostgreSQL " + PostgresMode.ADVISORY.minVersion() + " or newer: "
                                + e.getMessage(),
                        e);
            }
            throw e;
        }
    }

    /** The process that answers must be the one that accepted the connection, and no other at the next statement. */
    private void requireDirect(Connection connection) throws SQLException {
        int accepted = connection.unwrap(PGConnection.class).getBackendPID();
        int answers = self(connection).pid();
        if (accepted != answers) {
            throw pooled("server process " + answers + " answers on a connection of process " + accepted);
        }
    }

    private StoreException pooled(String how) {
        return StoreException.refused(
                url + ": a connection pooler such as PgBouncer stands before PostgreSQL (" + how
                        + "); an advisory lock belongs to one server process, which a pooler gives to others: name the"
                        + " server itself in the URL, or use mode=row",
                null);
    }

    private static Backend self(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SELF)) {
            row.next();
            return new Backend(row.getInt(1), row.getLong(2));
        }
    }
}
