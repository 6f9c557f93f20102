package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.LockUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.postgresql.Driver;

/** Opens connections to the servers of a URL. Thread safe. */
final class PostgresTarget {
    private final LockUrl url;
    private final PostgresParameters parameters;
    private final Duration statementTimeout;
    private volatile boolean takesSettings = true;

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

    /** Whether connections carry a {@code statement_timeout}. */
    boolean takesSettings() {
        return takesSettings;
    }

    private Connection connect(Duration timeout, Duration statementEnd) throws SQLException {
        Connection connection = new Driver()
                .connect(PostgresParameters.jdbcUrl(url), parameters.properties(url, timeout, statementEnd));
        if (connection == null) {
            throw new SQLException("pgjdbc does not accept " + PostgresParameters.jdbcUrl(url), "08001");
        }
        return connection;
    }
}
