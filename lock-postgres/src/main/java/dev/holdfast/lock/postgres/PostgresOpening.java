package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The checks at open, on one connection: is this a PostgreSQL that can hold locks, are the tables there, may this role
 * use them, and does the namespace belong to this protocol and mode? Makes what is missing if the role may.
 *
 * @param layout names and statements
 * @param mode how this client keeps its locks
 * @param store the store as messages name it
 * @param namespace the client's namespace
 */
record PostgresOpening(PostgresLayout layout, PostgresMode mode, String store, String namespace) {
    private static final String SETTINGS =
            """
            SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
                   pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
                   current_setting('fsync') = 'on', current_setting('synchronous_commit') <> 'off',
                   current_setting('server_encoding'), current_setting('transaction_isolation')""";
    private static final String FOUND =
            """
            SELECT (SELECT count(*) FROM pg_catalog.pg_class c
                        WHERE c.relnamespace = n.oid AND c.relname = ANY (?)),
                   (SELECT count(DISTINCT p.proname) FROM pg_catalog.pg_proc p
                        WHERE p.pronamespace = n.oid AND p.proname = ANY (?))
            FROM pg_catalog.pg_namespace n WHERE n.nspname = ?""";
    private static final String DENIED =
            """
            SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname = ? AND (
                NOT has_schema_privilege(n.oid, 'USAGE')
                OR EXISTS (SELECT FROM pg_catalog.pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r
                    WHERE c.relnamespace = n.oid AND c.relname = ANY (?) AND NOT has_table_privilege(c.oid, r)
                      AND NOT (c.relname = 'meta' AND r = 'DELETE'))
                OR EXISTS (SELECT FROM pg_catalog.pg_proc p
                    WHERE p.pronamespace = n.oid AND p.proname = ANY (?)
                      AND NOT has_function_privilege(p.oid, 'EXECUTE')))""";
    private static final String UNLOGGED =
            """
            SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ANY (?) AND c.relpersistence <> 'p'""";

    /**
     * What the checks found.
     *
     * @param version version of the server
     * @param durable whether a commit is on disk when it is acknowledged
     * @param remarks for the operator
     */
    record Findings(String version, boolean durable, List<String> remarks) {}

    /** What an administrator runs for a role that lacks privileges. */
    static String grants(String schema) {
        String quoted = PostgresLayout.quoted(schema);
        return "GRANT USAGE ON SCHEMA " + quoted + " TO <role>; GRANT SELECT, INSERT, UPDATE,"
                + " DELETE ON ALL TABLES IN SCHEMA " + quoted + " TO <role>; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA "
                + quoted + " TO <role>;";
    }

    /** Checks, and makes schema and namespace record if they are missing. */
    Findings run(Connection connection) throws SQLException {
        Findings findings = settings(connection);
        if (isMissing(connection)) {
            create(connection);
        }
        if (has(connection, DENIED, layout.schema(), PostgresLayout.TABLES, PostgresLayout.FUNCTIONS)) {
            throw refused("this role may not use schema '" + layout.schema() + "'; an administrator runs: "
                    + grants(layout.schema()));
        }
        claimNamespace(connection);
        if (has(connection, UNLOGGED, layout.schema(), PostgresLayout.TABLES)) {
            findings.remarks()
                    .add("a table of schema '" + layout.schema() + "' is UNLOGGED: locks do not survive a crash");
            return new Findings(findings.version(), false, findings.remarks());
        }
        return findings;
    }

    private Findings settings(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            row.next();
            String version = row.getString(1);
            if (row.getInt(2) < mode.minVersion()) {
                throw refused("PostgreSQL " + version + " is too old; mode=" + mode.text() + " needs "
                        + mode.minVersion() + " or newer");
            }
            if (row.getBoolean(3)) {
                throw refused("the server is read-only (a standby, or default_transaction_read_only is on); name the"
                        + " primary, or all servers, with client.targetServerType=primary");
            }
            if (!row.getString(6).equals("UTF8")) {
                throw refused("the database has encoding " + row.getString(6)
                        + ", which cannot hold every lock name; use a database with encoding UTF8");
            }
            if (!row.getString(7).equals("read committed")) {
                throw refused("transactions of this role are '" + row.getString(7)
                        + "'; run: ALTER ROLE <role> SET default_transaction_isolation = 'read committed'");
            }
            List<String> remarks = new ArrayList<>();
            if (!row.getBoolean(4)) {
                remarks.add("fsync is off: after a crash of the server's machine two clients may hold one lock");
            }
            if (!row.getBoolean(5)) {
                remarks.add("synchronous_commit is off: after a crash of the server two clients may hold one lock");
            }
            return new Findings(version, row.getBoolean(4) && row.getBoolean(5), remarks);
        }
    }

    private boolean isMissing(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FOUND)) {
            statement.setArray(1, connection.createArrayOf("text", PostgresLayout.TABLES.toArray()));
            statement.setArray(2, connection.createArrayOf("text", PostgresLayout.FUNCTIONS.toArray()));
            statement.setString(3, layout.schema());
            try (ResultSet row = statement.executeQuery()) {
                return !row.next()
                        || row.getInt(1) < PostgresLayout.TABLES.size()
                        || row.getInt(2) < PostgresLayout.FUNCTIONS.size();
            }
        }
    }

    private void create(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // Clients that open at the same time make it one after the other; IF NOT EXISTS alone is a race.
            statement.execute("SELECT pg_advisory_xact_lock(hashtextextended('holdfast schema', 0))");
            if (isMissing(connection)) {
                statement.execute(layout.createSql());
            }
            connection.commit();
        } catch (SQLException e) {
            // The caller closes the connection, and with it this transaction.
            if (PostgresErrors.state(e).equals("42501")) {
                throw StoreException.refused(
                        store + ": tables or functions are missing in schema '" + layout.schema()
                                + "' and this role may not make them (" + e.getMessage()
                                + "); an administrator runs the text of PostgresLocks.schemaSql(\"" + layout.schema()
                                + "\"), which is schema.sql, queue.sql, leases.sql and register.sql of lock-postgres,"
                                + " and then "
                                + grants(layout.schema()),
                        e);
            }
            throw e;
        }
        connection.setAutoCommit(true);
    }

    private void claimNamespace(Connection connection) throws SQLException {
        if (checkNamespace(connection)) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(layout.addMeta)) {
            statement.setString(1, namespace);
            statement.setInt(2, PostgresLayout.PROTOCOL);
            statement.setString(3, mode.text());
            statement.executeUpdate();
        }
        checkNamespace(connection);
    }

    private boolean checkNamespace(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(layout.readMeta)) {
            statement.setString(1, namespace);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                int protocol = row.getInt(1);
                String recorded = row.getString(2);
                if (protocol != PostgresLayout.PROTOCOL || !recorded.equals(mode.text())) {
                    throw refused("namespace '" + namespace + "' belongs to mode=" + recorded + ", protocol " + protocol
                            + "; this client speaks mode=" + mode.text() + ", protocol " + PostgresLayout.PROTOCOL
                            + ". Both at once would grant locks twice: use another namespace, or stop all clients of"
                            + " the old one and delete its row from " + layout.schema() + ".meta");
                }
                return true;
            }
        }
    }

    private boolean has(Connection connection, String query, String schema, List<?>... names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, schema);
            for (int i = 0; i < names.length; i++) {
                statement.setArray(i + 2, connection.createArrayOf("text", names[i].toArray()));
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private StoreException refused(String message) {
        return StoreException.refused(store + ": " + message, null);
    }
}
