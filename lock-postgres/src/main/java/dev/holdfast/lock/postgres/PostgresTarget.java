package dev.holdfast.lock.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Where connections come from: the servers of a URL, or a data source of the user. Thread safe. */
interface PostgresTarget {
    /** The connection for the checks at open; before any other. */
    Connection openFirst(Duration timeout) throws SQLException;

    /** One more connection; whatever the servers do, this ends about {@code timeout} later. */
    Connection open(Duration timeout) throws SQLException;

    /**
     * How long a statement waits for a row lock on every connection from here, in milliseconds; 0 if connections carry
     * no such setting, and every request has to.
     */
    int lockTimeoutMillis();

    /** Whether connections belong to the user and go back in good order, rather than being torn down. */
    boolean lends();
}
