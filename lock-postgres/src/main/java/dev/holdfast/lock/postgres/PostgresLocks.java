package dev.holdfast.lock.postgres;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Locks in PostgreSQL 12 or newer, mode {@code row}. URL: {@code
 * postgresql://user:password@host:5432,host2:5432/database?schema=holdfast&mode=row}; parameters under {@code client.}
 * are {@code client.maximumPoolSize} (4 unless set) and the connection properties of pgjdbc, for example {@code
 * client.sslmode=verify-full}. Safe for use by several threads.
 *
 * <p>A client keeps {@code maximumPoolSize + 1} connections, one of them for renewals alone. What is stored, what is
 * promised and which privileges are needed is in {@code docs/postgresql.md}.
 */
public final class PostgresLocks implements LockProvider {
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(200);
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);

    /** For {@link java.util.ServiceLoader}. */
    public PostgresLocks() {}

    /**
     * A client over connections of the caller's data source: five of them are kept until the client is closed, in
     * autocommit and READ COMMITTED, and given back then. The data source stays open. It should set {@code
     * socketTimeout} and {@code statement_timeout}: only the connections of a URL get them from here.
     *
     * @param dataSource hands out connections of pgjdbc, pooled or not, to the primary
     * @throws dev.holdfast.lock.LockException as {@link Locks#open(String)}
     */
    public static LockClient over(DataSource dataSource, ClientOptions options) {
        return Locks.over(
                options,
                context -> open(
                        "the given DataSource",
                        PostgresParameters.of(context.options()),
                        context,
                        timeout -> dataSource.getConnection(),
                        timeout -> dataSource.getConnection()));
    }

    /**
     * The SQL that makes schema, tables and functions, for an administrator or a migration tool; may be repeated. A
     * client runs it by itself when it is opened, if they are missing and its role may make them.
     *
     * @param schema name of the schema, {@code holdfast} unless the URL names another
     */
    public static String schemaSql(String schema) {
        return new PostgresLayout(PostgresParameters.schema(schema)).createSql();
    }

    @Override
    public Set<String> schemes() {
        return Set.of("postgresql");
    }

    @Override
    public Set<String> parameters() {
        return PostgresParameters.NAMES;
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        if (url.hosts().isEmpty()) {
            throw new IllegalArgumentException("a PostgreSQL URL names a host: postgresql://host:5432/database");
        }
        PostgresParameters parameters = PostgresParameters.of(context.options());
        PostgresTarget target =
                new PostgresTarget(url, parameters, context.options().storeTimeout());
        return open(url.toString(), parameters, context, target::openFirst, target::open);
    }

    /** Where connections come from, each within the given time. */
    @FunctionalInterface
    private interface Connector {
        Connection open(Duration timeout) throws SQLException;
    }

    private static LockDriver open(
            String store, PostgresParameters parameters, DriverContext context, Connector first, Connector further) {
        DriverOptions options = context.options();
        Duration leaseTime = leaseTime(options.leaseTime());
        PostgresLayout layout = new PostgresLayout(parameters.schema());
        PostgresErrors errors = new PostgresErrors(store, parameters.schema());
        PostgresOpening.Findings findings;
        try (Connection checked = connect(first, options.connectTimeout(), errors)) {
            checked.setNetworkTimeout(
                    Runnable::run, (int) options.connectTimeout().toMillis());
            findings = new PostgresOpening(layout, store, options.namespace()).run(checked);
            PostgresDriver.sweep(checked, layout, options.namespace());
        } catch (SQLException e) {
            throw errors.opening(e);
        }
        Set<Claim> claims = EnumSet.of(Claim.FIFO, Claim.TOKENS_SURVIVE_DATA_LOSS);
        if (findings.durable()) {
            claims.add(Claim.SURVIVES_RESTART);
        }
        DriverInfo info = new DriverInfo(
                "PostgreSQL row", findings.version(), claims, leaseTime, List.copyOf(findings.remarks()));
        PostgresConnection connection = new PostgresConnection(
                () -> further.open(options.storeTimeout()), errors, context, parameters.poolSize());
        return new PostgresDriver(info, context, connection, layout);
    }

    private static Connection connect(Connector connector, Duration timeout, PostgresErrors errors) {
        try {
            return connector.open(timeout);
        } catch (SQLException e) {
            throw errors.connect(e);
        }
    }

    private static Duration leaseTime(Duration wanted) {
        if (wanted.compareTo(SHORTEST_LEASE) < 0 || wanted.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException(
                    "leaseTime of PostgreSQL is 200ms to 24h, not " + wanted.toMillis() + "ms");
        }
        // The server counts milliseconds.
        return Duration.ofMillis(wanted.plusNanos(999_999).toMillis());
    }
}
