package dev.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.pool.HikariPool;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounded requests over a pool. One connection more than the pool size is kept for renewals, so that waiting acquires
 * never hold up a lease. Thread safe.
 */
final class PostgresConnection implements AutoCloseable {
    /** What a request does with its connection. */
    @FunctionalInterface
    interface Work<T> {
        /**
         * Sends one statement.
         *
         * @param lockWaitMillis how long the server may wait for a row lock: shorter than the request, so that the
         *     answer is <em>not executed</em> and not <em>unknown</em>; 0 for the setting of the connection
         */
        T run(Connection connection, int lockWaitMillis) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(PostgresConnection.class);

    private final PostgresTarget target;
    private final PostgresErrors errors;
    private final Ticker ticker;
    private final ScheduledExecutorService timer;
    private final ConnectionSource source;
    private final HikariPool pool;
    private final Semaphore general;
    private final Semaphore renewals = new Semaphore(1, true);

    PostgresConnection(PostgresTarget target, PostgresErrors errors, DriverContext context, int poolSize) {
        this.target = target;
        this.errors = errors;
        this.ticker = context.ticker();
        this.timer = context.timer();
        this.source = new ConnectionSource(() -> target.open(context.options().storeTimeout()), ticker);
        this.general = new Semaphore(poolSize, true);
        HikariConfig config = new HikariConfig();
        config.setPoolName("holdfast-" + context.options().namespace());
        config.setDataSource(source);
        config.setMaximumPoolSize(poolSize + 1);
        config.setThreadFactory(context.threads());
        // The first connection was made, and checked, before; from here on the pool only ever tries in the background.
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(
                Math.max(250, context.options().storeTimeout().toMillis()));
        config.setValidationTimeout(250);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setAutoCommit(true);
        // What is broken is decided here; the pool would also log each as a warning with its stack.
        config.setExceptionOverride(new SQLExceptionOverride() {
            @java.lang.Override
            public SQLExceptionOverride.Override adjudicate(SQLException e) {
                return SQLExceptionOverride.Override.DO_NOT_EVICT;
            }
        });
        config.validate();
        this.pool = new HikariPool(config);
    }

    /** A request that takes any connection but the one for renewals. */
    <T> T request(String subject, Duration timeout, Work<T> work) throws InterruptedException {
        return run(general, subject, ticker.nanos() + timeout.toNanos(), work);
    }

    /** The same on the connection for renewals; an interrupt of the thread does not touch it. */
    <T> T renewal(String subject, Duration timeout, Work<T> work) {
        return uninterrupted(renewals, subject, timeout, work);
    }

    /** A request on any other connection that an interrupt of the thread does not touch. */
    <T> T giveBack(String subject, Duration timeout, Work<T> work) {
        return uninterrupted(general, subject, timeout, work);
    }

    private <T> T uninterrupted(Semaphore lane, String subject, Duration timeout, Work<T> work) {
        // The flag is lowered meanwhile: an interrupted virtual thread would find its socket closed.
        boolean interrupted = Thread.interrupted();
        try {
            return run(lane, subject, ticker.nanos() + timeout.toNanos(), work);
        } catch (InterruptedException e) {
            interrupted = true;
            throw StoreException.unknown(errors.store() + ", " + subject + ": interrupted", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T run(Semaphore lane, String subject, long deadline, Work<T> work) throws InterruptedException {
        if (!lane.tryAcquire(deadline - ticker.nanos(), TimeUnit.NANOSECONDS)) {
            throw errors.connect(source.failure());
        }
        try {
            return exchange(borrow(deadline), subject, deadline, work);
        } finally {
            lane.release();
        }
    }

    private Connection borrow(long deadline) throws InterruptedException {
        try {
            return pool.getConnection(Math.max(1, millisUntil(deadline)));
        } catch (SQLException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            SQLException cause = source.failure();
            throw errors.connect(cause == null ? e : cause);
        }
    }

    private <T> T exchange(Connection connection, String subject, long deadline, Work<T> work)
            throws InterruptedException {
        long left = millisUntil(deadline);
        if (left < 1) {
            close(connection);
            throw errors.connect(null);
        }
        boolean discarded = false;
        try {
            connection.setNetworkTimeout(Runnable::run, (int) left);
            return work.run(connection, lockWaitMillis(left));
        } catch (SQLException e) {
            discarded = mustDiscard(PostgresErrors.state(e));
            if (discarded) {
                discard(connection, deadline);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw errors.request(e, subject);
        } finally {
            if (!discarded) {
                close(connection);
            }
        }
    }

    /** A request that may take nearly as long as any needs no setting of its own. */
    private int lockWaitMillis(long left) {
        int set = target.lockTimeoutMillis();
        return set > 0 && left > set + set / 5 ? 0 : (int) Math.max(1, left * 3 / 4);
    }

    /**
     * Work with long parameters. The time-out of the socket bounds reads only; a server that is stopped may also refuse
     * to take what is written.
     */
    <T> Work<T> guarded(Duration timeout, Work<T> work) {
        return (connection, lockWait) -> {
            long millis = timeout.toMillis();
            ScheduledFuture<?> guard = timer.schedule(() -> abort(connection), millis, TimeUnit.MILLISECONDS);
            try {
                return work.run(connection, lockWait);
            } finally {
                guard.cancel(false);
            }
        };
    }

    /** A connection whose last answer may still come is never used again: it would answer the next request. */
    private static boolean mustDiscard(String state) {
        return PostgresErrors.isDoubtful(state) || PostgresErrors.isReadOnly(state);
    }

    /** Takes the connection out of the pool, which must not see it again. */
    private void discard(Connection connection, long deadline) {
        abort(connection);
        pool.evictConnection(connection);
        if (millisUntil(deadline) > 0) {
            // It broke rather than timed out: the server went away, and with it all the others.
            pool.softEvictConnections();
        }
    }

    private void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("{}: a broken connection could not be aborted", errors.store(), e);
        }
    }

    private void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("{}: a connection could not be given back", errors.store(), e);
        }
    }

    private long millisUntil(long deadline) {
        return TimeUnit.NANOSECONDS.toMillis(deadline - ticker.nanos());
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            pool.shutdown();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
