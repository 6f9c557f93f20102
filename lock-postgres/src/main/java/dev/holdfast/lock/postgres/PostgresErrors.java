package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.StoreException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * What an SQL state says about a request. A statement in autocommit that ends with an error of the server has been
 * rolled back: proven not executed. The exceptions are errors that end the session: they may come after the commit.
 *
 * @param store the store as messages name it
 * @param schema the schema of the tables
 */
record PostgresErrors(String store, String schema) {
    private static final Set<String> MISSING = Set.of("42P01", "42883", "42703", "3F000");
    private static final String READ_ONLY = "25006";

    /** A request that failed after it was (or may have been) sent. */
    StoreException request(SQLException e, String subject) {
        String state = state(e);
        String where = store + ", " + subject + ": ";
        if (isDoubtful(state)) {
            return StoreException.unknown(where + "no answer from PostgreSQL, the outcome is unknown: " + text(e), e);
        }
        if (state.equals("42501")) {
            return StoreException.refused(
                    where + text(e) + "; an administrator runs: " + PostgresOpening.grants(schema), e);
        }
        if (MISSING.contains(state)) {
            return StoreException.refused(
                    where + text(e) + "; the tables or functions of schema '" + schema
                            + "' are missing or changed: open the client again, or run schema.sql of lock-postgres",
                    e);
        }
        return switch (state) {
            case "HF001" ->
                StoreException.refused(
                        where + text(e) + "; set default_transaction_isolation to 'read committed' for this role", e);
            case "26000", "42P05" ->
                StoreException.refused(
                        where + text(e) + "; behind a transaction pooler leave client.prepareThreshold at 0", e);
            case READ_ONLY ->
                StoreException.notExecuted(
                        where + "the server has become read-only; name all servers in the URL to follow the primary",
                        e);
            case "55P03" ->
                StoreException.notExecuted(
                        where + "a row of this lock is locked by another transaction; see pg_locks", e);
            default -> StoreException.notExecuted(where + text(e), e);
        };
    }

    /** A check at open that failed: nothing of it stays. */
    StoreException opening(SQLException e) {
        return isDoubtful(state(e)) ? connect(e) : request(e, "opening");
    }

    /** No connection could be had: nothing was sent. */
    StoreException connect(@Nullable SQLException e) {
        if (e == null) {
            return StoreException.notExecuted(
                    store + ": all connections of this client are busy; raise client.maximumPoolSize", null);
        }
        String state = state(e);
        if (state.startsWith("28")) {
            return StoreException.refused(
                    store + ": PostgreSQL refuses the login: " + text(e)
                            + "; check user, password, pg_hba.conf and client.sslmode",
                    e);
        }
        if (state.equals("3D000")) {
            return StoreException.refused(store + ": " + text(e) + "; name an existing database in the URL's path", e);
        }
        return StoreException.notExecuted(
                store + ": cannot connect: " + text(e) + "; check host, port and that PostgreSQL answers there", e);
    }

    /** Whether the statement may have been executed, or may still be. */
    static boolean isDoubtful(String state) {
        return state.isEmpty()
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("58")
                || state.startsWith("XX")
                || state.equals("40003");
    }

    /** Whether the server said so, rather than the client library by itself. */
    static boolean isFromServer(SQLException e) {
        return e instanceof PSQLException known && known.getServerErrorMessage() != null;
    }

    /** Whether the connection must not be used again although the outcome is certain. */
    static boolean isReadOnly(String state) {
        return state.equals(READ_ONLY);
    }

    static String state(SQLException e) {
        return Objects.requireNonNullElse(e.getSQLState(), "");
    }

    private static String text(SQLException e) {
        String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        int line = message.indexOf('\n');
        return line < 0 ? message : message.substring(0, line);
    }
}
