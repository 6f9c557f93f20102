package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.LockUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;

/** Opens connections to the servers of a URL. Thread safe. */
final class UrlTarget implements PostgresTarget {
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
    UrlTarget(LockUrl url, PostgresParameters parameters, Duration statementTimeout) {
        this.url = url;
        this.parameters = parameters;
        this.statementTimeout = statementTimeout;
    }

    @Override
    public Connection open(Duration timeout) throws SQLException {
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

    /** Also looks whether the server itself is at the other end: only then may statements be prepared by name. */
    @Override
    public Connection openFirst(Duration timeout) throws SQLException {
        Connection connection = open(timeout);
        try {
            direct = GrantListener.isDirect(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A pooler may take the settings and ignore them. */
    @Override
    public int lockTimeoutMillis() {
        return takesSettings && direct ? PostgresParameters.lockTimeoutMillis(statementTimeout) : 0;
    }

    @Override
    public boolean lends() {
        return false;
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
