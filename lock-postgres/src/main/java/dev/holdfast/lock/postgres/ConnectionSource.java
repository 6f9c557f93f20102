package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.Ticker;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where the pool gets its connections: no more than a few attempts per second while the store is away, and connections
 * that answer the pool's question whether they are alive without asking the server, unless they have rested for long.
 *
 * <p>The pool asks before every use of a connection that has rested for half a second. A lease is often held for
 * longer, so that nearly every release would cost two round trips. A connection that has died meanwhile fails its first
 * request with an unknown outcome instead, which the engine repeats.
 */
final class ConnectionSource implements DataSource {
    /** Opens one connection, bounded by itself. */
    @FunctionalInterface
    interface Opener {
        Connection open() throws SQLException;
    }

    private static final long ATTEMPT_GAP_NANOS = Duration.ofMillis(250).toNanos();
    private static final long TRUSTED_NANOS = Duration.ofSeconds(30).toNanos();

    private final Opener opener;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable SQLException failure;
    private long failedAt;

    ConnectionSource(Opener opener, Ticker ticker) {
        this.opener = opener;
        this.ticker = ticker;
    }

    /** Why there is no connection; {@code null} if the latest attempt succeeded. */
    @Nullable
    SQLException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        lock.lock();
        try {
            if (failure != null && ticker.nanos() - failedAt < ATTEMPT_GAP_NANOS) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
        try {
            Connection connection = opener.open();
            remember(null);
            return trusting(connection);
        } catch (SQLException e) {
            remember(e);
            throw e;
        }
    }

    private void remember(@Nullable SQLException outcome) {
        lock.lock();
        try {
            failure = outcome;
            failedAt = ticker.nanos();
        } finally {
            lock.unlock();
        }
    }

    private Connection trusting(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                ConnectionSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new java.lang.reflect.InvocationHandler() {
                    private volatile long usedAt = ticker.nanos();

                    @Override
                    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
                            throws Throwable {
                        if (method.getName().equals("isValid") && ticker.nanos() - usedAt < TRUSTED_NANOS) {
                            return !connection.isClosed();
                        }
                        try {
                            Object result = method.invoke(connection, arguments);
                            if (method.getName().equals("prepareStatement")
                                    || method.getName().equals("isValid")) {
                                usedAt = ticker.nanos();
                            }
                            return result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause() == null ? e : e.getCause();
                        }
                    }
                });
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is fixed when the client is opened");
    }

    /** Seconds that the pool waits, when it is closed, for an attempt to connect. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }

    /** Without effect: the opener has its own bounds. */
    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter writer) throws SQLException {
        throw new SQLFeatureNotSupportedException("there is no log writer");
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("there is no parent logger");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps no " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
