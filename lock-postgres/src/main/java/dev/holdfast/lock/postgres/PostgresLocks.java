package dev.holdfast.lock.postgres;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks in PostgreSQL, mode {@code row} (12 or newer) or {@code advisory} (14 or newer). URL: {@code
 * postgresql://user:password@host:5432,host2:5432/database?schema=holdfast&mode=row}; parameters under {@code client.}
 * are {@code client.maximumPoolSize} (4 unless set) and the connection properties of pgjdbc, for example {@code
 * client.sslmode=verify-full}. Safe for use by several threads.
 *
 * <p>In mode row a client keeps {@code maximumPoolSize + 2} connections, one of them for renewals alone and one that
 * listens; in mode advisory one, and up to {@code maxWaitConnections} (8) that wait. What is stored, what is promised
 * and which privileges are needed is in {@code docs/postgresql.md}.
 */
public final class PostgresLocks implements LockProvider {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresLocks.class);
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(200);
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);

    /** For {@link java.util.ServiceLoader}. */
    public PostgresLocks() {}

    /**
     * A client in mode row over connections of the caller's data source: six of them are kept until the client is
     * closed, in autocommit and READ COMMITTED, and given back then. The data source stays open. It should set {@code
     * socketTimeout} and {@code statement_timeout}: only the connections of a URL get them from here.
     *
     * <p>Mode advisory needs sessions that nobody else uses, which no data source promises: open its URL.
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
                        new LentTarget(dataSource)));
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
        if (parameters.mode() == PostgresMode.ADVISORY) {
            return new AdvisoryOpening(
                            url,
                            parameters,
                            context,
                            leaseTime(context.options().leaseTime()))
                    .open();
        }
        return open(
                url.toString(),
                parameters,
                context,
                new UrlTarget(url, parameters, context.options().storeTimeout()));
    }

    private static LockDriver open(
            String store, PostgresParameters parameters, DriverContext context, PostgresTarget target) {
        Duration leaseTime = leaseTime(context.options().leaseTime());
        Duration connectTimeout = context.options().connectTimeout();
        PostgresErrors errors = new PostgresErrors(store, parameters.schema());
        Connection checked = connect(target, connectTimeout, errors);
        boolean kept = false;
        try {
            checked.setNetworkTimeout(Runnable::run, (int) connectTimeout.toMillis());
            PostgresLayout layout = new PostgresLayout(parameters.schema());
            PostgresOpening.Findings findings = new PostgresOpening(
                            layout, PostgresMode.ROW, store, context.options().namespace())
                    .run(checked);
            PostgresDriver.sweep(checked, layout, context.options().namespace());
            ConnectionSource.Opener opener = () -> target.open(context.options().storeTimeout());
            GrantListener listener = new GrantListener(context, opener, leaseTime, target.lends());
            kept = listener.start(checked);
            return new PostgresDriver(
                    info(findings, leaseTime, kept),
                    context,
                    new PostgresConnection(target, errors, context, parameters.poolSize()),
                    layout,
                    listener);
        } catch (SQLException e) {
            throw errors.opening(e);
        } finally {
            if (!kept) {
                closeQuietly(checked);
            }
        }
    }

    private static DriverInfo info(PostgresOpening.Findings findings, Duration leaseTime, boolean pushed) {
        Set<Claim> claims = EnumSet.of(Claim.FIFO, Claim.TOKENS_SURVIVE_DATA_LOSS, Claim.FENCED_REGISTER);
        List<String> remarks = new ArrayList<>(findings.remarks());
        if (findings.durable()) {
            claims.add(Claim.SURVIVES_RESTART);
        }
        if (pushed) {
            claims.add(Claim.DIRECT_WAKEUP);
        } else {
            remarks.add("notifications do not arrive (a transaction pooler?): waiters ask every 20 to 100 ms");
        }
        return new DriverInfo("PostgreSQL row", findings.version(), claims, leaseTime, remarks);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("The connection of the checks could not be closed", e);
        }
    }

    private static Connection connect(PostgresTarget target, Duration timeout, PostgresErrors errors) {
        try {
            return target.openFirst(timeout);
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
