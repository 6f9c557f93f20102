package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Opens mode advisory: the checks of every mode, and those that advisory locks need besides. */
final class AdvisoryOpening {
    private static final String MAY_END =
            """
            SELECT has_function_privilege('pg_catalog.pg_cancel_backend(int)', 'EXECUTE')
               AND has_function_privilege('pg_catalog.pg_terminate_backend(int, bigint)', 'EXECUTE')""";

    private final LockUrl url;
    private final PostgresParameters parameters;
    private final DriverContext context;
    private final Duration leaseTime;
    private final PostgresErrors errors;

    AdvisoryOpening(LockUrl url, PostgresParameters parameters, DriverContext context, Duration leaseTime) {
        this.url = url;
        this.parameters = parameters;
        this.context = context;
        this.leaseTime = leaseTime;
        this.errors = new PostgresErrors(url.toString(), parameters.schema());
    }

    LockDriver open() {
        long end = context.ticker().nanos() + context.options().connectTimeout().toNanos();
        AdvisoryTarget target = new AdvisoryTarget(url, parameters, context.options(), leaseTime);
        AdvisoryDriver driver = new AdvisoryDriver(
                check(target),
                context,
                target,
                parameters,
                errors,
                new AdvisoryRegisterPool(url, parameters, errors, context));
        boolean opened = false;
        try {
            driver.open(Duration.ofNanos(Math.max(1, end - context.ticker().nanos())));
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(url + ": interrupted while opening", e);
        } finally {
            if (!opened) {
                driver.close();
            }
        }
    }

    /** On a connection without the short statement time-out of a session that carries leases. */
    private DriverInfo check(AdvisoryTarget target) {
        try (Connection connection =
                target.openWaiting(context.options().connectTimeout()).connection()) {
            PostgresLayout layout = new PostgresLayout(parameters.schema());
            String namespace = context.options().namespace();
            PostgresOpening.Findings findings =
                    new PostgresOpening(layout, PostgresMode.ADVISORY, url.toString(), namespace).run(connection);
            requireMayEnd(connection);
            PostgresDriver.sweep(connection, layout, namespace);
            return info(findings);
        } catch (SQLException e) {
            throw errors.opening(e);
        }
    }

    private void requireMayEnd(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MAY_END)) {
            row.next();
            if (!row.getBoolean(1)) {
                throw StoreException.refused(
                        url
                                + ": mode=advisory ends its own waits and lost sessions; an administrator runs:"
                                + " GRANT EXECUTE ON FUNCTION pg_cancel_backend(int),"
                                + " pg_terminate_backend(int, bigint) TO <role>",
                        null);
            }
        }
    }

    /** Not FIFO: the waiters of one client share a place. Not SURVIVES_RESTART: a restart frees every lock. */
    private DriverInfo info(PostgresOpening.Findings findings) {
        List<String> remarks = findings.durable()
                ? List.of()
                : List.of("a commit may be lost in a crash: tokens rise over it only if the server's clock does");
        return new DriverInfo(
                "PostgreSQL advisory",
                findings.version(),
                Set.of(Claim.DIRECT_WAKEUP, Claim.TOKENS_SURVIVE_DATA_LOSS, Claim.FENCED_REGISTER),
                leaseTime,
                remarks);
    }
}
