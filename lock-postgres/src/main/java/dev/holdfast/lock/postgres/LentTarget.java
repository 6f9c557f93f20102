package dev.holdfast.lock.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Borrows connections from a data source of the user, which bounds that itself, and puts them into the state that
 * requests need.
 */
record LentTarget(DataSource dataSource) implements PostgresTarget {
    @Override
    public Connection openFirst(Duration timeout) throws SQLException {
        return open(timeout);
    }

    @Override
    public Connection open(Duration timeout) throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return connection;
    }

    @Override
    public int lockTimeoutMillis() {
        return 0;
    }

    @Override
    public boolean lends() {
        return true;
    }
}
