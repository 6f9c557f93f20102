package dev.holdfast.lock.postgres;

import dev.holdfast.lock.StaleTokenException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Pattern;

/**
 * A guard for rows of your own, in any PostgreSQL database: the first statement of your transaction, on your
 * connection. It raises the highest fencing token seen by a resource, its mark, and keeps the mark's row locked until
 * the transaction ends, so that no two holders write the resource side by side. Immutable, safe for use by several
 * threads.
 *
 * <pre>{@code
 * PostgresGuard guard = new PostgresGuard("fence");              // made once by PostgresGuard.tableSql("fence")
 * connection.setAutoCommit(false);
 * guard.show(connection, "ledger", lease.fencingToken());        // StaleTokenException: a newer holder was here
 * ... read and write the ledger ...
 * connection.commit();
 * }</pre>
 *
 * <p>First means before the first read: what a transaction reads before may be what a newer holder has replaced. A
 * transaction that only reads commits too, since a rollback takes the mark back. Keep the rows for as long as the data.
 */
public final class PostgresGuard {
    private static final Pattern TABLE =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

    private final String raise;
    private final String mark;

    /**
     * A guard whose marks stand in this table.
     *
     * @param table as in {@link #tableSql}
     */
    public PostgresGuard(String table) {
        String quoted = quoted(table);
        raise = "INSERT INTO " + quoted + " AS g (resource, mark) VALUES (?, ?) ON CONFLICT (resource)"
                + " DO UPDATE SET mark = EXCLUDED.mark WHERE g.mark <= EXCLUDED.mark";
        mark = "SELECT mark FROM " + quoted + " WHERE resource = ?";
    }

    /**
     * The SQL that makes the table, unless it is there; for a migration.
     *
     * @param table letters, digits and underscores, case counts; with a schema and a dot before it, or by search path
     */
    public static String tableSql(String table) {
        return "CREATE TABLE IF NOT EXISTS " + quoted(table)
                + " (resource text COLLATE \"C\" PRIMARY KEY, mark bigint NOT NULL)";
    }

    private static String quoted(String table) {
        if (!TABLE.matcher(table).matches()) {
            throw new IllegalArgumentException("'" + table + "' is no name of a table: letters, digits, underscores");
        }
        return PostgresLayout.quoted(table).replace(".", "\".\"");
    }

    /**
     * Shows a token; waits for a transaction that has shown one for the same resource and has not ended.
     *
     * @param connection in a transaction that begins with this call; stays open and uncommitted
     * @param resource what the rows belong to; any text, the same in every process
     * @param token an equal one is accepted, also within one transaction
     * @throws StaleTokenException if a higher token was seen; roll back
     * @throws SQLException from the driver; in REPEATABLE READ and SERIALIZABLE also if another transaction was faster
     *     (state 40001): roll back and begin anew
     */
    public void show(Connection connection, String resource, long token) throws SQLException {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("a guard must be part of the transaction that it guards, and this"
                    + " connection is in autocommit: call setAutoCommit(false)");
        }
        try (PreparedStatement statement = connection.prepareStatement(raise)) {
            statement.setString(1, resource);
            statement.setLong(2, token);
            if (statement.executeUpdate() == 1) {
                return;
            }
        }
        throw new StaleTokenException("'" + resource + "'", token, mark(connection, resource));
    }

    private long mark(Connection connection, String resource) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(mark)) {
            statement.setString(1, resource);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
