package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.LockUrl;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** Opens connections to the servers of a URL. Thread safe. */
final class PostgresTarget {
    private final LockUrl url;
    private final PostgresParameters parameters;
    private final Duration statementTimeout;
    private volatile boolean takesSettings = true;
    private volatile boolean direct;

    /**
     * Nothing is opened yet.
     *
     * @param statementTimeout how long the server lets one statement run
     */
    PostgresTarget(LockUrl url, PostgresParameters parameters, Duration statementTimeout) {
        this.url = url;
        this.parameters = parameters;
        this.statementTimeout = statementTimeout;
    }

    /** Opens a connection; whatever the servers do, this ends about {@code timeout} later. */
    Connection open(Duration timeout) throws SQLException {
        if (!takesSettings) {
            return connect(timeout, Duration.ZERO);
        }
        try {
            return connect(timeout, statementTimeout);
        } catch (SQLException e) {
            // PgBouncer refuses settings that it is not told to ignore.
            if (!Objects.requireNonNullElse(e.getMessage(), "").contains("startup parameter")) {
                throw e;
            }
            Connection connection = connect(timeout, Duration.ZERO);
            takesSettings = false;
            return connection;
        }
    }

    /**
     * Opens the first connection and looks whether the server itself is at the other end: only then may statements be
     * prepared by name. Behind a transaction pooler a name may mean another client's statement.
     */
    Connection openFirst(Duration timeout) throws SQLException {
        Connection connection = open(timeout);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            direct = row.getInt(1) == connection.unwrap(PGConnection.class).getBackendPID();
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private Connection connect(Duration timeout, Duration statementEnd) throws SQLException {
        Properties properties = parameters.properties(url, timeout, statementEnd, direct);
        Connection connection = new Driver().connect(PostgresParameters.jdbcUrl(url), properties);
        if (connection == null) {
            throw new SQLException("pgjdbc does not accept " + PostgresParameters.jdbcUrl(url), "08001");
        }
        return connection;
    }
}
